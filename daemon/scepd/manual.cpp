// The engine's part for CAs that are asked by hand: scepd-enroll makes the request and takes the answer.

#include "scepd/engine.hpp"

#include "base/error.hpp"

#include <chrono>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;

/// Making a key takes seconds on a slow machine; this is for what hangs.
constexpr Duration deadline = 2min;

/// The text where a child can read it, however long it is.
UniqueFd inMemory(const std::string& text) {
    UniqueFd file(::memfd_create("import", MFD_CLOEXEC));
    if (!file) throw systemError("hand over what is to be imported");
    for (std::string_view rest = text; !rest.empty();) {
        const auto written = ::write(file.get(), rest.data(), rest.size());
        if (written <= 0) throw systemError("hand over what is to be imported");
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

Error errorOf(const record::Report& report) {
    if (const auto* failed = std::get_if<record::Failed>(&report)) return {failed->code, failed->reason};
    return {Fault::local, "scepd-enroll reported something that it was not asked for"};
}

} // namespace

bool Engine::createRequest(const std::string& name, Done done) {
    return runByHand(name, {}, {"--create-request"},
                     [this, done = std::move(done)](Entry& entry, const record::Report& report) {
                         endByHand(entry);
                         if (const auto* made = std::get_if<record::RequestMade>(&report)) return done(made->pem);
                         done(std::unexpected(errorOf(report)));
                     });
}

/// What was asked for over the network is there now.
bool Engine::import(const std::string& name, const std::string& text, Done done) {
    const auto content = inMemory(text);
    return runByHand(name, {"--import-fd", content.get()}, {},
                     [this, done = std::move(done)](Entry& entry, const record::Report& report) {
                         if (!std::holds_alternative<record::Issued>(report)) {
                             endByHand(entry);
                             return done(std::unexpected(errorOf(report)));
                         }
                         entry.history.requested = never;
                         entry.asked = {};
                         attemptEnded(entry, report);
                         done({});
                     });
}

bool Engine::runByHand(const std::string& name, const EnrollRun::Handed& handed, std::vector<std::string> arguments,
                       End end) {
    auto* entry = find(name);
    if (entry == nullptr) throw Error(Fault::configuration, fmt::format("no profile asks for {} any more", name));
    giveWay(*entry);
    if (entry->running) return false;
    if (!entry->blocked.empty()) throw Error(Fault::configuration, fmt::format("{}: {}", name, entry->blocked));
    arguments.push_back(name);
    begin(*entry, record::Action::nothing, "start");
    try {
        entry->running->child =
            std::make_unique<EnrollRun>(loop_, places_.enrollProgram, enrollArguments(std::move(arguments)),
                                        std::vector{handed}, deadline, listener(*entry, std::move(end)));
    } catch (const Error&) {
        endByHand(*entry);
        throw;
    }
    return true;
}

/// It is no attempt: neither history nor backoff know of it.
void Engine::endByHand(Entry& entry) {
    const auto ran = std::exchange(entry.running, std::nullopt);
    changed(entry);
    planSoon();
}

} // namespace scepd
