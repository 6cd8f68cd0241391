#include "ctl/waiting.hpp"

#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <csignal>
#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;

constexpr auto certificateInterface = "org.scepd1.Certificate";

/// True when something was tried and nothing runs any more.
bool hasTried(const Watched& watched) {
    return watched.attempted && watched.now.attemptPhase.empty();
}

bool wasLeftAlone(const Certificate& certificate) {
    return certificate.state == "valid" || certificate.state == "renewing" || certificate.state == "degraded";
}

} // namespace

Wait::Wait(const Console& console, Ask ask, Duration timeout, Kind kind)
    : console_(console), ask_(std::move(ask)), kind_(kind), timeout_(timeout), daemon_(console.interactive) {
    if (traces()) trace_.emplace();
}

Exit Wait::run() {
    for (const auto signal : {SIGINT, SIGTERM})
        handles_.push_back(loop_.onSignal(signal, [this] { end(End::interrupted); }));
    subscribe();
    look();
    source_.emplace(loop_, daemon_.connection());
    if (timeout_ > Duration::zero()) handles_.push_back(loop_.after(timeout_, [this] { end(End::timeout); }));
    if (console_.terminal && !console_.json) tellEverySecond();
    if (traces()) traceHandle_ = loop_.onReadable(trace_->descriptor(), [this] { readTrace(); });
    loop_.run();
    readTrace();
    writeOver("");
    if (failure_) std::rethrow_exception(failure_);
    if (!end_) throw sdbus::Error("org.freedesktop.DBus.Error.Disconnected", "what was asked for goes on without us");
    // A request is sent when everything has been looked at.
    if (*end_ == End::timeout && asks() && unknown_ > 0)
        throw sdbus::Error("org.freedesktop.DBus.Error.NoReply",
                           fmt::format("nothing came within {}, and nothing was requested", humanDuration(timeout_)));
    if (console_.json) printJson();
    tellUnsettled(*end_);
    return exitCode(*end_);
}

// ---- what the bus tells ----

void Wait::subscribe() {
    match(
        "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',sender='org.scepd1',path_namespace='" +
            std::string(Daemon::certificates) + "'",
        [this](sdbus::Message& message) { changed(message); });
    match("interface='org.freedesktop.DBus.ObjectManager',member='InterfacesRemoved',sender='org.scepd1'",
          [this](sdbus::Message& message) { removed(message); });
    match("interface='org.freedesktop.DBus',member='NameOwnerChanged',sender='org.freedesktop.DBus',arg0='org.scepd1'",
          [this](sdbus::Message& message) { ownerChanged(message); });
}

void Wait::match(const std::string& rule, std::function<void(sdbus::Message&)> handler) {
    auto guarded = [this, handler = std::move(handler)](sdbus::Message& message) { guard([&] { handler(message); }); };
    matches_.push_back(daemon_.connection().addMatch("type='signal'," + rule, std::move(guarded)));
}

/// The answers arrive in order with the signals: a signal that comes first is older than the answer and must not
/// replace it.
void Wait::look() {
    auto names = ask_.names;
    if (names.empty())
        for (const auto& listed : daemon_.list())
            if (listed.state != "not-applicable") names.push_back(listed.name);
    for (const auto& name : names)
        all_[name].watched.renew = ask_.renew;
    unknown_ = all_.size();
    if (unknown_ == 0) ask();
    for (const auto& entry : all_)
        daemon_.readLater(entry.first,
                          [this, name = entry.first](const Properties& properties, const sdbus::Error* error) {
                              guard([&] { looked(name, properties, error); });
                          });
}

void Wait::looked(const std::string& name, const Properties& properties, const sdbus::Error* error) {
    auto& one = all_.at(name);
    if (error == nullptr) { // otherwise there is no such object, and the answer to the request will say why
        update(one.watched.before, properties);
        one.watched.now = one.watched.before;
        one.known = true;
    }
    // A daemon that ends again before it answers is waited for.
    one.removed = error != nullptr && !asks() && explain(*error).code != Exit::noDaemon;
    if (--unknown_ == 0) ask();
}

