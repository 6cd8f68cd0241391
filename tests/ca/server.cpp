#include "ca/server.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace scepd::ca {

namespace {

constexpr std::size_t mostVisitors = 64;

[[noreturn]] void failWithErrno(const char* action) {
    throw std::system_error(errno, std::generic_category(), action);
}

int listenOn(const std::string& host, std::uint16_t port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) failWithErrno("make a socket");
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1 &&
        bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(listener, 64) == 0)
        return listener;
    const int error = errno;
    close(listener);
    throw std::system_error(error, std::generic_category(), fmt::format("listen on {}:{}", host, port));
}

std::uint16_t portOf(int listener) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) failWithErrno("find the port");
    return ntohs(address.sin_port);
}

int newEvent() {
    const int event = eventfd(0, EFD_CLOEXEC);
    if (event < 0) failWithErrno("make an event");
    return event;
}

void replaceFile(const std::filesystem::path& file, std::string_view text) {
    const auto temporary = file.string() + ".new";
    if (!(std::ofstream(temporary) << text << std::flush)) throw std::runtime_error("cannot write " + temporary);
    std::filesystem::rename(temporary, file);
}

Options inState(Options options, const std::filesystem::path& state) {
    options.state = state;
    if (options.faults.empty()) return options;
    parseFaults(options.faults);
    replaceFile(state / "fault", options.faults);
    return options;
}

} // namespace

StateDirectory::StateDirectory(std::filesystem::path path) : path_(std::move(path)) {
    if (path_.empty())
        temporary_.emplace();
    else
        std::filesystem::create_directories(path_);
}

TestCa::TestCa(const Options& options)
    : state_(options.state),
      service_(inState(options, state_.path())),
      address_(options.address),
      listener_(listenOn(options.address, options.port)),
      stop_(newEvent()),
      port_(portOf(listener_.get())),
      accepting_([this] { acceptAll(); }) {}

TestCa::~TestCa() {
    eventfd_write(stop_.get(), 1);
    accepting_.join();
    for (auto& visitor : visitors_)
        visitor.thread.join();
}

std::string TestCa::url() const {
    return fmt::format("http://{}:{}/scep", address_, port_);
}

std::string TestCa::adminUrl() const {
    return fmt::format("http://{}:{}/certsrv/mscep_admin/", address_, port_);
}

void TestCa::setFaults(std::string_view faults) const {
    parseFaults(faults);
    replaceFile(state() / "fault", faults);
}

void TestCa::approveAll() const {
    replaceFile(state() / "approve-all", "");
}

std::vector<std::string> TestCa::requests() const {
    std::ifstream log(state() / "requests.log");
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);)
        lines.push_back(line);
    return lines;
}

void TestCa::acceptAll() {
    std::array<pollfd, 2> watched{pollfd{listener_.get(), POLLIN, 0}, pollfd{stop_.get(), POLLIN, 0}};
    while (watched[1].revents == 0) {
        if (poll(watched.data(), watched.size(), -1) <= 0 || watched[0].revents == 0) continue;
        const int socket = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        std::erase_if(visitors_, [](Visitor& visitor) {
            if (!visitor.left) return false;
            visitor.thread.join();
            return true;
        });
        if (socket < 0) continue;
        if (visitors_.size() >= mostVisitors) {
            close(socket);
            continue;
        }
        auto& visitor = visitors_.emplace_back();
        visitor.thread = std::thread([this, socket, &visitor] { serve(socket, visitor); });
    }
}

void TestCa::serve(int socket, Visitor& visitor) {
    {
        Connection connection(socket, stop_.get());
        try {
            for (bool goesOn = true; goesOn;) {
                const auto request = connection.receive();
                if (!request) break;
                const auto response = service_.answer(*request);
                connection.send(response);
                goesOn = response.keepsConnection;
            }
        } catch (const HttpError& error) {
            connection.send(textResponse(error.status, fmt::format("{}\n", error.what())));
        } catch (const std::exception& error) {
            fmt::print(stderr, "test CA: {}\n", error.what());
        }
    }
    visitor.left = true;
}

} // namespace scepd::ca
