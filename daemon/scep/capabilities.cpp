#include "scep/capabilities.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace scepd::scep {
namespace {

constexpr std::size_t longestAnswer = 4096;

constexpr std::array<std::pair<std::string_view, bool Capabilities::*>, 9> words{{
    {"aes", &Capabilities::aes},
    {"des3", &Capabilities::des3},
    {"getnextcacert", &Capabilities::getNextCaCert},
    {"postpkioperation", &Capabilities::post},
    {"renewal", &Capabilities::renewal},
    {"sha-1", &Capabilities::sha1},
    {"sha-256", &Capabilities::sha256},
    {"sha-512", &Capabilities::sha512},
    {"scepstandard", &Capabilities::scepStandard},
}};

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view space = " \t\r";
    const auto begin = line.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(space) - begin + 1);
}

void learn(Capabilities& capabilities, std::string_view line) {
    std::string word(trimmed(line));
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [name, member] : words)
        if (word == name) capabilities.*member = true;
}

/// Only printable ASCII and line ends, and no markup.
bool isList(std::string_view body) {
    if (body.size() > longestAnswer || body.contains('<')) return false;
    return std::ranges::all_of(body,
                               [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n' || c == '\t'; });
}

} // namespace

Capabilities parseCapabilities(std::string_view body) {
    Capabilities capabilities;
    if (!isList(body)) return capabilities;
    while (!body.empty()) {
        const auto end = std::min(body.find('\n'), body.size());
        learn(capabilities, body.substr(0, end));
        body.remove_prefix(std::min(end + 1, body.size()));
    }
    if (capabilities.scepStandard) capabilities.aes = capabilities.sha256 = capabilities.post = true;
    return capabilities;
}

Algorithms chooseAlgorithms(const Capabilities& capabilities, profile::Security security) {
    Algorithms algorithms;
    if (capabilities.sha512 && !capabilities.sha256) algorithms.digest = Digest::sha512;
    if (security != profile::Security::legacy) return algorithms;
    if (capabilities == Capabilities{}) return {crypto::Cipher::des3, Digest::sha1};
    const bool better = capabilities.sha256 || capabilities.sha512;
    if (capabilities.des3 && !capabilities.aes) algorithms.cipher = crypto::Cipher::des3;
    if (capabilities.sha1 && !better) algorithms.digest = Digest::sha1;
    return algorithms;
}

crypto::Strength replyStrength(const profile::Scep& scep) {
    const bool legacy = scep.legacyReplies || scep.security == profile::Security::legacy;
    return legacy ? crypto::Strength::legacy : crypto::Strength::standard;
}

} // namespace scepd::scep
