#include "base/file.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>

namespace scepd::file {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t roomForUnknownSize = 65535; // for the kernel's files, which say 0

std::string describe(std::string_view action, const fs::path& path) {
    return fmt::format("{} {}", action, path.string());
}

UniqueFd openFile(const fs::path& path, int flags, mode_t mode = 0) {
    return UniqueFd(::open(path.c_str(), flags | O_CLOEXEC, mode));
}

std::string factsOf(const fs::path& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return "none;";
    return fmt::format("{} {} {} {}.{} {}.{};", facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                       facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec);
}

/// Reads into a string that never reallocates, so that a secret leaves no copy behind.
std::string readAll(int fd, const fs::path& path) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw systemError(describe("read", path));
    if (!S_ISREG(status.st_mode)) throw Error(Fault::local, fmt::format("read {}: not a regular file", path.string()));
    if (status.st_size > static_cast<off_t>(largest))
        throw Error(Fault::local, fmt::format("read {}: larger than 1 MiB", path.string()));
    std::string content(std::max(static_cast<std::size_t>(status.st_size), roomForUnknownSize) + 1, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const auto got = ::read(fd, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw systemError(describe("read", path));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size == content.size())
        throw Error(Fault::local, fmt::format("read {}: it grew while it was read", path.string()));
    content.resize(size);
    return content;
}

void writeAll(int fd, std::string_view content, const fs::path& path) {
    while (!content.empty()) {
        const auto written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw systemError(describe("write", path));
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void closeChecked(UniqueFd& fd, const fs::path& path) {
    if (::close(fd.release()) != 0) throw systemError(describe("close", path));
}

/// Mode and owner before content: a key is never readable by the wrong people, not even while it is empty. The mode
/// comes first: who gave a file away needs one capability more to change it.
void writeNew(int directory, const fs::path& name, const fs::path& path, std::string_view content,
              const Attributes& attributes) {
    auto fd = UniqueFd(::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) throw systemError(describe("create", path));
    if (::fchmod(fd.get(), attributes.mode) != 0) throw systemError(describe("change the mode of", path));
    const bool changesOwner = attributes.owner != static_cast<uid_t>(-1) || attributes.group != static_cast<gid_t>(-1);
    if (changesOwner && ::fchown(fd.get(), attributes.owner, attributes.group) != 0)
        throw systemError(describe("change the owner of", path));
    writeAll(fd.get(), content, path);
    if (::fsync(fd.get()) != 0) throw systemError(describe("flush", path));
    closeChecked(fd, path);
}

/// Always the same, so that what a killed writer left is replaced by the next one.
fs::path temporaryBeside(const fs::path& path) {
    return path.parent_path() / fmt::format(".{}.tmp", path.filename().string());
}

/// Runs the steps that make `temporary` and puts it in the place of `path`; leaves nothing behind when one fails.
template <typename Make>
void replaceBy(const fs::path& path, Make make) {
    const auto temporary = temporaryBeside(path);
    ::unlink(temporary.c_str());
    try {
        make(temporary);
        if (::rename(temporary.c_str(), path.c_str()) != 0) throw systemError(describe("replace", path));
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    syncDirectory(path.parent_path());
}

} // namespace

std::optional<std::string> changeableByOthers(const struct stat& status, const Identity& self) {
    if (status.st_uid != 0 && status.st_uid != self.user)
        return fmt::format("belongs to user {}; it must belong to root, because its owner decides what it holds",
                           status.st_uid);
    const bool byGroup = (status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && status.st_gid != self.group;
    if (!byGroup && (status.st_mode & S_IWOTH) == 0) return std::nullopt;
    return fmt::format("can be written by others (mode {:04o}); take that away with chmod go-w",
                       status.st_mode & 07777U);
}

std::string read(const fs::path& path) {
    const auto fd = openFile(path, O_RDONLY | O_NONBLOCK);
    if (!fd) throw systemError(describe("read", path));
    return readAll(fd.get(), path);
}

std::vector<std::string> list(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        names.push_back(entry->path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory)
        throw Error(Fault::local, fmt::format("list {}: {}", folder.string(), error.message()));
    std::ranges::sort(names);
    return names;
}

std::optional<std::string> readIfExists(const fs::path& path) {
    const auto fd = openFile(path, O_RDONLY | O_NONBLOCK);
    if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (!fd) throw systemError(describe("read", path));
    return readAll(fd.get(), path);
}

Secret readSecret(const fs::path& path) {
    return Secret(read(path));
}

std::string stamp(const std::vector<fs::path>& files) {
    if (files.empty()) return {};
    auto state = stableHash("");
    for (const auto& path : files)
        state = stableHash(factsOf(path), state);
    return fmt::format("{:016x}", state);
}

UniqueFd openDirectory(const fs::path& path) {
    auto fd = openFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) throw systemError(describe("open", path));
    return fd;
}

Secret readInside(int directory, const fs::path& directoryPath, const std::string& name) {
    const auto path = directoryPath / name;
    const UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) throw systemError(describe("read", path));
    return Secret(readAll(fd.get(), path));
}

void create(const fs::path& path, std::string_view content, const Attributes& attributes) {
    writeNew(AT_FDCWD, path, path, content, attributes);
}

void createInside(int directory, const fs::path& directoryPath, const std::string& name, std::string_view content,
                  const Attributes& attributes) {
    writeNew(directory, name, directoryPath / name, content, attributes);
}

void replace(const fs::path& path, std::string_view content, const Attributes& attributes) {
    replaceBy(path, [&](const fs::path& temporary) { writeNew(AT_FDCWD, temporary, temporary, content, attributes); });
}

void replaceLink(const fs::path& path, const fs::path& target) {
    replaceBy(path, [&](const fs::path& temporary) {
        if (::symlink(target.c_str(), temporary.c_str()) != 0) throw systemError(describe("create", temporary));
    });
}

void syncDirectory(const fs::path& path) {
    const auto fd = openFile(path.empty() ? fs::path(".") : path, O_RDONLY | O_DIRECTORY);
    if (!fd) throw systemError(describe("open", path));
    if (::fsync(fd.get()) != 0) throw systemError(describe("flush", path));
}

void makeDirectories(const fs::path& path, mode_t mode) {
    std::error_code unknown; // what is wrong with the path is for mkdir to say
    if (path.empty() || fs::is_directory(path, unknown)) return;
    makeDirectories(path.parent_path(), mode);
    if (::mkdir(path.c_str(), mode) != 0) {
        const auto error = systemError(describe("create", path));
        if (!fs::is_directory(path, unknown)) throw error; // or somebody else was faster
    }
    syncDirectory(path.parent_path());
}

void removeIfExists(const fs::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw systemError(describe("remove", path));
}

void removeLeftover(const fs::path& path) {
    removeIfExists(temporaryBeside(path));
}

void wipe(const fs::path& path) {
    struct stat status {};
    const auto fd = openFile(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    if (fd && ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode)) {
        const std::string zeros(static_cast<std::size_t>(status.st_size), '\0');
        if (::pwrite(fd.get(), zeros.data(), zeros.size(), 0) >= 0) ::fdatasync(fd.get());
    }
    removeIfExists(path);
}

} // namespace scepd::file
