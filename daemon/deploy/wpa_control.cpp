#include "deploy/wpa_control.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;

sockaddr_un addressOf(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto& text = path.native();
    if (text.size() >= sizeof address.sun_path)
        throw Error(Fault::local, fmt::format("{} is too long for a socket", text));
    std::ranges::copy(text, static_cast<char*>(address.sun_path));
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

/// Our end of the conversation, which is gone afterwards.
class Client {
public:
    explicit Client(fs::path path) : path_(std::move(path)), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        file::removeIfExists(path_);
        const auto address = addressOf(path_);
        if (!fd_ || ::bind(fd_.get(), generic(address), sizeof address) != 0)
            throw systemError(fmt::format("make the socket {}", path_.string()));
    }
    ~Client() { ::unlink(path_.c_str()); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] int fd() const { return fd_.get(); }

private:
    fs::path path_;
    UniqueFd fd_;
};

/// False when nobody listens there.
bool connectTo(int fd, const fs::path& server) {
    const auto address = addressOf(server);
    if (::connect(fd, generic(address), sizeof address) == 0) return true;
    if (errno == ENOENT || errno == ECONNREFUSED) return false;
    throw systemError(fmt::format("connect to wpa_supplicant at {}", server.string()));
}

std::string receive(int fd, const fs::path& server, Duration limit) {
    pollfd waiting{fd, POLLIN, 0};
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
    if (::poll(&waiting, 1, static_cast<int>(milliseconds)) != 1)
        throw Error(Code::consumerFailed, fmt::format("wpa_supplicant at {} does not answer", server.string()));
    std::array<char, 4096> answer{}; // the longest that wpa_supplicant gives
    const auto size = ::recv(fd, answer.data(), answer.size(), 0);
    if (size < 0) throw systemError(fmt::format("read wpa_supplicant's answer at {}", server.string()));
    std::string text(answer.data(), static_cast<std::size_t>(size));
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

} // namespace

std::optional<std::string> askWpaSupplicant(const fs::path& root, const std::string& interface,
                                            const std::string& command, Duration limit) {
    if (interface.empty() || interface.starts_with('.') || interface.find('/') != std::string::npos)
        throw Error(Fault::configuration, fmt::format("\"{}\" is no network interface", interface));
    const auto server = root / "run/wpa_supplicant" / interface;
    const auto home = root / "run/scepd-deploy";
    file::makeDirectories(home, 0700);
    const Client client(home / fmt::format("wpa-{}", interface));
    if (!connectTo(client.fd(), server)) return std::nullopt;
    if (::send(client.fd(), command.data(), command.size(), MSG_NOSIGNAL) < 0)
        throw systemError(fmt::format("write to wpa_supplicant at {}", server.string()));
    return receive(client.fd(), server, limit);
}

} // namespace scepd::deploy
