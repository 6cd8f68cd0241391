#include "store/lock.hpp"

#include "base/error.hpp"
#include "store/generation.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

namespace scepd::store {

UniqueFd lock(const std::filesystem::path& root, const std::string& name) {
    const auto path = certificateDirectory(root, name) / "lock";
    file::makeDirectories(path.parent_path(), 0700);
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) throw systemError("open " + path.string());
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno == EWOULDBLOCK) throw Error(Fault::local, "another attempt for this certificate is running");
    throw systemError("lock " + path.string());
}

} // namespace scepd::store
