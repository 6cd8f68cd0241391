#include "profile/load_parts.hpp"
#include "profile/preset.hpp"
#include "profile/quantity.hpp"
#include "profile/san.hpp"
#include "profile/shape.hpp"
#include "profile/subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace scepd::profile {
namespace {

constexpr std::string_view clientAuth = "1.3.6.1.5.5.7.3.2";
constexpr std::string_view serverAuth = "1.3.6.1.5.5.7.3.1";
constexpr std::array extendedKeyUsages{
    Word<std::string_view>{"client-auth", clientAuth},
    Word<std::string_view>{"server-auth", serverAuth},
    Word<std::string_view>{"email-protection", "1.3.6.1.5.5.7.3.4"},
    Word<std::string_view>{"code-signing", "1.3.6.1.5.5.7.3.3"},
    Word<std::string_view>{"ipsec-ike", "1.3.6.1.5.5.7.3.17"},
    Word<std::string_view>{"smartcard-logon", "1.3.6.1.4.1.311.20.2.2"},
};

constexpr std::size_t longestName = 100;

bool isCertificateName(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= longestName && std::ranges::all_of(name, allowed) && name[0] != '_' &&
           name[0] != '-';
}

/// What a usage stands for when nothing else is written.
Certificate defaultsOf(Usage usage) {
    Certificate certificate;
    certificate.usage = usage;
    certificate.keyUsage = {KeyUsage::digitalSignature, KeyUsage::keyEncipherment};
    certificate.extendedKeyUsage = {std::string(clientAuth)};
    if (usage == Usage::web) certificate.extendedKeyUsage = {std::string(serverAuth)};
    if (usage == Usage::p2p) certificate.key.bits = 3072;
    if (usage == Usage::p2p || usage == Usage::p2pSuiteB) certificate.extendedKeyUsage.emplace_back(serverAuth);
    if (usage != Usage::p2pSuiteB) return certificate;
    certificate.key = {KeyType::ec, 0, "P-384", KeyStore::file};
    certificate.digest = Digest::sha384;
    certificate.keyUsage = {KeyUsage::digitalSignature};
    return certificate;
}

std::string extendedKeyUsageOid(const std::string& text) {
    for (const auto& [word, oid] : extendedKeyUsages)
        if (word == text) return std::string(oid);
    if (isObjectIdentifier(text)) return text;
    const auto words = allWords(extendedKeyUsages);
    throw Error(Fault::configuration, fmt::format("{} is none of {}, and no dotted object identifier{}", inQuotes(text),
                                                  listed(words), didYouMean(text, words)));
}

KeyUsage keyUsageOf(const std::string& text) {
    for (const auto& [word, usage] : keyUsageWords)
        if (word == text) return usage;
    const auto words = allWords(keyUsageWords);
    throw Error(Fault::configuration,
                fmt::format("{} is none of {}{}", inQuotes(text), listed(words), didYouMean(text, words)));
}

std::string parseCurve(const std::string& text) {
    static const std::vector<std::string_view> curves{"P-256", "P-384", "P-521"};
    if (std::ranges::find(curves, text) != curves.end()) return text;
    throw Error(Fault::configuration,
                fmt::format("{} is none of {}{}", inQuotes(text), listed(curves), didYouMean(text, curves)));
}

void readRsa(Table& table, KeySpec& key, Security security) {
    if (table.has("curve")) table.error("curve", "belongs to type = \"ec\"");
    key.curve.clear();
    if (key.bits == 0) key.bits = 2048;
    key.bits = table.count("bits", 0, 1'000'000).value_or(key.bits);
    constexpr std::array allowed{1024U, 2048U, 3072U, 4096U};
    if (std::ranges::find(allowed, key.bits) == allowed.end())
        table.error("bits", fmt::format("{} is none of 2048, 3072, 4096", key.bits));
    if (key.bits == 1024 && security != Security::legacy)
        table.error("bits",
                    "1024 is too weak; write 2048, or security = \"legacy\" in [scep] when the CA can do no better");
}

void readEc(Table& table, KeySpec& key) {
    if (table.has("bits")) table.error("bits", "belongs to type = \"rsa\"; an EC key has a curve");
    key.bits = 0;
    if (key.curve.empty()) key.curve = "P-256";
    key.curve = table.parsed("curve", parseCurve).value_or(key.curve);
}

KeySpec readKey(Table table, KeySpec key, Security security) {
    key.type = table.choice("type", keyTypeWords).value_or(key.type);
    key.store = table.choice("store", keyStoreWords).value_or(key.store);
    if (key.type == KeyType::rsa)
        readRsa(table, key, security);
    else
        readEc(table, key);
    table.know({"bits", "curve"});
    table.finish();
    return key;
}

bool holds(const Subject& subject, std::string_view type) {
    return std::ranges::any_of(subject, [&](const auto& rdn) {
        return std::ranges::any_of(rdn, [&](const Attribute& attribute) { return attribute.type == type; });
    });
}

Subject readSubject(Table& table, Usage usage) {
    if (!table.has("subject")) table.missing("subject", "subject = \"CN=${hostname},O=Example\"");
    const auto subject = table.parsed("subject", parseSubject);
    if (!subject) return {};
    if (!holds(*subject, "CN"))
        table.error("subject", "has no CN, which names the certificate; write for instance CN=${hostname}");
    if (usage == Usage::p2pSuiteB && !holds(*subject, "O"))
        table.error("subject", "has no O, which usage p2p-suite-b needs");
    return *subject;
}

Usage readUsage(Table& table) {
    if (!table.has("usage")) table.missing("usage", R"(usage = "802.1x" (or )" + listed(allWords(usageWords)) + ")");
    return table.choice("usage", usageWords).value_or(Usage::generic);
}

RenewRule readRenew(Table& table, RenewRule fallback) {
    const auto text = table.textOrZero("renew", R"(write "30d" or "20%" (before expiry), or 0 for never)");
    if (!text) return fallback;
    return table.parsed("renew", *text, parseRenew).value_or(fallback);
}

Digest readDigest(Table& table, Digest fallback, Security security) {
    const auto digest = table.choice("digest", digestWords).value_or(fallback);
    if (digest == Digest::sha1 && security != Security::legacy)
        table.error("digest",
                    "sha1 is too weak; write sha256, or security = \"legacy\" in [scep] when the CA can do no better");
    return digest;
}

std::vector<Target> readTargets(Table& table, Usage usage) {
    auto tables = table.tables("deploy");
    std::vector<Target> targets;
    if (!tables) targets.emplace_back().preset = defaultPreset(usage);
    if (!tables) return targets;
    for (auto& target : *tables)
        targets.push_back(readTarget(std::move(target)));
    return targets;
}

/// [certificate.a.b] is a table "b" in a certificate "a", although a name was meant. True when it was reported.
bool reportDottedName(const std::string& name, Table& table) {
    for (const auto& [inner, place] : table.innerTables()) {
        if (!nearest(inner, {"key", "deploy"}).empty()) continue;
        table.errorAt(
            place,
            fmt::format("[certificate.{0}.{1}] is a table \"{1}\" inside of a certificate \"{0}\"; the name of a "
                        "certificate has no dot, write for instance [certificate.{0}-{1}]",
                        name, inner));
        return true;
    }
    return false;
}

} // namespace

