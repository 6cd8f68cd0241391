#include "store/history.hpp"

#include "base/code.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "store/facts.hpp"
#include "store/generation.hpp"
#include "store/table.hpp"

#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;

fs::path historyFile(const fs::path& root, const std::string& name) {
    return certificateDirectory(root, name) / "history.toml";
}

const toml::table& subtable(const toml::table& table, std::string_view key) {
    if (const auto* found = table[key].as_table()) return *found;
    throw Error(Code::stateDamaged, fmt::format("the table \"{}\" is missing", key));
}

/// Younger than the format.
std::optional<Code> codeIfThere(const toml::table& table, std::string_view key) {
    const auto word = table.contains(key) ? getWord(table, key) : std::string();
    if (word.empty()) return std::nullopt;
    if (const auto code = codeFromName(word)) return code;
    throw Error(Code::stateDamaged, fmt::format("\"{}\" is no code", word));
}

toml::table toTable(const record::Deployment& deployment) {
    toml::array targets;
    for (const auto& target : deployment.targets)
        targets.push_back(toml::array{target.target, target.state, target.detail});
    return toml::table{
        {"generation", static_cast<std::int64_t>(deployment.generation)},
        {"confirmed", deployment.confirmed},
        {"failures", static_cast<std::int64_t>(deployment.failures)},
        {"last-attempt", toNumber(deployment.lastAttempt)},
        {"hook-failures", static_cast<std::int64_t>(deployment.hookFailures)},
        {"heals", static_cast<std::int64_t>(deployment.heals)},
        {"last-drift", toNumber(deployment.lastDrift)},
        {"code", deployment.code ? name(*deployment.code) : std::string()},
        {"error", deployment.error},
        {"targets", targets},
    };
}

std::vector<record::TargetState> targetsFrom(const toml::table& table) {
    std::vector<record::TargetState> result;
    const auto* targets = table["targets"].as_array();
    if (targets == nullptr) throw Error(Code::stateDamaged, "\"targets\" is missing or no list");
    for (const auto& element : *targets) {
        const auto* row = element.as_array();
        if (row == nullptr || row->size() != 3)
            throw Error(Code::stateDamaged, "a row of \"targets\" is no list of three");
        result.push_back({row->get(0)->value_or(std::string()), row->get(1)->value_or(std::string()),
                          row->get(2)->value_or(std::string())});
    }
    return result;
}

record::Deployment deploymentFrom(const toml::table& table) {
    const bool knowsDrift = table.contains("heals"); // files of the first versions do not
    return {
        .generation = getCount(table, "generation"),
        .confirmed = get<bool>(table, "confirmed"),
        .failures = getCount(table, "failures"),
        .lastAttempt = getTime(table, "last-attempt"),
        .hookFailures = table.contains("hook-failures") ? getCount(table, "hook-failures") : 0,
        .heals = knowsDrift ? getCount(table, "heals") : 0,
        .lastDrift = knowsDrift ? getTime(table, "last-drift") : never,
        .code = codeIfThere(table, "code"),
        .error = get<std::string>(table, "error"),
        .targets = targetsFrom(table),
    };
}

toml::table toTable(const record::PendingTransaction& pending) {
    return toml::table{
        {"id", pending.id},
        {"since", toNumber(pending.since)},
        {"last-poll", toNumber(pending.lastPoll)},
        {"polls", static_cast<std::int64_t>(pending.polls)},
    };
}

record::PendingTransaction pendingFrom(const toml::table& table) {
    return {
        .id = get<std::string>(table, "id"),
        .since = getTime(table, "since"),
        .lastPoll = getTime(table, "last-poll"),
        .polls = getCount(table, "polls"),
    };
}

toml::table toTable(const record::History& history) {
    toml::table table{
        {"version", formatVersion},
        {"attempts", static_cast<std::int64_t>(history.attempts)},
        {"failures", static_cast<std::int64_t>(history.failures)},
        {"last-attempt", toNumber(history.lastAttempt)},
        {"last-success", toNumber(history.lastSuccess)},
        {"last-renewal", toNumber(history.lastRenewal)},
        {"last-outcome", std::string(record::name(history.lastOutcome))},
        {"last-code", history.lastCode ? name(*history.lastCode) : std::string()},
        {"last-error", history.lastError},
        {"not-before-next-attempt", toNumber(history.notBeforeNextAttempt)},
        {"requested", toNumber(history.requested)},
        {"configuration", history.configuration},
        {"named-files", history.namedFiles},
        {"last-look", toNumber(history.lastLook)},
        {"last-failed-look", toNumber(history.lastFailedLook)},
        {"held-back-until", toNumber(history.heldBackUntil)},
        {"deployment", toTable(history.deployment)},
    };
    if (history.pending) table.insert("pending", toTable(*history.pending));
    return table;
}

Time timeIfThere(const toml::table& table, std::string_view key) {
    return table.contains(key) ? getTime(table, key) : never;
}

record::History historyFrom(const toml::table& table) {
    record::History history{
        .attempts = getCount(table, "attempts"),
        .failures = getCount(table, "failures"),
        .lastAttempt = getTime(table, "last-attempt"),
        .lastSuccess = getTime(table, "last-success"),
        .lastRenewal = getTime(table, "last-renewal"),
        .lastOutcome = record::outcomeFromName(getWord(table, "last-outcome")),
        .lastCode = codeIfThere(table, "last-code"),
        .lastError = get<std::string>(table, "last-error"),
        .notBeforeNextAttempt = getTime(table, "not-before-next-attempt"),
        .requested = getTime(table, "requested"),
        .pending = std::nullopt,
        .deployment = deploymentFrom(subtable(table, "deployment")),
        .configuration = get<std::string>(table, "configuration"),
        .namedFiles = table["named-files"].value_or(std::string()), // this and what follows are younger than the format
        .lastLook = timeIfThere(table, "last-look"),
        .lastFailedLook = timeIfThere(table, "last-failed-look"),
        .heldBackUntil = timeIfThere(table, "held-back-until"),
    };
    if (table.contains("pending")) history.pending = pendingFrom(subtable(table, "pending"));
    return history;
}

void setAside(const fs::path& path, const Error& error) {
    auto aside = path;
    aside += ".damaged";
    std::error_code failure;
    fs::rename(path, aside, failure);
    log::warning("{}; {} and what it told is forgotten", error.what(),
                 failure ? "it stays until it is written anew" : "it is kept as " + aside.string());
}

/// What fails once is no damage of the file.
std::optional<std::string> readTwice(const fs::path& path) {
    try {
        return file::readIfExists(path);
    } catch (const Error&) {
        return file::readIfExists(path);
    }
}

} // namespace

record::History readHistory(const fs::path& root, const std::string& name) {
    const auto path = historyFile(root, name);
    try {
        const auto text = readTwice(path);
        return text ? historyFrom(parseOwn(*text)) : record::History();
    } catch (const Error& error) {
        if (error.code() == Code::outOfResources) throw; // nothing is wrong with the file
        setAside(path, error.during("read " + path.string()));
        return {};
    }
}

void writeHistory(const fs::path& root, const std::string& name, const record::History& history) {
    const auto path = historyFile(root, name);
    file::makeDirectories(path.parent_path(), 0700);
    file::replace(path, print(toTable(history)));
}

} // namespace scepd::store
