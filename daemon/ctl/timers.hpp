#pragma once

#include <filesystem>
#include <map>
#include <string>

/// Scheduled requests as they lie on the disk: a drop-in with the calendar for each timer scepd-request@NAME.timer,
/// where systemd looks for what an administrator decided. They survive reboots and upgrades, and nothing else keeps a
/// schedule.
namespace scepd::ctl {

/// The timer of a certificate. Its name is the instance as it stands: it has no character that systemd escapes but "-",
/// which the units leave alone, as they say %i and never %I.
std::string timerOf(const std::string& certificate);

/// Where systemd reads what an administrator adds to units, below `root`.
std::filesystem::path unitDirectory(const std::filesystem::path& root);

/// Certificate to calendar (systemd.time(7)) of every schedule there is; two of them are joined by ", ".
/// Throws Error{local} naming the path.
std::map<std::string, std::string> schedules(const std::filesystem::path& root);

/// Writes the drop-in in one step. The calendar is one that systemd has accepted. Throws Error{local}.
void writeSchedule(const std::filesystem::path& root, const std::string& certificate, const std::string& calendar);

/// Removes it; one that is not there is fine. An administrator's own drop-ins beside it stay. Throws Error{local}.
void removeSchedule(const std::filesystem::path& root, const std::string& certificate);

} // namespace scepd::ctl
