#include "ctl/lines.hpp"

#include "base/error.hpp"
#include "base/process.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>

namespace scepd::ctl {

LineReader::LineReader() {
    auto pipe = process::makePipe();
    if (::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK) != 0) throw systemError("prepare a pipe");
    read_ = std::move(pipe.read);
    write_ = std::move(pipe.write);
}

std::vector<std::string> LineReader::read() {
    std::array<char, 4096> chunk{};
    for (;;) {
        const auto got = ::read(read_.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        ended_ = got == 0;
        if (got <= 0) break;
        rest_.append(chunk.data(), static_cast<std::size_t>(got));
    }
    std::vector<std::string> lines;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
        lines.push_back(rest_.substr(0, end));
        rest_.erase(0, end + 1);
    }
    if (ended_ && !rest_.empty()) lines.push_back(std::exchange(rest_, {}));
    return lines;
}

std::vector<std::string> LineReader::wait() {
    pollfd waiting{read_.get(), POLLIN, 0};
    while (::poll(&waiting, 1, -1) < 0 && errno == EINTR) {
    }
    return read();
}

} // namespace scepd::ctl
