#include "store/report.hpp"

#include "base/code.hpp"
#include "store/facts.hpp"
#include "store/table.hpp"

#include <fmt/format.h>

namespace scepd::store {
namespace {

toml::table toTable(const record::Issued& issued) {
    return toml::table{{"result", "issued"}, {"upcoming", issued.upcoming}, {"held", store::toTable(issued.held)}};
}

toml::table toTable(const record::Pending& pending) {
    return toml::table{{"result", "pending"}, {"transaction", pending.transaction}};
}

toml::table toTable(const record::Refused& refused) {
    return toml::table{{"result", "refused"}, {"fail-info", refused.failInfo}, {"reason", refused.reason}};
}

toml::table toTable(const record::Waiting& waiting) {
    return toml::table{{"result", "waiting"}, {"reason", waiting.reason}};
}

toml::table toTable(const record::Failed& failed) {
    toml::table table{{"result", "failed"}, {"code", name(failed.code)}, {"reason", failed.reason}};
    if (failed.retryAfter) table.insert("retry-after", failed.retryAfter->count());
    return table;
}

toml::table toTable(const record::Served&) {
    return toml::table{{"result", "served"}};
}

toml::table toTable(const record::RequestMade& made) {
    return toml::table{{"result", "request-made"}, {"pem", made.pem}};
}

toml::table toTable(const record::NamesNow& names) {
    toml::table digests;
    for (const auto& [name, digest] : names.digests)
        digests.insert(name, digest);
    return toml::table{{"result", "names"}, {"digests", std::move(digests)}};
}

toml::table toTable(const record::Looked&) {
    return toml::table{{"result", "looked"}};
}

record::NamesNow namesFrom(const toml::table& table) {
    const auto* digests = table["digests"].as_table();
    if (digests == nullptr) throw Error(Code::stateDamaged, "the table \"digests\" is missing");
    record::NamesNow names;
    for (const auto& [name, digest] : *digests)
        names.digests.emplace(name.str(), get<std::string>(*digests, name.str()));
    return names;
}

Code codeFrom(const std::string& word) {
    if (const auto code = codeFromName(word); code && isError(*code)) return *code;
    throw Error(Code::stateDamaged, fmt::format("\"{}\" is no code of an error", word));
}

record::Failed failedFrom(const toml::table& table) {
    record::Failed failed{
        .code = codeFrom(getWord(table, "code")),
        .reason = get<std::string>(table, "reason"),
        .retryAfter = std::nullopt,
    };
    if (table.contains("retry-after")) failed.retryAfter = Duration(get<std::int64_t>(table, "retry-after"));
    return failed;
}

record::Issued issuedFrom(const toml::table& table) {
    const auto* held = table["held"].as_table();
    if (held == nullptr) throw Error(Code::stateDamaged, "the table \"held\" is missing");
    return {heldFrom(*held), get<bool>(table, "upcoming")};
}

} // namespace

std::string toText(const record::Report& report) {
    auto table = std::visit([](const auto& result) { return toTable(result); }, report);
    table.insert("version", formatVersion);
    return print(table);
}

record::Report reportFromText(const std::string& text) {
    const auto table = parseOwn(text);
    const auto result = getWord(table, "result");
    if (result == "issued") return issuedFrom(table);
    if (result == "pending") return record::Pending{get<std::string>(table, "transaction")};
    if (result == "refused")
        return record::Refused{get<std::string>(table, "fail-info"), get<std::string>(table, "reason")};
    if (result == "waiting") return record::Waiting{get<std::string>(table, "reason")};
    if (result == "failed") return failedFrom(table);
    if (result == "served") return record::Served{};
    if (result == "request-made") return record::RequestMade{get<std::string>(table, "pem")};
    if (result == "names") return namesFrom(table);
    if (result == "looked") return record::Looked{};
    throw Error(Fault::local, fmt::format("a report with the unknown result \"{}\"", result));
}

} // namespace scepd::store
