#include "crypto/describe.hpp"

#include "base/clock.hpp"
#include "crypto/text.hpp"
#include "crypto/usage.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::crypto {
namespace {

constexpr std::size_t longestValue = 1024;

std::string usageNames(const Certificate& certificate) {
    auto usages = certificate.extendedKeyUsage();
    std::ranges::transform(usages, usages.begin(), extendedKeyUsageName);
    return fmt::format("{}", fmt::join(usages, ", "));
}

} // namespace

std::vector<Line> describeCertificate(const Certificate& certificate) {
    const auto joined = [](const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); };
    std::vector<Line> lines{
        {"subject", certificate.subject()},
        {"issuer", certificate.selfIssued() ? "itself" : certificate.issuer()},
        {"serial", certificate.serialNumber()},
        {"alternative names", joined(certificate.subjectAlternativeNames())},
        {"key", certificate.keyDescription()},
        {"valid", fmt::format("{} to {}", rfc3339(certificate.notBefore()), rfc3339(certificate.notAfter()))},
        {"is a CA", certificate.isCa() ? "yes" : ""},
        {"key usage", joined(keyUsage(certificate))},
        {"extended key usage", usageNames(certificate)},
        {"SHA-256", hex(certificate.fingerprint(Digest::sha256))}};
    std::erase_if(lines, [](const Line& line) { return line.value.empty(); });
    for (auto& line : lines)
        line.value = printable(line.value, longestValue);
    return lines;
}

} // namespace scepd::crypto
