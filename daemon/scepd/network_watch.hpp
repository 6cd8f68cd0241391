#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/loop.hpp"
#include "scepd/network_facts.hpp"

#include <chrono>
#include <functional>

namespace scepd {

/// A network that comes up says so in many events: they are one burst, which ends when it has been quiet for so long,
/// and after so long in any case.
struct BurstTimes {
    Duration quiet = std::chrono::seconds(1);
    Duration longest = std::chrono::seconds(5);
};

/// Notices when the network becomes better: there is a carrier, an address or a route that was not there before, or
/// that had gone away meanwhile. What is told again without being new (a lease or a router advertisement that was
/// refreshed) is no news, and neither is what goes away. While nothing happens it does nothing.
///
/// Events only say that it is time to look, the state is always the kernel's own list: events that were lost, or that
/// the kernel does not send (routes that go down with their link) do no harm.
class NetworkWatch {
public:
    /// `better` is called from the loop, once per burst, and `settled` after it, also when the network became worse.
    /// Throws Error{local} when the kernel cannot be asked.
    NetworkWatch(
        Loop& loop, std::function<void()> better, BurstTimes times = {}, std::function<void()> settled = [] {});

    /// True when a server can be reached as far as this machine knows (network::online).
    [[nodiscard]] bool online() const { return network::online(facts_); }

private:
    void read();
    void settle();
    [[nodiscard]] bool isBetter();

    Loop& loop_;
    std::function<void()> better_, settled_;
    BurstTimes times_;
    UniqueFd socket_;
    network::Facts facts_; ///< At the end of the last burst, without what went away since.
    Loop::Handle readable_, quiet_, longest_;
    bool bursting_ = false;
};

} // namespace scepd
