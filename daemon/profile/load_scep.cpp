#include "profile/load_parts.hpp"
#include "profile/quantity.hpp"
#include "profile/shape.hpp"
#include "profile/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace scepd::profile {
namespace {

constexpr std::size_t longestCaIdentifier = 255;

std::string parseCaIdentifier(const std::string& text) {
    if (characters(text) <= longestCaIdentifier) return text;
    throw Error(Fault::configuration,
                fmt::format("has {} characters; at most {} are allowed", characters(text), longestCaIdentifier));
}

bool parseFirstUse(const std::string& text) {
    if (text == "first-use") return true;
    throw Error(Fault::configuration,
                fmt::format("{} is not \"first-use\", the only word allowed here", inQuotes(text)));
}

std::optional<FingerprintPin> readFingerprint(Table& table, std::string_view key) {
    auto pin = table.parsed(key, parseFingerprint);
    if (pin && pin->digest == Digest::sha1)
        table.warning(key,
                      "a SHA-1 fingerprint can be forged; ask the CA's administrators for the SHA-256 fingerprint");
    return pin;
}

Trust readTrust(Table& table) {
    const auto fingerprint = readFingerprint(table, "ca-fingerprint");
    const auto certificate = table.parsed("ca-certificate", parsePath);
    const auto firstUse = table.parsed("trust", parseFirstUse);
    constexpr std::array<std::string_view, 3> keys{"ca-fingerprint", "ca-certificate", "trust"};
    const auto given = std::ranges::count_if(keys, [&](std::string_view key) { return table.has(key); });
    if (given == 0)
        table.error("nothing says how the CA is recognised; write ca-fingerprint = \"sha256:...\" (scepctl probe URL "
                    "shows it), "
                    "or ca-certificate, or trust = \"first-use\"");
    if (given > 1) table.error("only one of ca-fingerprint, ca-certificate and trust may be given");
    if (fingerprint) return *fingerprint;
    if (certificate) return CertificatePin{*certificate};
    if (firstUse)
        table.warning("trust", "whoever answers first is believed to be the CA and may learn the challenge; better is "
                               "ca-fingerprint = \"sha256:...\"");
    return FirstUse{};
}

void readRetries(Table& table, Scep& scep) {
    scep.retries = table.count("retries", 0, 1'000'000).value_or(scep.retries);
    scep.retryDelay = table.positiveDuration("retry-delay").value_or(scep.retryDelay);
    scep.retryDelayMax = table.positiveDuration("retry-delay-max").value_or(scep.retryDelayMax);
    scep.pollInterval = table.positiveDuration("poll-interval").value_or(scep.pollInterval);
    scep.pollLimit = table.positiveDuration("poll-limit").value_or(scep.pollLimit);
    scep.timeout = table.positiveDuration("timeout").value_or(scep.timeout);
    if (scep.retryDelay > scep.retryDelayMax)
        table.error("retry-delay", fmt::format("is longer than retry-delay-max ({}); equal values are a fixed interval",
                                               humanDuration(scep.retryDelayMax)));
}

void readTls(Table table, Scep& scep) {
    scep.tlsCaCertificates = table.parsed("ca-certificates", parsePath);
    scep.tlsClientCertificate = table.parsed("client-certificate", parsePath);
    scep.tlsClientKey = table.parsed("client-key", parsePath);
    if (table.has("client-certificate") != table.has("client-key"))
        table.error("client-certificate and client-key belong together; give both");
    table.finish();
}

bool isHttps(const std::string& url) {
    return sameIgnoringCase(url.substr(0, 8), "https://");
}

void checkFips(Table& table, const Scep& scep) {
    if (!std::ranges::all_of(scep.urls, isHttps)) table.error("url", "security = \"fips\" needs https");
    if (!scep.tlsClientCertificate || !scep.tlsClientKey)
        table.error("security", "\"fips\" needs mutual TLS; give tls.client-certificate and tls.client-key");
    const auto& source = scep.challenge.source;
    if (!std::holds_alternative<NoChallenge>(source) && !std::holds_alternative<DynamicChallenge>(source))
        table.error("security", "\"fips\" needs a dynamic challenge or none");
    if (scep.legacyReplies)
        table.error("legacy-replies", "security = \"fips\" does not accept replies in 3DES, DES or SHA-1");
}

} // namespace

Scep readScep(Table table) {
    Scep scep;
    if (!table.has("url")) table.missing("url", "url = \"http://ca.example.com/scep\"");
    scep.urls = table.parsedOneOrMore("url", parseScepUrl).value_or(scep.urls);
    if (table.has("url") && scep.urls.empty()) table.error("url", "names no server");
    scep.caIdentifier = table.parsed("ca-identifier", parseCaIdentifier);
    scep.trust = readTrust(table);
    scep.recipientFingerprint = readFingerprint(table, "recipient-fingerprint");
    scep.security = table.choice("security", securityWords).value_or(scep.security);
    scep.legacyReplies = table.flag("legacy-replies").value_or(scep.legacyReplies);
    scep.renewalChallenge = table.choice("renewal-challenge", renewalChallengeWords).value_or(scep.renewalChallenge);
    scep.renewalMessage = table.choice("renewal-message", renewalMessageWords).value_or(scep.renewalMessage);
    readRetries(table, scep);
    scep.proxy = table.parsed("proxy", parseProxy);
    scep.interface = table.parsed("interface", parseInterface);
    if (auto tls = table.table("tls")) readTls(std::move(*tls), scep);
    if (auto challenge = table.table("challenge")) scep.challenge = readChallenge(std::move(*challenge));
    if (scep.security == Security::fips) checkFips(table, scep);
    table.finish();
    return scep;
}

} // namespace scepd::profile
