#include "enroll/decoded.hpp"

#include "base/clock.hpp"
#include "crypto/attributes.hpp"
#include "crypto/cms.hpp"
#include "crypto/request.hpp"
#include "crypto/text.hpp"
#include "crypto/usage.hpp"
#include "scep/transport.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::enroll {
namespace {

constexpr std::size_t longestValue = 400;

namespace attribute = crypto::attribute;

using Meanings = std::vector<std::pair<std::string_view, std::string_view>>;

std::string meaning(const std::string& oid, const std::string& value) {
    const Meanings types{{"3", "CertRep"}, {"17", "RenewalReq"}, {"19", "PKCSReq"}, {"20", "CertPoll"}};
    const Meanings statuses{{"0", "SUCCESS"}, {"2", "FAILURE"}, {"3", "PENDING"}};
    const Meanings reasons{
        {"0", "badAlg"}, {"1", "badMessageCheck"}, {"2", "badRequest"}, {"3", "badTime"}, {"4", "badCertId"}};
    const auto& words = oid == attribute::messageType ? types : oid == attribute::pkiStatus ? statuses : reasons;
    if (oid != attribute::messageType && oid != attribute::pkiStatus && oid != attribute::failInfo) return {};
    const auto found = std::ranges::find(words, value, &Meanings::value_type::first);
    return found == words.end() ? std::string() : fmt::format(" ({})", found->second);
}

std::vector<std::string> usageNames(std::vector<std::string> oids) {
    std::ranges::transform(oids, oids.begin(), crypto::extendedUsageName);
    return oids;
}

void add(Lines& lines, const char* name, const std::string& value) {
    if (!value.empty()) lines.emplace_back(name, crypto::printable(value, longestValue));
}

void add(Lines& lines, const char* name, const std::vector<std::string>& values) {
    add(lines, name, fmt::format("{}", fmt::join(values, ", ")));
}

/// The DER of PKCS#9's challengePassword (1.2.840.113549.1.9.7).
bool hasChallenge(std::string_view der) {
    return der.contains(std::string_view("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07"));
}

/// The query's parameter of that name, still escaped; empty when there is none.
std::string_view parameter(std::string_view url, std::string_view name) {
    const auto question = url.find('?');
    if (question == std::string_view::npos) return {};
    auto query = url.substr(question + 1);
    while (!query.empty()) {
        const auto one = query.substr(0, query.find('&'));
        if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) return one.substr(name.size() + 1);
        query.remove_prefix(std::min(one.size() + 1, query.size()));
    }
    return {};
}

} // namespace

Lines decodedCertificate(const crypto::Certificate& certificate) {
    Lines lines;
    add(lines, "subject", certificate.subject());
    add(lines, "issuer", certificate.selfIssued() ? "itself" : certificate.issuer());
    add(lines, "serial", certificate.serialNumber());
    add(lines, "names", certificate.subjectAlternativeNames());
    add(lines, "key", certificate.keyDescription());
    add(lines, "valid", fmt::format("{} to {}", rfc3339(certificate.notBefore()), rfc3339(certificate.notAfter())));
    if (certificate.isCa()) add(lines, "is a CA", std::string("yes"));
    add(lines, "key usage", crypto::keyUsage(certificate));
    add(lines, "extended", usageNames(certificate.extendedKeyUsage()));
    add(lines, "SHA-256", crypto::hex(certificate.fingerprint(Digest::sha256)));
    return lines;
}

Lines decodedRequest(std::string_view der) {
    const auto request = crypto::Request::fromDer(der);
    Lines lines;
    add(lines, "subject", request.subject());
    add(lines, "names", request.subjectAlternativeNames());
    add(lines, "challenge", std::string(hasChallenge(der) ? "carried, not shown" : "none"));
    return lines;
}

Lines decodedMessage(std::string_view der, const std::vector<crypto::Certificate>& signers) {
    const auto message = crypto::verify(der, signers, crypto::Strength::legacy);
    Lines lines;
    for (const auto& [oid, name] : attribute::names) {
        if (const auto value = message.text(oid)) add(lines, name, *value + meaning(oid, *value));
        if (const auto value = message.octetString(oid)) add(lines, name, crypto::hexOf(*value));
    }
    add(lines, "signed by", message.signer.subject());
    add(lines, "content", fmt::format("{} bytes", message.content.size()));
    return lines;
}

Lines decodedCapabilities(const scep::Capabilities& capabilities) {
    const std::array<std::pair<bool, const char*>, 9> words{{{capabilities.scepStandard, "SCEPStandard"},
                                                             {capabilities.post, "POSTPKIOperation"},
                                                             {capabilities.renewal, "Renewal"},
                                                             {capabilities.getNextCaCert, "GetNextCACert"},
                                                             {capabilities.aes, "AES"},
                                                             {capabilities.des3, "DES3"},
                                                             {capabilities.sha1, "SHA-1"},
                                                             {capabilities.sha256, "SHA-256"},
                                                             {capabilities.sha512, "SHA-512"}}};
    std::vector<std::string> yes;
    std::vector<std::string> no;
    for (const auto& [has, word] : words)
        (has ? yes : no).emplace_back(word);
    Lines lines;
    add(lines, "understood", yes.empty() ? std::vector<std::string>{"nothing"} : yes);
    add(lines, "not offered", no);
    return lines;
}

std::string shownOperation(std::string_view url) {
    const auto operation = parameter(url, "operation");
    auto text = scep::shownUrl(url);
    if (!operation.empty()) text += fmt::format("?operation={}", operation);
    const auto identifier = operation == "PKIOperation" ? std::string_view() : parameter(url, "message");
    if (!identifier.empty()) text += fmt::format("&message={}", identifier);
    return crypto::printable(text, longestValue);
}

std::string text(const scep::Algorithms& algorithms) {
    const auto* cipher = algorithms.cipher == crypto::Cipher::aes128 ? "AES-128" : "3DES";
    const auto* digest = algorithms.digest == Digest::sha1     ? "SHA-1"
                         : algorithms.digest == Digest::sha512 ? "SHA-512"
                                                               : "SHA-256";
    return fmt::format("{} and {}", cipher, digest);
}

} // namespace scepd::enroll
