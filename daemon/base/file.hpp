#pragma once

#include "base/secret.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace scepd {

/// An open file descriptor that closes itself; -1 for none.
class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

namespace file {

/// No file of ours or an administrator's is larger: 1 MiB.
inline constexpr std::size_t largest = 1024UL * 1024UL;

/// Mode and owner of a file that is born. -1 leaves the owner as the process is.
struct Attributes {
    mode_t mode = 0600;
    uid_t owner = static_cast<uid_t>(-1);
    gid_t group = static_cast<gid_t>(-1);
};

/// Whom a program runs as.
struct Identity {
    uid_t user = 0;
    gid_t group = 0;

    static Identity ofThisProcess() { return {::geteuid(), ::getegid()}; }
};

/// Who besides root and `self` can change a file or directory of this status, and the remedy, as the end of a sentence
/// that begins with its path; nullopt for nobody.
std::optional<std::string> changeableByOthers(const struct stat& status, const Identity& self);

/// The content of a regular file of at most `largest` bytes. A symlink as the last component is followed.
/// Throws Error{local} naming the path.
std::string read(const std::filesystem::path& path);

/// The names in a folder, sorted; none when it does not exist. Throws Error{local} for a folder that cannot be read to
/// its end.
std::vector<std::string> list(const std::filesystem::path& folder);

/// As read(), but nullopt when there is no such file.
std::optional<std::string> readIfExists(const std::filesystem::path& path);

/// As read(), for a key or a password: no copy of the characters stays behind.
Secret readSecret(const std::filesystem::path& path);

/// Sixteen hex digits that change when one of the files is written, replaced, removed, or given to somebody else. No
/// content is read. Empty for no files.
std::string stamp(const std::vector<std::filesystem::path>& files);

/// Opens a directory without following a symlink in the last component. Throws Error{local} naming the path.
UniqueFd openDirectory(const std::filesystem::path& path);

/// Reads a regular file by one name inside an open directory of somebody less trusted: never follows a symlink, never
/// waits for a fifo, refuses more than `largest` bytes. `directoryPath` only names it in errors. Throws Error{local}.
Secret readInside(int directory, const std::filesystem::path& directoryPath, const std::string& name);

/// Replaces a file so that a reader, also after a power cut, sees the old content or the new, never less: temporary
/// file beside it with mode and owner before content, fsync, rename, fsync of the directory. Removes the temporary
/// file when anything fails. Throws Error{local} naming the path.
void replace(const std::filesystem::path& path, std::string_view content, const Attributes& attributes = {});

/// Makes `path` a symlink to `target` in the same way: whoever looks sees the old link or the new one.
void replaceLink(const std::filesystem::path& path, const std::filesystem::path& target);

/// Creates a new file that must not exist yet, with the content on the disk when it returns. The directory is not
/// synced.
void create(const std::filesystem::path& path, std::string_view content, const Attributes& attributes = {});

/// As create(), by one name inside an open directory; `directoryPath` only names it in errors.
void createInside(int directory, const std::filesystem::path& directoryPath, const std::string& name,
                  std::string_view content, const Attributes& attributes = {});

/// Flushes a directory's entries to the disk. Throws Error{local}.
void syncDirectory(const std::filesystem::path& path);

/// Makes the directory and its parents where missing, with this mode, and syncs the parents.
void makeDirectories(const std::filesystem::path& path, mode_t mode);

/// Removes a file; a missing one is fine. Throws Error{local} otherwise.
void removeIfExists(const std::filesystem::path& path);

/// Removes what a killed replace() or replaceLink() of `path` has left beside it. Not for while somebody replaces it.
/// Throws Error{local}.
void removeLeftover(const std::filesystem::path& path);

/// Overwrites a key's bytes, then removes the file; a missing one is fine. On flash and on copying file systems old
/// blocks may survive: an additional care, no promise. Throws Error{local} when it cannot be removed.
void wipe(const std::filesystem::path& path);

} // namespace file
} // namespace scepd
