// The engine's part that tells the journal: a line for each event, and one for each change of state that had none.

#include "scepd/engine.hpp"

#include "base/code.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

namespace scepd {
namespace {

using record::State;

log::Level levelOf(State state) {
    const bool bad = state == State::degraded || state == State::failed || state == State::expired;
    return bad ? log::Level::warning : log::Level::info;
}

/// Which certificate it is about.
void addFields(log::Fields& fields, const Entry& entry) {
    fields.emplace_back("SCEPD_CERTIFICATE", entry.name());
    fields.emplace_back("SCEPD_PROFILE", entry.profile->file);
    const auto& pending = entry.history.pending;
    if (const auto& id = pending ? pending->id : entry.transaction; !id.empty())
        fields.emplace_back("SCEPD_TRANSACTION", id);
}

} // namespace

log::Fields Engine::fieldsOf(const Entry& entry, Code code, State state) const {
    auto fields = log::fieldsOf(code);
    addFields(fields, entry);
    fields.emplace_back("SCEPD_STATE", record::name(state));
    return fields;
}

bool Engine::tell(Entry& entry, log::Level level, Code code, const std::string& text) {
    const auto moment = circumstances();
    const auto state = entry.status(moment).state;
    // That it has expired no line of an event says: it has a line of its own.
    if (state != State::expired) entry.told.remember(state);
    if (!entry.told.isNews(text, moment.now)) return false;
    log::write(level, fmt::format("{}: {}", entry.name(), text), fieldsOf(entry, code, state));
    return true;
}

void Engine::passOn(Entry& entry, log::Level level, const std::string& line) const {
    const auto prefix = entry.name() + ": ";
    const auto text = line.starts_with(prefix) ? line : prefix + line;
    if (!entry.told.isNews(text, judgedTime())) return;
    log::Fields fields;
    addFields(fields, entry);
    log::write(level, text, fields);
}

void Engine::tellChange(Entry& entry, const schedule::Circumstances& moment) {
    if (!entry.told.isChange(entry.shown)) return entry.told.remember(entry.shown);
    const auto status = entry.status(moment);
    const auto state = record::name(status.state);
    entry.told.remember(status.state);
    if (!entry.told.isNews(state, moment.now)) return;
    auto fields = fieldsOf(entry, Code::stateChanged, status.state);
    const auto level = levelOf(status.state);
    if (const auto code = entry.lastCode(); code && level == log::Level::warning)
        fields.emplace_back("SCEPD_ERROR", name(*code));
    log::write(level, fmt::format("{}: {}: {}", entry.name(), state, status.reason), fields);
}

/// By its name once an hour: how long it ran and what it said differs each time.
void Engine::tellFailedHooks(Entry& entry, const Targets& rows) {
    const auto moment = circumstances();
    const auto state = entry.status(moment).state;
    for (const auto& row : rows) {
        if (!record::isHook(row) || row.state != "failed") continue;
        entry.told.remember(state);
        if (entry.told.isNews(row.target, moment.now))
            log::write(log::Level::error, fmt::format("{}: {} failed: {}", entry.name(), row.target, row.detail),
                       fieldsOf(entry, Code::hookFailed, state));
    }
}

/// A failure, and what follows from it.
void Engine::complain(Entry& entry, const std::string& event, Code code, const std::string& text) {
    audience_.event(entry.name(), event, text, entry.held);
    if (tell(entry, log::Level::warning, code, text)) tellHooks(entry, "failed");
}

} // namespace scepd
