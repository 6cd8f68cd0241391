#pragma once

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What an administrator wrote, as values that are valid by construction. The TOML keys carry the same names in
/// kebab-case; config/ and scepd-profile(5) describe them for people.
namespace scepd::profile {

/// A finding about a configuration file. Lines and columns count from 1; 0 means the file as a whole.
struct Diagnostic {
    enum class Severity { warning, error };

    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    Severity severity = Severity::error;
    std::string text; ///< What is wrong and what to write instead, in one sentence.

    bool operator==(const Diagnostic&) const = default;
};

/// "FILE:LINE:COLUMN: error: TEXT", as compilers print it and editors jump to it.
std::string format(const Diagnostic& diagnostic);

enum class Usage { ieee8021x, web, syslog, p2p, p2pSuiteB, generic };
std::string_view name(Usage usage); ///< "802.1x", "web", "syslog", "p2p", "p2p-suite-b", "generic"

enum class KeyType { rsa, ec };
enum class KeyStore { file, tpm2, pkcs11 };

/// The key that a certificate asks for. `bits` counts for RSA, `curve` ("P-256", "P-384", "P-521") for EC.
struct KeySpec {
    KeyType type = KeyType::rsa;
    unsigned bits = 2048;
    std::string curve;
    KeyStore store = KeyStore::file;

    bool operator==(const KeySpec&) const = default;
};

enum class KeyUsage { digitalSignature, keyEncipherment };
enum class Preset {
    files,
    wpaSupplicant,
    networkmanager,
    rsyslog,
    nginx,
    apache,
    lighttpd,
    haproxy,
    stunnel,
    cockpit,
    strongswan,
    xrdp,
    postgresql
};
std::string_view name(Preset preset); ///< As in the configuration: "files", "wpa_supplicant", "nginx", ...

enum class Encoding { pem, der };
enum class KeyFormat { pkcs8, traditional };
enum class Reload { preset, none, reload, tryRestart };

/// Where and in which shape a consumer reads a certificate. What the administrator left out is nullopt here and
/// filled in by resolveTarget(); paths are absolute as written, below --root when used.
struct Target {
    Preset preset = Preset::files;
    std::optional<std::string> interface, connection, unit;
    std::optional<std::string> certificate, key, chain, ca, fullchain, combined, pkcs12;
    Encoding encoding = Encoding::pem; ///< Of all but pkcs12, which is DER always.
    KeyFormat keyFormat = KeyFormat::pkcs8;
    std::optional<std::string> pkcs12PasswordFile; ///< There whenever pkcs12 is.
    std::optional<std::string> owner, group;
    std::optional<unsigned> mode, keyMode;
    Reload reload = Reload::preset;
    std::optional<std::vector<std::string>> check; ///< argv
    std::optional<std::string> served;             ///< "host:port"
    std::uint32_t line = 0;                        ///< Where it stands in the file; 0 for a usage's default.

    bool operator==(const Target&) const = default;
};

/// `renew`: so long before expiry, or such a share of the lifetime before expiry. Zero duration means never.
struct RenewRule {
    std::variant<Duration, double> before; ///< A duration, or a fraction between 0 and 1.

    bool operator==(const RenewRule&) const = default;
};

enum class SubjectChange { keep, reenroll, alert };
enum class Drift { heal, report };

/// One attribute of a relative distinguished name; `value` still carries ${variables}.
struct Attribute {
    std::string type; ///< Short name as OpenSSL knows it ("CN", "O", "emailAddress") or a dotted OID.
    std::string value;

    bool operator==(const Attribute&) const = default;
};
/// A distinguished name in the order typed; an inner vector with several attributes is a multi-valued RDN.
using Subject = std::vector<std::vector<Attribute>>;

enum class SanType { dns, ip, email, uri, upn, rid };
struct SanName {
    SanType type = SanType::dns;
    std::string value; ///< Still carries ${variables}.

    bool operator==(const SanName&) const = default;
};

/// One [certificate.NAME] of a profile.
struct Certificate {
    std::string name; ///< [a-z0-9][a-z0-9_-]*
    Usage usage = Usage::generic;
    Subject subject;
    std::vector<SanName> san;
    KeySpec key;
    bool rekey = true;
    Digest digest = Digest::sha256;
    std::vector<KeyUsage> keyUsage;
    std::vector<std::string> extendedKeyUsage; ///< Dotted OIDs.
    std::optional<std::string> templateName;
    RenewRule renew{1.0 / 3};
    SubjectChange subjectChange = SubjectChange::reenroll;
    Drift drift = Drift::heal;
    std::vector<std::string> hooks;
    Duration hookTimeout = std::chrono::seconds(60);
    std::vector<Target> targets;
    std::uint32_t line = 0; ///< Where its table begins in the profile's file.

