#include "base/error.hpp"
#include "profile/load.hpp"
#include "profile/load_table.hpp"
#include "profile/quantity.hpp"
#include "profile/shape.hpp"
#include "profile/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scepd::profile {
namespace {

bool isVariableName(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::map<std::string, std::string> readVariables(Table table) {
    std::map<std::string, std::string> variables;
    for (const auto& [name, place] : table.names()) {
        if (!isVariableName(name))
            table.errorAt(place,
                          fmt::format("{} is not the name of a variable; names have a-z, 0-9 and -", inQuotes(name)));
        else if (const auto value = table.text(name))
            variables.emplace(name, *value);
    }
    return variables;
}

void readRenewal(Table table, Settings& settings) {
    settings.renewalSpacing = table.duration("spacing").value_or(settings.renewalSpacing);
    const auto spread = table.textOrZero("spread", "write a percentage, such as \"10%\"");
    if (spread)
        settings.renewalSpread =
            *spread == "0" ? 0 : table.parsed("spread", *spread, parseShare).value_or(settings.renewalSpread);
    table.finish();
}

void readEnrollment(Table table, Settings& settings) {
    settings.parallelEnrollments = table.count("parallel", 1, 1000).value_or(settings.parallelEnrollments);
    settings.bootSpread = table.duration("boot-spread").value_or(settings.bootSpread);
    table.finish();
}

void readClock(Table table, Settings& settings) {
    settings.waitForSync = table.duration("wait-for-sync").value_or(settings.waitForSync);
    table.finish();
}

/// node_exporter reads no others.
std::string parseTextfile(const std::string& text) {
    auto path = parsePath(text);
    if (!path.ends_with(".prom"))
        throw Error(
            Fault::configuration,
            fmt::format("{} does not end with \".prom\": node_exporter reads only files that do", inQuotes(text)));
    return path;
}

void readMetrics(Table table, Settings& settings) {
    settings.metricsTextfile = table.parsed("textfile", parseTextfile);
    table.finish();
}

Settings readSettings(Table table) {
    Settings settings;
    settings.groups = table.parsedList("groups", anyText).value_or(settings.groups);
    if (auto endpoint = table.table("endpoint")) settings.variables = readVariables(std::move(*endpoint));
    if (auto renewal = table.table("renewal")) readRenewal(std::move(*renewal), settings);
    if (auto enrollment = table.table("enrollment")) readEnrollment(std::move(*enrollment), settings);
    if (auto clock = table.table("clock")) readClock(std::move(*clock), settings);
    if (auto metrics = table.table("metrics")) readMetrics(std::move(*metrics), settings);
    table.finish();
    return settings;
}

} // namespace

Loaded<Settings> parseSettings(const std::string& text, const std::string& file) {
    Findings findings(file);
    const auto document = parseDocument(text, findings);
    if (!document) return {std::nullopt, findings.sorted()};
    auto settings = readSettings(Table(*document, "", findings));
    if (findings.failed()) return {std::nullopt, findings.sorted()};
    return {std::move(settings), findings.sorted()};
}

} // namespace scepd::profile
