#include "ctl/verbs.hpp"

#include "base/loop.hpp"
#include "bus/source.hpp"
#include "ctl/render.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <csignal>
#include <ctime>
#include <exception>
#include <functional>
#include <ostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scepd::ctl {
namespace {

/// The details that the Event signal documents; a newer daemon's others are left out.
struct Details {
    std::string reason, serial;
    std::uint32_t generation = 0;
};

Details parse(const Properties& properties) {
    Details details;
    for (const auto& [name, value] : properties) {
        if (name == "reason" && value.containsValueOfType<std::string>()) details.reason = value.get<std::string>();
        if (name == "serial" && value.containsValueOfType<std::string>()) details.serial = value.get<std::string>();
        if (name == "generation" && value.containsValueOfType<std::uint32_t>())
            details.generation = value.get<std::uint32_t>();
    }
    return details;
}

void printEvent(const Console& console, const std::string& certificate, const std::string& event,
                const Details& details) {
    const auto at = now();
    if (console.json) {
        console.out << line({{"time", rfc3339(at)},
                             {"certificate", certificate},
                             {"event", event},
                             {"reason", details.reason},
                             {"generation", details.generation},
                             {"serial", details.serial}})
                    << std::flush;
        return;
    }
    const bool bad = event == "failed" || event == "refused" || event == "rolled-back";
    auto text = fmt::format("{} {}: {}", absolute(at, at), printable(certificate),
                            paint(console, bad ? Colour::red : Colour::green, printable(event)));
    if (details.generation > 0)
        text += fmt::format(", generation {}, serial {}", details.generation, printable(details.serial));
    if (!details.reason.empty()) text += ": " + printable(details.reason);
    console.out << text << std::endl;
}

void printDaemon(const Console& console, bool runs) {
    const auto at = now();
    if (console.json)
        console.out << line({{"time", rfc3339(at)}, {"event", runs ? "daemon-runs" : "daemon-ended"}}) << std::flush;
    else
        console.out << absolute(at, at) << (runs ? " scepd runs" : " scepd has ended") << std::endl;
}

/// A C callback's wall: remembers what was thrown and ends the loop.
class Wall {
public:
    explicit Wall(Loop& loop) : loop_(loop) {}
    void operator()(const std::function<void()>& body) noexcept {
        try {
            body();
        } catch (...) {
            failure_ = std::current_exception();
            loop_.exit(1);
        }
    }
    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    Loop& loop_;
    std::exception_ptr failure_;
};

} // namespace

Exit monitor(const Console& console) {
    Loop loop;
    const auto interrupt = loop.onSignal(SIGINT, [&] { loop.exit(0); });
    const auto terminate = loop.onSignal(SIGTERM, [&] { loop.exit(0); });
    Daemon daemon(console.interactive);
    Wall wall(loop);
    daemon.onEvent([&](const std::string& certificate, const std::string& event, const Properties& details) {
        wall([&] { printEvent(console, certificate, event, parse(details)); });
    });
    const auto owner = daemon.connection().addMatch(
        "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.scepd1'",
        [&](sdbus::Message& message) {
            wall([&] {
                std::string name;
                std::string before;
                std::string after;
                message >> name >> before >> after;
                printDaemon(console, !after.empty());
            });
        });
    daemon.version(); // throws when there is nobody to watch
    printDaemon(console, true);
    const bus::Source source(loop, daemon.connection());
    const int code = loop.run();
    wall.rethrow();
    if (code != 0) throw sdbus::Error("org.freedesktop.DBus.Error.Disconnected", "the connection was closed");
    return Exit::done;
}

} // namespace scepd::ctl
