#include "scepd/hostname_watch.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <utility>

#include <fcntl.h>

namespace scepd {

HostnameWatch::HostnameWatch(Loop& loop, Loop::Callback changed)
    : file_(::open("/proc/sys/kernel/hostname", O_RDONLY | O_CLOEXEC | O_NOCTTY)) {
    try {
        if (!file_) throw systemError("open /proc/sys/kernel/hostname");
        told_ = loop.onPriority(file_.get(), std::move(changed));
    } catch (const Error& error) {
        log::warning("changes of the hostname will not be noticed: {}", error.what());
    }
}

} // namespace scepd
