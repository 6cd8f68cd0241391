#include "profile/source.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "profile/load.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace scepd::profile {
namespace {

namespace fs = std::filesystem;

bool isNullDevice(const struct stat& status) {
    return S_ISCHR(status.st_mode) && major(status.st_rdev) == 1 && minor(status.st_rdev) == 3;
}

/// Why somebody who should not could have written this; nullopt when only the right ones could.
std::optional<std::string> untrusted(const struct stat& status, bool isMachine) {
    const bool ownerIsTrusted = status.st_uid == 0 || (!isMachine && status.st_uid == ::geteuid());
    if (!ownerIsTrusted)
        return fmt::format("belongs to the user with number {}; it must belong to root, chown root it", status.st_uid);
    const bool groupIsTrusted = status.st_gid == 0 || (!isMachine && status.st_gid == ::getegid());
    const bool writable = (status.st_mode & S_IWOTH) != 0 || ((status.st_mode & S_IWGRP) != 0 && !groupIsTrusted);
    if (writable) return fmt::format("can be changed by others (mode {:04o}); chmod go-w it", status.st_mode & 07777U);
    return std::nullopt;
}

std::optional<std::string> untrustedFolder(const fs::path& folder, bool isMachine) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return std::nullopt;
    const auto reason = untrusted(status, isMachine);
    return reason ? std::optional(fmt::format("is not read, because its folder {} {}", folder.string(), *reason))
                  : std::nullopt;
}

/// The content, or nullopt with errno set. One byte more than is allowed is read, so that the parser sees the excess.
std::optional<std::string> contentOf(int fd) {
    std::string content;
    std::array<char, 16384> buffer{};
    while (content.size() <= file::largest) {
        const auto count = TEMP_FAILURE_RETRY(::read(fd, buffer.data(), buffer.size()));
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        content.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return content;
}

Source refused(const fs::path& path, const std::string& reason) {
    return {{}, false, Diagnostic{path.string(), 0, 0, Diagnostic::Severity::error, reason}};
}

Source unreadable(const fs::path& path) {
    return refused(path, fmt::format("cannot be read: {}", std::strerror(errno)));
}

bool isGone(const fs::path& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) != 0 && errno == ENOENT;
}

} // namespace

Source readSource(const fs::path& path, const fs::path& root) {
    const bool isMachine = root == "/";
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd && errno == ENOENT && isGone(path)) return {};
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return unreadable(path);
    if (isNullDevice(status)) return {};
    if (!S_ISREG(status.st_mode)) return refused(path, "is not a regular file");
    if (const auto reason = untrusted(status, isMachine)) return refused(path, *reason);
    if (const auto reason = untrustedFolder(path.parent_path(), isMachine)) return refused(path, *reason);
    auto content = contentOf(fd.get());
    if (!content) return unreadable(path);
    return {std::move(*content), (status.st_mode & S_IROTH) != 0, std::nullopt};
}

bool isProfileName(std::string_view fileName) {
    return fileName.ends_with(".toml") && fileName.size() > 5 && !fileName.starts_with('.') &&
           !fileName.starts_with('#');
}

namespace {

const char* remedyFor(const std::error_code& failure) {
    return failure == std::errc::permission_denied
               ? "; profiles may hold secrets, so root and the group scepd alone read them: use sudo"
               : "";
}

} // namespace

std::map<std::string, fs::path> profileFiles(const fs::path& root) {
    std::map<std::string, fs::path> files;
    for (const auto& folder : profileFolders(root)) {
        std::error_code failure;
        for (fs::directory_iterator entry(folder, failure); !failure && entry != fs::directory_iterator();
             entry.increment(failure)) {
            const auto name = entry->path().filename().string();
            if (isProfileName(name)) files.emplace(name, entry->path());
        }
        if (failure && failure != std::errc::no_such_file_or_directory)
            throw Error(Fault::local,
                        fmt::format("list {}: {}{}", folder.string(), failure.message(), remedyFor(failure)));
    }
    return files;
}

} // namespace scepd::profile
