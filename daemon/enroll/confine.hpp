#pragma once

#include <filesystem>
#include <optional>

namespace scepd::enroll {

/// Keeps what this process holds to itself: no core files, no ptrace or /proc/PID/mem by others of the same user, files
/// born for the owner alone, SIGPIPE ignored.
void keepToOurselves();

/// From here on this process can change files in one directory only and write to /dev/null (Landlock); the network
/// stays. With nullopt it can change none at all. A kernel without Landlock, or a sandbox that forbids it, leaves
/// things as they are: it is a second wall behind the unit's. Call it before there are threads.
void confineWrites(const std::optional<std::filesystem::path>& directory);

/// When root runs this: becomes user scepd, or nobody where there is none, before bytes from a network are looked at.
/// Throws Error{local} when that is not possible.
void leaveRoot();

} // namespace scepd::enroll
