#include "ctl/checkup_disk.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/statvfs.h>

namespace scepd::ctl {
namespace {

constexpr std::uint64_t mebibyte = 1024UL * 1024UL;
constexpr auto least = mebibyte;       ///< A generation takes some 20 KiB, and several are written at once.
constexpr auto enough = 20 * mebibyte; ///< Others write there too: logs, packages.

} // namespace

Check checkSpace(const std::string& path, const Space& space) {
    const auto subject = "space in " + path;
    const auto remedy = "delete what is not needed there, or give the file system more room";
    const auto free = fmt::format("{} MiB free", space.bytes / mebibyte);
    if (space.readOnly)
        return failure(subject, "its file system is mounted read-only", "mount it read-write; \"dmesg\" may tell why");
    if (!space.filesLeft) return failure(subject, "its file system has no room for another file (inodes)", remedy);
    if (space.bytes < least)
        return failure(subject, fmt::format("{} KiB free, too little for a certificate", space.bytes / 1024), remedy);
    if (space.bytes < enough) return warning(subject, "only " + free, remedy);
    return fine(subject, free);
}

Check checkDisk(const Machine& machine) {
    const std::string path = "/var/lib/scepd";
    struct statvfs status {};
    if (::statvfs(machine.at(path).c_str(), &status) != 0) {
        if (errno == EACCES) return notLookedAt("space in " + path, needsRoot);
        return failure("space in " + path, std::strerror(errno), "\"systemctl restart scepd\" makes the folder");
    }
    return checkSpace(path, {.bytes = std::uint64_t{status.f_bavail} * status.f_frsize,
                             .filesLeft = status.f_files == 0 || status.f_favail > 0,
                             .readOnly = (status.f_flag & ST_RDONLY) != 0});
}

} // namespace scepd::ctl