void Wait::ask() {
    if (!asks()) return asked(ask_.names, nullptr);
    const auto theirs = traces() ? trace_->takeOtherEnd() : UniqueFd();
    ask_.trace = theirs.get();
    daemon_.requestLater(ask_, [this](const std::vector<std::string>& names, const sdbus::Error* error) {
        guard([&] { asked(names, error); });
    });
}

void Wait::asked(const std::vector<std::string>& names, const sdbus::Error* error) {
    if (error != nullptr) throw *error;
    hasAsked_ = true;
    for (const auto& name : names)
        if (const auto found = all_.find(name); found != all_.end()) found->second.awaited = true;
    std::erase_if(all_, [&](const auto& entry) {
        return (!entry.second.known && asks()) ||
               (!entry.second.awaited && std::ranges::find(ask_.names, entry.first) == ask_.names.end());
    });
    judgeAll();
}

void Wait::changed(sdbus::Message& message) {
    std::string interface;
    Properties properties;
    message >> interface >> properties;
    const auto found = all_.find(nameOf(message.getPath()));
    if (interface != certificateInterface || found == all_.end() || !found->second.known) return;
    auto& watched = found->second.watched;
    observe(watched, properties);
    if (hasAsked_) judgeAll();
}

void Wait::removed(sdbus::Message& message) {
    sdbus::ObjectPath path;
    message >> path;
    const auto found = all_.find(nameOf(path));
    if (found == all_.end()) return;
    found->second.removed = true;
    if (hasAsked_) judgeAll();
}

void Wait::ownerChanged(sdbus::Message& message) {
    std::string name;
    std::string before;
    std::string after;
    message >> name >> before >> after;
    if (!asks()) return after.empty() ? void(console_.err << "scepctl: scepd has ended; waiting for it\n") : look();
    if (after.empty())
        throw sdbus::Error("org.freedesktop.DBus.Error.NoReply",
                           "it ended while we waited; what was asked for goes on when it runs again");
}

// ---- how far it is ----

void Wait::judgeAll() {
    for (auto& [name, one] : all_) {
        if (one.verdict != Verdict::underWay) continue;
        settle(name, one);
    }
    if (std::ranges::none_of(all_, [](const auto& entry) { return entry.second.verdict == Verdict::underWay; }))
        end(End::everyone);
    else if (traces() && std::ranges::all_of(all_, [](const auto& entry) { return hasTried(entry.second.watched); }))
        end(End::attempt);
}

void Wait::settle(const std::string& name, One& one) {
    const bool leftAlone = !one.awaited && wasLeftAlone(one.watched.now);
    one.verdict = one.removed ? Verdict::failed
                  : leftAlone ? Verdict::done
                  : asks()    ? judge(one.watched, now())
                              : judgeReady(one.watched.now, now());
    if (one.verdict == Verdict::underWay) return tell(name, one);
    if (!console_.json) tellSettled(name, one);
}

void Wait::end(End how) {
    if (!end_) end_ = how;
    loop_.exit(0);
}

/// The wall of a bus callback, which C code calls.
void Wait::guard(const std::function<void()>& body) noexcept {
    try {
        body();
    } catch (...) {
        if (!failure_) failure_ = std::current_exception();
        loop_.exit(0);
    }
}

// ---- what a person reads ----

/// A line per change in a pipe; on a terminal one line that is written over.
void Wait::tell(const std::string& name, One& one) {
    if (console_.json) return;
    const auto& certificate = one.watched.now;
    const auto text = printable(fmt::format("{}: {}", name, progress(certificate, now())));
    if (console_.terminal) return writeOver(text);
    if (traces()) return;
    if (one.told == situation(certificate)) return;
    one.told = situation(certificate);
    console_.out << text << std::endl;
}

/// All that has come: it is older than what the bus tells next.
void Wait::readTrace() {
    if (!traces()) return;
    for (const auto& line : trace_->read())
        tellTrace(line);
    if (trace_->ended()) traceHandle_ = {};
}

