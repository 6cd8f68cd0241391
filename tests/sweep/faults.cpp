/// Loaded before libc (LD_PRELOAD), for failures that a tracer cannot bring about.
///
/// - SWEEP_SHORT_WRITES=1: no write takes more than 16 bytes
/// - SWEEP_CLOSE=N: the N-th close() closes and says EIO, as after a write that failed late
/// - SWEEP_TRACE=FILE: where to note that this happened

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr size_t shortWrite = 16;

long setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? 0 : std::atol(value);
}

/// Opened before the program may confine itself, and out of the way of its descriptors.
int openTrace() {
    const char* path = std::getenv("SWEEP_TRACE");
    const int fd = path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, 500);
    ::syscall(SYS_close, fd);
    return high;
}

const int trace = openTrace();
const bool writesShort = setting("SWEEP_SHORT_WRITES") != 0;
const long failingClose = setting("SWEEP_CLOSE");
long closes = 0;

void note() {
    ::syscall(SYS_write, trace, "(INJECTED)\n", 11);
}

} // namespace

extern "C" ssize_t write(int fd, const void* data, size_t size) {
    if (!writesShort || size <= shortWrite) return ::syscall(SYS_write, fd, data, size);
    note();
    return ::syscall(SYS_write, fd, data, shortWrite);
}

extern "C" int close(int fd) {
    const auto result = ::syscall(SYS_close, fd);
    if (failingClose == 0 || ++closes != failingClose || result != 0) return static_cast<int>(result);
    note();
    errno = EIO;
    return -1;
}
