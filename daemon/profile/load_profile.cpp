#include "profile/load.hpp"
#include "profile/load_parts.hpp"
#include "profile/load_table.hpp"
#include "profile/rules.hpp"

#include <fmt/format.h>

#include <array>

namespace scepd::profile {
namespace {

enum class Request { automatic, manual };
constexpr std::array requestWords{Word<Request>{"auto", Request::automatic}, Word<Request>{"manual", Request::manual}};

std::string groupName(const std::string& text) {
    if (!text.empty()) return text;
    throw Error(Fault::configuration, "the name of a group is empty");
}

std::vector<Certificate> readCertificates(Table& table, const Scep& scep) {
    std::vector<Certificate> certificates;
    for (const auto& [name, place] : table.names()) {
        auto inner = table.table(name);
        if (!inner) continue;
        if (auto certificate = readCertificate(name, place, std::move(*inner), scep))
            certificates.push_back(std::move(*certificate));
    }
    return certificates;
}

Profile readProfile(Table table, const std::string& file) {
    Profile profile;
    profile.file = file;
    profile.description = table.freeText("description").value_or("");
    profile.groups = table.parsedList("groups", groupName).value_or(profile.groups);
    profile.manual = table.choice("request", requestWords) == Request::manual;
    if (auto scep = table.table("scep"))
        profile.scep = readScep(std::move(*scep));
    else if (!table.has("scep"))
        table.missing("[scep]", "[scep] with url and ca-fingerprint");
    if (auto certificates = table.table("certificate"))
        profile.certificates = readCertificates(*certificates, profile.scep);
    else if (!table.has("certificate"))
        table.missing("[certificate.NAME]", "[certificate.wifi] with usage and subject");
    table.finish();
    return profile;
}

void reportUnsupported(const Profile& profile, Findings& findings) {
    for (const auto& certificate : profile.certificates)
        if (const auto complaint = unsupported(certificate))
            findings.warning({certificate.line, 1},
                             fmt::format("certificate {}: {}", inQuotes(certificate.name), *complaint));
}

} // namespace

Loaded<Profile> parseProfile(const std::string& text, const std::string& file) {
    Findings findings(file);
    const auto document = parseDocument(text, findings);
    if (!document) return {std::nullopt, findings.sorted()};
    auto profile = readProfile(Table(*document, "", findings), file);
    for (const auto& conflict : withoutConflicts({profile}, profile.groups).diagnostics)
        findings.error({conflict.line, conflict.column}, conflict.text);
    if (findings.failed()) return {std::nullopt, findings.sorted()};
    reportUnsupported(profile, findings);
    return {std::move(profile), findings.sorted()};
}

} // namespace scepd::profile
