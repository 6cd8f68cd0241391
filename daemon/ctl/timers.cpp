#include "ctl/timers.hpp"

#include "base/file.hpp"

#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "scepd-request@";
constexpr std::string_view suffix = ".timer.d";
constexpr std::string_view assignment = "OnCalendar=";

fs::path dropIn(const fs::path& root, const std::string& certificate) {
    return unitDirectory(root) / (timerOf(certificate) + ".d") / "schedule.conf";
}

/// The certificate that a directory of drop-ins is for; empty for a directory of something else.
std::string certificateOf(const std::string& directory) {
    if (!directory.starts_with(prefix) || !directory.ends_with(suffix)) return {};
    return directory.substr(prefix.size(), directory.size() - prefix.size() - suffix.size());
}

/// As systemd reads it: calendars add up, an empty one forgets those before it.
std::string calendarIn(const std::string& text) {
    std::vector<std::string> calendars;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(assignment)) continue;
        auto calendar = line.substr(assignment.size());
        calendar.empty() ? calendars.clear() : calendars.push_back(std::move(calendar));
    }
    return fmt::format("{}", fmt::join(calendars, ", "));
}

} // namespace

std::string timerOf(const std::string& certificate) {
    return fmt::format("{}{}.timer", prefix, certificate);
}

fs::path unitDirectory(const fs::path& root) {
    return root / "etc/systemd/system";
}

std::map<std::string, std::string> schedules(const fs::path& root) {
    std::map<std::string, std::string> result;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(unitDirectory(root), missing)) {
        const auto certificate = certificateOf(entry.path().filename().string());
        if (certificate.empty()) continue;
        if (const auto text = file::readIfExists(dropIn(root, certificate)))
            result.emplace(certificate, calendarIn(*text));
    }
    return result;
}

void writeSchedule(const fs::path& root, const std::string& certificate, const std::string& calendar) {
    const auto path = dropIn(root, certificate);
    file::makeDirectories(path.parent_path(), 0755);
    fs::permissions(path.parent_path(), fs::perms(0755)); // whatever the umask is: everyone may see schedules
    file::replace(path,
                  fmt::format("# Written by \"scepctl schedule\"; \"scepctl schedule {} --off\" removes it.\n"
                              "[Timer]\n{}\n{}{}\n",
                              certificate, assignment, assignment, calendar),
                  {.mode = 0644});
}

void removeSchedule(const fs::path& root, const std::string& certificate) {
    const auto path = dropIn(root, certificate);
    file::removeIfExists(path);
    std::error_code others;
    fs::remove(path.parent_path(), others);
}

} // namespace scepd::ctl