    bool operator==(const Certificate&) const = default;
};

struct NoChallenge {
    bool operator==(const NoChallenge&) const = default;
};
/// Exactly one of the three is set.
struct StaticChallenge {
    std::optional<Secret> value;
    std::optional<std::string> file;
    std::optional<std::string> credential;

    bool operator==(const StaticChallenge&) const = default;
};
struct DynamicChallenge {
    std::string url, username;
    std::optional<std::string> passwordFile, passwordCredential;

    bool operator==(const DynamicChallenge&) const = default;
};
struct CommandChallenge {
    std::vector<std::string> argv;

    bool operator==(const CommandChallenge&) const = default;
};
struct Challenge {
    std::variant<NoChallenge, StaticChallenge, DynamicChallenge, CommandChallenge> source;
    bool once = false;

    bool operator==(const Challenge&) const = default;
};

/// How the CA is known before anything is sent to it. Fingerprints are raw digests of the whole DER certificate.
struct FingerprintPin {
    Digest digest = Digest::sha256;
    std::vector<std::uint8_t> value;

    bool operator==(const FingerprintPin&) const = default;
};
struct CertificatePin {
    std::string file;

    bool operator==(const CertificatePin&) const = default;
};
struct FirstUse {
    bool operator==(const FirstUse&) const = default;
};
using Trust = std::variant<FingerprintPin, CertificatePin, FirstUse>;
/// "sha256:AB..." in lower case, "file /etc/...", "first-use".
std::string describe(const Trust& trust);

enum class Security { standard, legacy, fips };
enum class RenewalChallenge { never, ifRequired, always };
enum class RenewalMessage { automatic, renewal, pkcsSignedByOld, fresh };

/// The [scep] table: one CA and how to talk to it.
struct Scep {
    std::vector<std::string> urls; ///< In order of preference, verbatim.
    std::optional<std::string> caIdentifier;
    Trust trust;
    std::optional<FingerprintPin> recipientFingerprint;
    Security security = Security::standard;
    bool legacyReplies = false;
    RenewalChallenge renewalChallenge = RenewalChallenge::ifRequired;
    RenewalMessage renewalMessage = RenewalMessage::automatic;
    unsigned retries = 0; ///< 0: never give up.
    Duration retryDelay = std::chrono::minutes(1);
    Duration retryDelayMax = std::chrono::hours(6);
    Duration pollInterval = std::chrono::minutes(1);
    Duration pollLimit = std::chrono::days(7);
    Duration timeout = std::chrono::seconds(60);
    std::optional<std::string> proxy, interface;
    std::optional<std::string> tlsCaCertificates, tlsClientCertificate, tlsClientKey;
    Challenge challenge;

    bool operator==(const Scep&) const = default;
};

/// One file of a profiles.d folder.
struct Profile {
    std::string file; ///< As found, with --root in front.
    std::string description;
    std::vector<std::string> groups;
    bool manual = false; ///< request = "manual"
    Scep scep;
    std::vector<Certificate> certificates; ///< In the order of the file.

    /// True when the profile applies to an endpoint that belongs to these groups.
    [[nodiscard]] bool appliesTo(const std::vector<std::string>& endpointGroups) const;
    /// True when it is for one of these groups by name.
    [[nodiscard]] bool names(const std::vector<std::string>& some) const;

    bool operator==(const Profile&) const = default;
};

/// What asks for something this version does not do yet, as a sentence for people; nullopt when all is supported.
std::optional<std::string> unsupported(const Certificate& certificate);

/// "the profile is for the groups kiosk, lab": why it does not apply to an endpoint that is in none of them.
std::string groupsSentence(const Profile& profile);

/// /etc/scepd/scepd.toml: this endpoint and the daemon's settings. All have defaults.
struct Settings {
    std::vector<std::string> groups;
    std::map<std::string, std::string> variables; ///< [endpoint]
    Duration renewalSpacing = std::chrono::hours(1);
    double renewalSpread = 0.10; ///< Share of the renewal window, 0 to 1.
    unsigned parallelEnrollments = 2;
    Duration bootSpread{};
    Duration waitForSync = std::chrono::minutes(10);
    std::optional<std::string> metricsTextfile;

    bool operator==(const Settings&) const = default;
};

} // namespace scepd::profile
