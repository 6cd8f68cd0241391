#include "scepd/network_watch.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace scepd {
namespace {

using network::Facts;
using network::Messages;

constexpr auto listing = "list the network's state";
constexpr int listAttempts = 3;

/// What the kernel makes at most in one piece when it lists something (NLMSG_GOODSIZE and what follows from it).
constexpr std::size_t largestDatagram = 32UL * 1024UL;

UniqueFd openSocket(unsigned groups, const char* action) {
    UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw systemError(action);
    return fd;
}

/// The next datagram; nullopt when there is none. Never waits. What cannot be received (more came than the queue holds,
/// no memory) is lost, and so is one that is cut.
std::optional<Messages> receive(int fd) {
    alignas(nlmsghdr) std::array<std::byte, largestDatagram> buffer;
    sockaddr_nl sender{};
    iovec piece{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    const auto size = ::recvmsg(fd, &message, 0);
    Messages lost;
    lost.lost = true;
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (size < 0 || (message.msg_flags & MSG_TRUNC) != 0) return lost;
    if (sender.nl_pid != 0) return Messages{}; // another program's, not the kernel's
    return network::parse(std::span(buffer).first(static_cast<std::size_t>(size)));
}

/// Everything of one kind: RTM_GETLINK, RTM_GETADDR or RTM_GETROUTE. The kernel has the first part of the answer ready
/// when the question is sent, and the next one when one is taken.
Messages list(unsigned short what) {
    const auto fd = openSocket(0, listing);
    struct {
        nlmsghdr head;
        rtgenmsg family; // all of them
    } question{};
    question.head.nlmsg_len = NLMSG_LENGTH(sizeof question.family);
    question.head.nlmsg_type = what;
    question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    if (::send(fd.get(), &question, question.head.nlmsg_len, 0) < 0) throw systemError(listing);
    Messages all;
    while (!all.last) {
        auto part = receive(fd.get());
        if (!part || part->lost)
            throw Error(Fault::local, fmt::format("{}: the kernel's answer is not complete", listing));
        errno = part->error;
        if (errno != 0) throw systemError(listing);
        std::ranges::move(part->changes, std::back_inserter(all.changes));
        all.torn = all.torn || part->torn;
        all.last = part->last;
    }
    return all;
}

Facts listAll() {
    for (int attempt = 1;; ++attempt) {
        Facts facts;
        bool torn = false;
        for (const unsigned short what : {RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE}) {
            const auto all = list(what);
            torn = torn || all.torn;
            for (const auto& [holds, fact] : all.changes)
                if (holds) facts.insert(fact);
        }
        if (!torn || attempt == listAttempts) return facts;
    }
}

} // namespace

NetworkWatch::NetworkWatch(Loop& loop, std::function<void()> better, BurstTimes times, std::function<void()> settled)
    : loop_(loop),
      better_(std::move(better)),
      settled_(std::move(settled)),
      times_(times),
      socket_(openSocket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE,
                         "watch the network")),
      facts_(listAll()), // after the socket: what happens from here on is told
      readable_(loop_.onReadable(socket_.get(), [this] { read(); })) {}

/// One datagram a turn, so that a network in turmoil does not keep the loop from its other work.
void NetworkWatch::read() {
    const auto messages = receive(socket_.get());
    if (!messages) return;
    bool stirred = messages->lost;
    if (messages->lost) facts_.clear(); // what is there at the end may have come meanwhile
    for (const auto& [holds, fact] : messages->changes)
        stirred = (holds ? !facts_.contains(fact) : facts_.erase(fact) > 0) || stirred;
    if (!stirred) return;
    const auto end = [this] { settle(); };
    if (!std::exchange(bursting_, true)) longest_ = loop_.after(times_.longest, end);
    quiet_ = loop_.after(times_.quiet, end);
}

void NetworkWatch::settle() {
    quiet_ = longest_ = {};
    bursting_ = false;
    if (isBetter()) better_();
    settled_();
}

/// Looks what is there now, and whether any of it is new.
bool NetworkWatch::isBetter() {
    try {
        auto now = listAll();
        const bool better = !std::ranges::includes(facts_, now);
        facts_ = std::move(now);
        return better;
    } catch (const Error& error) {
        log::warning("{}; it may have become better", error.what());
        return true;
    }
}

} // namespace scepd
