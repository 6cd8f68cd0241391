#pragma once

#include "profile/profile.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The words of the configuration and what they mean: one table per enumeration serves reading and printing alike.
namespace scepd::profile {

/// A word of the configuration and its value.
template <typename Value>
using Word = std::pair<std::string_view, Value>;

inline constexpr std::array usageWords{
    Word<Usage>{"802.1x", Usage::ieee8021x},      Word<Usage>{"web", Usage::web},
    Word<Usage>{"syslog", Usage::syslog},         Word<Usage>{"p2p", Usage::p2p},
    Word<Usage>{"p2p-suite-b", Usage::p2pSuiteB}, Word<Usage>{"generic", Usage::generic},
};

inline constexpr std::array presetWords{
    Word<Preset>{"files", Preset::files},
    Word<Preset>{"wpa_supplicant", Preset::wpaSupplicant},
    Word<Preset>{"networkmanager", Preset::networkmanager},
    Word<Preset>{"rsyslog", Preset::rsyslog},
    Word<Preset>{"nginx", Preset::nginx},
    Word<Preset>{"apache", Preset::apache},
    Word<Preset>{"lighttpd", Preset::lighttpd},
    Word<Preset>{"haproxy", Preset::haproxy},
    Word<Preset>{"stunnel", Preset::stunnel},
    Word<Preset>{"cockpit", Preset::cockpit},
    Word<Preset>{"strongswan", Preset::strongswan},
    Word<Preset>{"xrdp", Preset::xrdp},
    Word<Preset>{"postgresql", Preset::postgresql},
};

inline constexpr std::array digestWords{
    Word<Digest>{"sha256", Digest::sha256},
    Word<Digest>{"sha384", Digest::sha384},
    Word<Digest>{"sha512", Digest::sha512},
    Word<Digest>{"sha1", Digest::sha1},
};

inline constexpr std::array keyTypeWords{Word<KeyType>{"rsa", KeyType::rsa}, Word<KeyType>{"ec", KeyType::ec}};
inline constexpr std::array keyStoreWords{Word<KeyStore>{"file", KeyStore::file},
                                          Word<KeyStore>{"tpm2", KeyStore::tpm2},
                                          Word<KeyStore>{"pkcs11", KeyStore::pkcs11}};
inline constexpr std::array keyUsageWords{Word<KeyUsage>{"digital-signature", KeyUsage::digitalSignature},
                                          Word<KeyUsage>{"key-encipherment", KeyUsage::keyEncipherment}};
inline constexpr std::array encodingWords{Word<Encoding>{"pem", Encoding::pem}, Word<Encoding>{"der", Encoding::der}};
inline constexpr std::array keyFormatWords{Word<KeyFormat>{"pkcs8", KeyFormat::pkcs8},
                                           Word<KeyFormat>{"traditional", KeyFormat::traditional}};
inline constexpr std::array reloadWords{Word<Reload>{"none", Reload::none}, Word<Reload>{"reload", Reload::reload},
                                        Word<Reload>{"try-restart", Reload::tryRestart}};
inline constexpr std::array subjectChangeWords{Word<SubjectChange>{"keep", SubjectChange::keep},
                                               Word<SubjectChange>{"reenroll", SubjectChange::reenroll},
                                               Word<SubjectChange>{"alert", SubjectChange::alert}};
inline constexpr std::array driftWords{Word<Drift>{"heal", Drift::heal}, Word<Drift>{"report", Drift::report}};
inline constexpr std::array sanTypeWords{Word<SanType>{"dns", SanType::dns},     Word<SanType>{"ip", SanType::ip},
                                         Word<SanType>{"email", SanType::email}, Word<SanType>{"uri", SanType::uri},
                                         Word<SanType>{"upn", SanType::upn},     Word<SanType>{"rid", SanType::rid}};
inline constexpr std::array securityWords{Word<Security>{"standard", Security::standard},
                                          Word<Security>{"legacy", Security::legacy},
                                          Word<Security>{"fips", Security::fips}};
inline constexpr std::array renewalChallengeWords{Word<RenewalChallenge>{"never", RenewalChallenge::never},
                                                  Word<RenewalChallenge>{"if-required", RenewalChallenge::ifRequired},
                                                  Word<RenewalChallenge>{"always", RenewalChallenge::always}};
inline constexpr std::array renewalMessageWords{
    Word<RenewalMessage>{"auto", RenewalMessage::automatic}, Word<RenewalMessage>{"renewal", RenewalMessage::renewal},
    Word<RenewalMessage>{"pkcs-signed-by-old", RenewalMessage::pkcsSignedByOld},
    Word<RenewalMessage>{"fresh", RenewalMessage::fresh}};

/// The word for a value; empty for a value that has none.
template <typename Words, typename Value>
constexpr std::string_view wordFor(const Words& words, Value value) {
    for (const auto& [text, meaning] : words)
        if (meaning == value) return text;
    return {};
}

/// All words of a table, as candidates for a suggestion.
template <typename Words>
std::vector<std::string_view> allWords(const Words& words) {
    std::vector<std::string_view> texts;
    texts.reserve(words.size());
    for (const auto& word : words)
        texts.push_back(word.first);
    return texts;
}

} // namespace scepd::profile
