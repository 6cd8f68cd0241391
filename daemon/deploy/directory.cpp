#include "deploy/directory.hpp"

#include "base/error.hpp"
#include "profile/target_path.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;

Error failure(std::string_view action, const fs::path& path) {
    return systemError(fmt::format("{} {}", action, path.string()));
}

Error unusable(const fs::path& path, std::string_view reason) {
    return {Code::targetUnusable, fmt::format("{} {}", path.string(), reason)};
}

/// openat2 refuses a symlink and a way out; O_NOFOLLOW alone would look at the last component only.
UniqueFd openBeneath(int directory, const std::string& name) {
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return UniqueFd(static_cast<int>(::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how)));
}

} // namespace

fs::path below(const fs::path& root, const fs::path& path) {
    return root / path.relative_path();
}

void refuseOthers(const struct stat& status, const fs::path& path) {
    if (const auto reason = file::changeableByOthers(status, file::Identity::ofThisProcess()))
        throw unusable(path, *reason);
}

Directory Directory::open(const fs::path& root, const fs::path& path, Missing missing) {
    auto directory = walk(root, path, missing);
    if (directory) return std::move(*directory);
    throw unusable(below(root, path), profile::missingDirectory);
}

std::optional<Directory> Directory::openIfExists(const fs::path& root, const fs::path& path) {
    return walk(root, path, Missing::isAnError);
}

std::optional<Directory> Directory::walk(const fs::path& root, const fs::path& path, Missing missing) {
    UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) throw failure("open", root);
    std::optional<Directory> directory = Directory(std::move(fd), root);
    directory->refuseOthers();
    for (const auto& component : path.relative_path()) {
        directory = directory->enter(component.string(), missing);
        if (!directory) return std::nullopt;
        directory->refuseOthers();
    }
    return directory;
}

std::optional<Directory> Directory::enter(const std::string& name, Missing missing) const {
    const auto inner = path_ / name;
    auto fd = openBeneath(fd_.get(), name);
    const bool absent = !fd && errno == ENOENT;
    if (absent && missing == Missing::isAnError) return std::nullopt;
    if (absent) {
        if (::mkdirat(fd_.get(), name.c_str(), 0755) != 0) throw failure("make", inner);
        fd = openBeneath(fd_.get(), name);
        if (fd && ::fchmod(fd.get(), 0755) != 0) throw failure("change the mode of", inner);
        sync();
    }
    if (!fd && (errno == ELOOP || errno == EXDEV)) throw unusable(inner, *profile::notEnteredBecause(S_IFLNK));
    if (!fd && errno == ENOTDIR) throw unusable(inner, *profile::notEnteredBecause(S_IFREG));
    if (!fd) throw failure("open", inner);
    return Directory(std::move(fd), inner);
}

void Directory::refuseOthers() const {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) throw failure("look at", path_);
    deploy::refuseOthers(status, path_);
}

std::optional<struct stat> Directory::status(const std::string& name) const {
    struct stat status {};
    if (::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
    if (errno == ENOENT) return std::nullopt;
    throw failure("look at", path_ / name);
}

Secret Directory::read(const std::string& name) const {
    return file::readInside(fd_.get(), path_, name);
}

void Directory::create(const std::string& name, std::string_view content, const file::Attributes& attributes) const {
    remove(name);
    file::createInside(fd_.get(), path_, name, content, attributes);
}

void Directory::rename(const std::string& from, const std::string& to) const {
    if (::renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) != 0) throw failure("replace", path_ / to);
}

void Directory::exchange(const std::string& one, const std::string& other) const {
    if (::renameat2(fd_.get(), one.c_str(), fd_.get(), other.c_str(), RENAME_EXCHANGE) != 0)
        throw failure("replace", path_ / other);
}

void Directory::remove(const std::string& name) const {
    if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) throw failure("remove", path_ / name);
}

void Directory::removeEmptyDirectory(const std::string& name) const {
    if (::unlinkat(fd_.get(), name.c_str(), AT_REMOVEDIR) == 0) return;
    if (errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
        throw failure("remove", path_ / name);
}

void Directory::sync() const {
    if (::fsync(fd_.get()) != 0) throw failure("flush", path_);
}

} // namespace scepd::deploy
