#include "enroll/decoded.hpp"

#include "crypto/text.hpp"
#include "scep/transport.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::enroll {
namespace {

constexpr std::size_t longestValue = 400;

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

std::vector<crypto::Line> decodedCapabilities(const scep::Capabilities& capabilities) {
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
    return {{"understood", yes.empty() ? "nothing" : fmt::format("{}", fmt::join(yes, ", "))},
            {"not offered", no.empty() ? "nothing" : fmt::format("{}", fmt::join(no, ", "))}};
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
