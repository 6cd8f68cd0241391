#pragma once

#include <array>
#include <cstring>
#include <string>

#include <sys/inotify.h>
#include <unistd.h>

namespace scepd {

/// Takes what has happened off an inotify descriptor, which does not block. `take` gets for each event the watch, the
/// mask and the name within the watched folder, empty when it is about the folder itself (inotify(7)).
template <typename Take>
void takeInotifyEvents(int descriptor, Take take) {
    alignas(inotify_event) std::array<char, 16384> buffer{};
    for (;;) {
        const auto size = ::read(descriptor, buffer.data(), buffer.size());
        if (size <= 0) return;
        for (ssize_t offset = 0; offset < size;) {
            inotify_event event{};
            const char* start = buffer.data() + offset;
            std::memcpy(&event, start, sizeof event);
            take(event.wd, event.mask, event.len > 0 ? std::string(start + sizeof event) : std::string());
            offset += static_cast<ssize_t>(sizeof event + event.len);
        }
    }
}

} // namespace scepd