void Wait::tellTrace(const std::string& line) {
    if (console_.json) return void(traced_.emplace_back(line));
    writeOver("");
    constexpr std::size_t indent = 12; // of what belongs to the line above
    const bool begins = line.substr(0, indent).find_first_not_of(' ') != std::string::npos;
    console_.out << paint(console_, begins ? Colour::cyan : Colour::none, printable(line)) << std::endl;
}

void Wait::tellEverySecond() {
    second_ = loop_.after(1s, [this] {
        const auto open = std::ranges::find_if(
            all_, [&](const auto& entry) { return hasAsked_ && entry.second.verdict == Verdict::underWay; });
        if (open != all_.end()) tell(open->first, open->second);
        tellEverySecond();
    });
}

void Wait::writeOver(const std::string& text) {
    if (!console_.terminal || (text.empty() && !lineOpen_)) return;
    lineOpen_ = !text.empty();
    console_.out << "\r\033[K" << (console_.width > 1 ? cut(text, console_.width - 1) : text) << std::flush;
}

void Wait::tellSettled(const std::string& name, const One& one) {
    readTrace();
    writeOver("");
    const auto& certificate = one.watched.now;
    const auto at = now();
    if (one.removed)
        return report(console_, {Exit::failed, name + ": no profile asks for it any more",
                                 "\"scepctl profiles\" shows what is loaded."});
    if (one.verdict == Verdict::failed)
        return report(console_,
                      {Exit::failed, fmt::format("{}: {}", name, situation(certificate)), certificate.remedy});
    const auto held =
        fmt::format("{}: {} until {}", name, paint(console_, colourOf(certificate.state), certificate.state),
                    moment(certificate.notAfter, at));
    console_.out << held
                 << (one.awaited ? fmt::format(", generation {}", certificate.generation)
                                 : fmt::format("; \"scepctl renew {}\" replaces it", name))
                 << std::endl;
}

void Wait::tellUnsettled(End how) {
    if (how == End::interrupted) {
        console_.err << "scepctl: interrupted; scepd goes on, \"scepctl status\" tells how it goes\n";
        return;
    }
    for (const auto& [name, one] : all_) {
        if (one.verdict != Verdict::underWay) continue;
        const auto& now = one.watched.now;
        const auto late = how == End::timeout ? fmt::format("not there after {}: ", humanDuration(timeout_)) : "";
        report(console_,
               {Exit::timeout,
                fmt::format("{}: {}{}", name, late, one.known ? situation(now) : "scepd has not answered yet"),
                now.remedy.empty() ? "It goes on by itself; \"scepctl status\" tells how it goes." : now.remedy});
    }
    if (how == End::everyone && all_.empty() && !console_.json) console_.out << "Nothing to do.\n";
}

void Wait::printJson() const {
    Json::Array rows;
    for (const auto& [name, one] : all_) {
        auto row = json(one.watched.now);
        const auto result = one.verdict == Verdict::failed ? "failed"
                            : one.verdict == Verdict::done ? (one.awaited ? "done" : "unchanged")
                            : isPending(one.watched.now)   ? "pending"
                                                           : "waiting";
        row.emplace_back("result", result);
        rows.emplace_back(std::move(row));
    }
    Json::Object result{{"certificates", std::move(rows)}};
    if (traces()) result.emplace_back("trace", traced_);
    console_.out << document(result);
}

Exit Wait::exitCode(End how) const {
    const auto is = [](Verdict verdict) {
        return [verdict](const auto& entry) { return entry.second.verdict == verdict; };
    };
    if (how == End::interrupted) return Exit::interrupted;
    if (std::ranges::any_of(all_, is(Verdict::failed))) return Exit::failed;
    if (how == End::everyone) return Exit::done;
    const bool onlyPending = std::ranges::all_of(all_, [](const auto& entry) {
        return entry.second.verdict != Verdict::underWay || isPending(entry.second.watched.now);
    });
    if (onlyPending) return Exit::pending;
    return how == End::attempt ? Exit::failed : Exit::timeout;
}

} // namespace scepd::ctl
