// Loaded before libc (LD_PRELOAD), for failures that a tracer cannot bring about:
// SWEEP_SHORT_WRITES=1   no write takes more than 16 bytes
// SWEEP_CLOSE=N          the N-th close() closes and says EIO, as after a write that failed late

#include <array>
#include <cerrno>
#include <cstdlib>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr size_t shortWrite = 16;

long setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? 0 : std::atol(value);
}

void tell() {
    if (const char* path = std::getenv("SWEEP_TRACE")) ::symlink("(INJECTED)", path);
}

} // namespace

extern "C" ssize_t write(int fd, const void* data, size_t size) {
    static const bool isShort = setting("SWEEP_SHORT_WRITES") != 0;
    if (isShort && size > shortWrite) {
        tell();
        size = shortWrite;
    }
    return ::syscall(SYS_write, fd, data, size);
}

extern "C" int close(int fd) {
    static const long failing = setting("SWEEP_CLOSE");
    static long count = 0;
    const auto result = ::syscall(SYS_close, fd);
    if (++count != failing || result != 0) return static_cast<int>(result);
    tell();
    errno = EIO;
    return -1;
}
