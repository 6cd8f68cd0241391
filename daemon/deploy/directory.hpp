#pragma once

#include "base/file.hpp"
#include "base/secret.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace scepd::deploy {

/// The path below the root: "/etc/x" and "/tmp/root" give "/tmp/root/etc/x".
std::filesystem::path below(const std::filesystem::path& root, const std::filesystem::path& path);

/// Throws Error{local} unless the file or directory belongs to root, or to whom this program runs as, and nobody else
/// may write it: what others can change decides nothing here.
void refuseOthers(const struct stat& status, const std::filesystem::path& path);

/// An open directory below the root, reached without following a symlink, that belongs to root (or to whom this program
/// runs as) and that nobody else can write in, and neither in any directory above it up to the root. So what is done
/// here by a name is done to what lies in this directory, whatever others do meanwhile. Errors name the path.
class Directory {
public:
    /// What to do about a directory that is not there.
    enum class Missing { isAnError, isMade };

    /// `path` is absolute as a profile says it, below `root`. Directories that are made are 0755 and durable.
    /// Throws Error{local} naming the component that is missing, is a symlink, or is open to others, and what to do.
    static Directory open(const std::filesystem::path& root, const std::filesystem::path& path,
                          Missing missing = Missing::isAnError);

    /// As open(), but nullopt when the directory or one above it is not there.
    static std::optional<Directory> openIfExists(const std::filesystem::path& root, const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// What has this name, the link itself when it is a symlink; nullopt for nothing.
    [[nodiscard]] std::optional<struct stat> status(const std::string& name) const;
    /// The content of a regular file; a symlink is refused.
    [[nodiscard]] Secret read(const std::string& name) const;
    /// A new file, on the disk with mode, owner and content when it returns. An older one of this name is removed
    /// first.
    void create(const std::string& name, std::string_view content, const file::Attributes& attributes) const;
    /// Gives what is called `from` the name `to`, which has none yet or is replaced.
    void rename(const std::string& from, const std::string& to) const;
    /// Both exist and change their names at one instant.
    void exchange(const std::string& one, const std::string& other) const;
    /// Removes a file; a missing one is fine.
    void remove(const std::string& name) const;
    /// Removes a directory if it is there and empty.
    void removeEmptyDirectory(const std::string& name) const;
    /// Flushes the entries to the disk.
    void sync() const;

private:
    Directory(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

    static std::optional<Directory> walk(const std::filesystem::path& root, const std::filesystem::path& path,
                                         Missing missing);
    [[nodiscard]] std::optional<Directory> enter(const std::string& name, Missing missing) const;
    void refuseOthers() const;

    UniqueFd fd_;
    std::filesystem::path path_;
};

} // namespace scepd::deploy