std::optional<Certificate> readCertificate(const std::string& name, Place place, Table table, const Scep& scep) {
    if (reportDottedName(name, table)) return std::nullopt;
    if (!isCertificateName(name))
        table.errorAt(
            place,
            fmt::format(
                "{} is not the name of a certificate; names have at most {} of a-z, 0-9, _ and -, and begin with "
                "a letter or digit",
                inQuotes(name), longestName));
    auto certificate = defaultsOf(readUsage(table));
    certificate.name = name;
    certificate.line = table.place().line;
    certificate.subject = readSubject(table, certificate.usage);
    certificate.san = table.parsedList("san", parseSanName).value_or(certificate.san);
    if (auto key = table.table("key")) certificate.key = readKey(std::move(*key), certificate.key, scep.security);
    certificate.rekey = table.flag("rekey").value_or(certificate.rekey);
    certificate.digest = readDigest(table, certificate.digest, scep.security);
    certificate.keyUsage = table.parsedList("key-usage", keyUsageOf).value_or(certificate.keyUsage);
    certificate.extendedKeyUsage =
        table.parsedList("extended-key-usage", extendedKeyUsageOid).value_or(certificate.extendedKeyUsage);
    certificate.templateName = table.text("template");
    certificate.renew = readRenew(table, certificate.renew);
    certificate.subjectChange = table.choice("subject-change", subjectChangeWords).value_or(certificate.subjectChange);
    certificate.drift = table.choice("drift", driftWords).value_or(certificate.drift);
    certificate.hooks = table.parsedList("hooks", parseHookName).value_or(certificate.hooks);
    certificate.hookTimeout = table.positiveDuration("hook-timeout").value_or(certificate.hookTimeout);
    certificate.targets = readTargets(table, certificate.usage);
    table.finish();
    return certificate;
}

} // namespace scepd::profile
