#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd::profile;
using namespace scepd::profile::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

/// What is written, and the one line that people then read.
struct Case {
    std::string text;
    std::string complaint;
};

void expectComplaints(const std::vector<Case>& cases, std::string (*complete)(const std::string&)) {
    for (const auto& [text, complaint] : cases)
        EXPECT_THAT(complaints(complete(text)), ElementsAre(complaint)) << text;
}

/// Certificate lines begin in line 5, after usage and subject in line 7.
std::string inCertificate(const std::string& lines) {
    return profileWith("usage = \"generic\"\n" + aSubject + lines);
}

/// Lines of [scep] begin in line 4.
std::string inScep(const std::string& lines) {
    return scepTable + lines + "[certificate.c]\nusage = \"generic\"\n" + aSubject;
}

/// Lines of [scep.challenge] begin in line 5.
std::string inChallenge(const std::string& lines) {
    return inScep("[scep.challenge]\n" + lines);
}

/// Lines of the target begin in line 8.
std::string inTarget(const std::string& lines) {
    return inCertificate("[[certificate.c.deploy]]\n" + lines);
}

/// A whole [scep] table; the certificate follows.
std::string asScep(const std::string& lines) {
    return "[scep]\n" + lines + "[certificate.c]\nusage = \"generic\"\n" + aSubject;
}

std::string asItIs(const std::string& text) {
    return text;
}

} // namespace

TEST(ProfileDiagnostics, NameAnUnknownKeyWithASuggestion) {
    expectComplaints(
        {
            {"descripton = \"x\"\n" + inCertificate(""),
             "p:1:1: error: unknown key \"descripton\"; did you mean \"description\"?"},
            {inScep("ca_identifier = \"x\"\n"),
             "p:4:1: error: unknown key \"ca_identifier\" in [scep]; did you mean \"ca-identifier\"?"},
            {inScep("colour = \"x\"\n"), "p:4:1: error: unknown key \"colour\" in [scep]"},
            {inScep("tls.client-cert = \"/a\"\n"),
             "p:4:5: error: unknown key \"client-cert\" in [scep.tls]; did you mean "
             "\"client-certificate\"?"},
            {inChallenge("type = \"none\"\nvlaue = \"x\"\n"),
             "p:6:1: error: unknown key \"vlaue\" in [scep.challenge]; did you mean \"value\"?"},
            {inCertificate("  renw = 0\n"),
             "p:7:3: error: unknown key \"renw\" in [certificate.c]; did you mean \"renew\"?"},
            {inCertificate("key.bit = 2048\n"),
             "p:7:5: error: unknown key \"bit\" in [certificate.c.key]; did you mean \"bits\"?"},
            {inTarget("Preset = \"files\"\n"),
             "p:8:1: error: unknown key \"Preset\" in [[certificate.c.deploy]]; did you mean \"preset\"?"},
            {inCertificate("[certificates.d]\n"),
             "p:7:2: error: unknown key \"certificates\"; did you mean \"certificate\"?"},
        },
        asItIs);
}

TEST(ProfileDiagnostics, NameAValueOfTheWrongType) {
    expectComplaints(
        {
            {"groups = \"kiosk\"\n" + inCertificate(""),
             "p:1:10: error: groups: expected a list of texts, such as [\"a\", \"b\"], found a text"},
            {"groups = [\"a\", 1]\n" + inCertificate(""),
             "p:1:16: error: groups: expected a text in quotation marks, found a whole number"},
            {"description = 1.5\n" + inCertificate(""),
             "p:1:15: error: description: expected a text in quotation marks, found a number"},
            {inScep("legacy-replies = \"yes\"\n"),
             "p:4:18: error: legacy-replies: expected true or false without quotation marks, found a text"},
            {inScep("retries = \"3\"\n"),
             "p:4:11: error: retries: expected a whole number without quotation marks, found a text"},
            {inScep("ca-identifier = 2020-01-01\n"),
             "p:4:17: error: ca-identifier: expected a text in quotation marks, found a date or time"},
            {inScep("tls = \"/a\"\n"), "p:4:7: error: tls: expected a table, written [scep.tls], found a text"},
            {inScep("challenge = \"s3cret\"\n"),
             "p:4:13: error: challenge: expected a table, written [scep.challenge], found a text"},
            {inCertificate("[certificate]\nd = true\n"),
             "p:8:5: error: d: expected a table, written [certificate.d], found true or false"},
            {inCertificate("[certificate.c.deploy]\npreset = \"files\"\n"),
             "p:7:1: error: deploy: expected a list of tables, each written [[certificate.c.deploy]] with two "
             "brackets, found a table"},
            {inCertificate("deploy = [\"files\"]\n"),
             "p:7:11: error: deploy: expected a table, written [[certificate.c.deploy]], found a text"},
            {inTarget("mode = 0o640\n"),
             "p:8:8: error: mode: expected a text in quotation marks, found a whole number"},
            {inCertificate("template = [\"a\"]\n"),
             "p:7:12: error: template: expected a text in quotation marks, found a list"},
            {"scep = 1\n[certificate.c]\nusage = \"generic\"\n" + aSubject,
             "p:1:8: error: scep: expected a table, written [scep], found a whole number"},
        },
        asItIs);
}

TEST(ProfileDiagnostics, RefuseEmptyTextsAndControlCharacters) {
    expectComplaints(
        {{"ca-identifier = \"\"\n", "p:4:17: error: ca-identifier: is empty; give it a value or leave the line out"},
         {"ca-identifier = \"a\\nb\"\n",
          "p:4:17: error: ca-identifier: holds a control character, such as a line break or a tab"},
         {"ca-identifier = \"a\\u0000b\"\n",
          "p:4:17: error: ca-identifier: holds a control character, such as a line break or a tab"}},
        inScep);
}

TEST(ProfileDiagnostics, WantDurationsWithAUnit) {
    expectComplaints(
        {{"timeout = 60\n", "p:4:11: error: timeout: a bare number does not say what it counts; write a text with a "
                            "unit, such as \"30s\", \"10min\" or \"30d\""},
         {"timeout = 0.5\n", "p:4:11: error: timeout: a bare number does not say what it counts; write a text with a "
                             "unit, such as \"30s\", \"10min\" or \"30d\""},
         {"timeout = \"60\"\n",
          "p:4:11: error: timeout: \"60\" has a number without a unit; write for instance \"60s\" or \"60d\""},
         {"timeout = 0\n", "p:4:11: error: timeout: must be longer than 0"},
         {"retry-delay = \"7h\"\n",
          "p:4:15: error: retry-delay: is longer than retry-delay-max (6h); equal values are a fixed interval"},
         {"retries = -1\n", "p:4:11: error: retries: -1 is not between 0 and 1000000"}},
        inScep);
    expectComplaints({{"renew = 30\n", "p:7:9: error: renew: a bare number does not say what it counts; write \"30d\" "
                                       "or \"20%\" (before expiry), or 0 for never"},
                      {"renew = \"100%\"\n", "p:7:9: error: renew: \"100%\" of the lifetime makes no sense; write more "
                                             "than 0% and less than 100%, or 0 to renew never"},
                      {"hook-timeout = \"0s\"\n", "p:7:16: error: hook-timeout: must be longer than 0"}},
                     inCertificate);
}

TEST(ProfileDiagnostics, ListTheWordsOfAnEnumeration) {
    expectComplaints(
        {{"security = \"lgeacy\"\n",
          "p:4:12: error: security: \"lgeacy\" is none of standard, legacy, fips; did you mean \"legacy\"?"},
         {"renewal-challenge = \"sometimes\"\n",
          "p:4:21: error: renewal-challenge: \"sometimes\" is none of never, if-required, always"},
         {"renewal-message = \"Auto\"\n", "p:4:19: error: renewal-message: \"Auto\" is none of auto, renewal, "
                                          "pkcs-signed-by-old, fresh; did you mean \"auto\"?"}},
        inScep);
    expectComplaints(
        {{"digest = \"md5\"\n", "p:7:10: error: digest: \"md5\" is none of sha256, sha384, sha512, sha1"},
         {"subject-change = \"renroll\"\n",
          "p:7:18: error: subject-change: \"renroll\" is none of keep, reenroll, alert; did you mean \"reenroll\"?"},
         {"drift = \"ignore\"\n", "p:7:9: error: drift: \"ignore\" is none of heal, report"},
         {"key.type = \"dsa\"\n", "p:7:12: error: type: \"dsa\" is none of rsa, ec; did you mean \"rsa\"?"},
         {"key.store = \"tpm\"\n",
          "p:7:13: error: store: \"tpm\" is none of file, tpm2, pkcs11; did you mean \"tpm2\"?"},
         {"key-usage = [\"digital-signatur\"]\n",
          "p:7:14: error: key-usage: \"digital-signatur\" is none of digital-signature, key-encipherment; did you mean "
          "\"digital-signature\"?"},
         {"extended-key-usage = [\"client\"]\n",
          "p:7:23: error: extended-key-usage: \"client\" is none of "
          "client-auth, server-auth, email-protection, code-signing, ipsec-ike, "
          "smartcard-logon, and no dotted object identifier; did you mean \"client-auth\"?"}},
        inCertificate);
    expectComplaints(
        {{"preset = \"wpa-supplicant\"\n",
          "p:8:10: error: preset: \"wpa-supplicant\" is none of files, wpa_supplicant, networkmanager, rsyslog, nginx, "
          "apache, lighttpd, haproxy, "
          "stunnel, cockpit, strongswan, xrdp, postgresql; did you mean \"wpa_supplicant\"?"},
         {"reload = \"restart\"\n", "p:8:10: error: reload: \"restart\" is none of none, reload, try-restart"},
         {"key-format = \"pkcs1\"\n",
          "p:8:14: error: key-format: \"pkcs1\" is none of pkcs8, traditional; did you mean \"pkcs8\"?"}},
        inTarget);
    expectComplaints(
        {{"type = \"password\"\n", "p:5:8: error: type: \"password\" is none of none, static, dynamic, command"}},
        inChallenge);
    expectComplaints(
        {{"request = \"never\"\n" + inCertificate(""), "p:1:11: error: request: \"never\" is none of auto, manual"},
         {profileWith("usage = \"wifi\"\n" + aSubject),
          "p:5:9: error: usage: \"wifi\" is none of 802.1x, web, syslog, p2p, p2p-suite-b, generic"}},
        asItIs);
}

TEST(ProfileDiagnostics, SayWhatIsMissing) {
    expectComplaints(
        {{"[certificate.c]\nusage = \"generic\"\n" + aSubject,
          "p:1:1: error: [scep] is missing; write for instance [scep] with url and ca-fingerprint"},
         {scepTable,
          "p:1:1: error: [certificate.NAME] is missing; write for instance [certificate.wifi] with usage and subject"},
         {profileWith(aSubject), "p:4:1: error: [certificate.c]: usage is missing; write for instance usage = "
                                 "\"802.1x\" (or 802.1x, web, syslog, p2p, p2p-suite-b, generic)"},
         {profileWith("usage = \"web\"\n"), "p:4:1: error: [certificate.c]: subject is missing; write for instance "
                                            "subject = \"CN=${hostname},O=Example\""}},
        asItIs);
}

TEST(ProfileDiagnostics, WantExactlyOneWayToRecogniseTheCa) {
    const std::string url = "url = \"http://ca/scep\"\n";
    const std::string pin = "ca-fingerprint = \"" + std::string(64, 'a') + "\"\n";
    expectComplaints(
        {{url, "p:1:1: error: [scep]: nothing says how the CA is recognised; write ca-fingerprint = \"sha256:...\" "
               "(scepctl probe URL shows it), or "
               "ca-certificate, or trust = \"first-use\""},
         {url + pin + "ca-certificate = \"/etc/ca.pem\"\n",
          "p:1:1: error: [scep]: only one of ca-fingerprint, ca-certificate and trust may be given"},
         {url + "trust = \"always\"\n",
          "p:3:9: error: trust: \"always\" is not \"first-use\", the only word allowed here"},
         {url + "ca-certificate = \"ca.pem\"\n",
          "p:3:18: error: ca-certificate: \"ca.pem\" is not an absolute path; it begins with \"/\""},
         {url + "ca-fingerprint = \"" + std::string(32, 'a') + "\"\n",
          "p:3:18: error: ca-fingerprint: an MD5 fingerprint pins nothing, because anybody can make a certificate that "
          "has it; ask for the SHA-256 fingerprint "
          "of the CA certificate"},
         {url + "ca-fingerprint = \"" + std::string(40, 'a') + "\"\n",
          "p:3:18: warning: ca-fingerprint: a SHA-1 fingerprint can be forged; ask the CA's administrators for the "
          "SHA-256 fingerprint"},
         {url + pin + "recipient-fingerprint = \"" + std::string(40, 'b') + "\"\n",
          "p:4:25: warning: recipient-fingerprint: a SHA-1 fingerprint can be forged; ask the CA's administrators for "
          "the SHA-256 fingerprint"},
         {pin, "p:1:1: error: [scep]: url is missing; write for instance url = \"http://ca.example.com/scep\""},
         {pin + "url = []\n", "p:3:7: error: url: names no server"},
         {pin + "url = [\"http://ca/\", \"ca\"]\n",
          "p:3:22: error: url: \"ca\" is not a URL; it begins with http:// or https://"}},
        asScep);
}

TEST(ProfileDiagnostics, HoldTheScepTableToItsRules) {
    expectComplaints({{"ca-identifier = \"" + std::string(256, 'x') + "\"\n",
                       "p:4:17: error: ca-identifier: has 256 characters; at most 255 are allowed"},
                      {"tls.client-key = \"/a\"\n",
                       "p:4:1: error: [scep.tls]: client-certificate and client-key belong together; give both"},
                      {"proxy = \"socks5://p:1\"\n",
                       "p:4:9: error: proxy: \"socks5://p:1\" is not a URL; it begins with http:// or https://"},
                      {"interface = \"eth 0\"\n",
                       "p:4:13: error: interface: \"eth 0\" is not the name of a network interface, such as eth0"}},
                     inScep);
}

TEST(ProfileDiagnostics, WantExactlyOneSourceOfAChallenge) {
    const std::string two = "type = \"static\"\nvalue = \"a\"\nfile = \"/b\"\n";
    expectComplaints(
        {{"type = \"static\"\n",
          "p:4:1: error: [scep.challenge]: type = \"static\" needs one of value, file, credential"},
         {two, "p:4:1: error: [scep.challenge]: type = \"static\" needs exactly one of value, file, credential"},
         {"value = \"a\"\n", "p:5:9: error: value: belongs to type = \"static\", but type is \"none\""},
         {"type = \"command\"\n",
          "p:4:1: error: [scep.challenge]: argv is missing; write for instance argv = [\"/usr/local/bin/challenge\"]"},
         {"type = \"command\"\nargv = [\"otp\"]\n", "p:6:8: error: argv: begins with the absolute path of a program"},
         {"type = \"command\"\nargv = []\n", "p:6:8: error: argv: begins with the absolute path of a program"},
         {"type = \"static\"\ncredential = \"a/b\"\n", "p:6:14: error: credential: \"a/b\" is not a file's name; write "
                                                       "it without a folder and without a dot in front"},
         {"type = \"dynamic\"\nurl = \"https://n/\"\nusername = \"u\"\n",
          "p:4:1: error: [scep.challenge]: type = \"dynamic\" needs one of password-file, password-credential"},
         {"type = \"dynamic\"\nurl = \"https://n/\"\npassword-file = \"/p\"\n",
          "p:4:1: error: [scep.challenge]: username is missing; write for instance username = \"CORP\\\\svc-scep\""}},
        inChallenge);
}

TEST(ProfileDiagnostics, HoldFipsProfilesToTheirRules) {
    const std::string fips = "security = \"fips\"\n";
    const auto found =
        complaints(inScep(fips + "legacy-replies = true\nchallenge.type = \"static\"\nchallenge.value = \"a\"\n"));
    EXPECT_THAT(
        found, ElementsAre(
                   "p:2:7: error: url: security = \"fips\" needs https",
                   "p:4:12: error: security: \"fips\" needs mutual TLS; give tls.client-certificate and tls.client-key",
                   "p:4:12: error: security: \"fips\" needs a dynamic challenge or none",
                   "p:5:18: error: legacy-replies: security = \"fips\" does not accept replies in 3DES, DES or SHA-1"));
    const std::string good = "url = \"https://ca/scep\"\nca-fingerprint = \"" + std::string(64, 'a') + "\"\n" + fips +
                             "tls.client-certificate = \"/c\"\ntls.client-key = \"/k\"\n";
    EXPECT_THAT(complaints(asScep(good)), IsEmpty());
}

TEST(ProfileDiagnostics, AllowWeakKeysAndDigestsWithLegacySecurityOnly) {
    expectComplaints({{"key.bits = 1024\n", "p:7:12: error: bits: 1024 is too weak; write 2048, or security = "
                                            "\"legacy\" in [scep] when the CA can do no better"},
                      {"digest = \"sha1\"\n", "p:7:10: error: digest: sha1 is too weak; write sha256, or security = "
                                              "\"legacy\" in [scep] when the CA can do no better"}},
                     inCertificate);
    EXPECT_THAT(complaints(inScep("security = \"legacy\"\n") + "key.bits = 1024\ndigest = \"sha1\"\n"), IsEmpty());
}

TEST(ProfileDiagnostics, HoldCertificatesToTheirRules) {
    expectComplaints(
        {{"key.bits = 2047\n", "p:7:12: error: bits: 2047 is none of 2048, 3072, 4096"},
         {"key.curve = \"P-256\"\n", "p:7:13: error: curve: belongs to type = \"ec\""},
         {"key.type = \"ec\"\nkey.bits = 2048\n",
          "p:8:12: error: bits: belongs to type = \"rsa\"; an EC key has a curve"},
         {"key.type = \"ec\"\nkey.curve = \"secp256r1\"\n",
          "p:8:13: error: curve: \"secp256r1\" is none of P-256, P-384, P-521"},
         {"san = [\"dns:a\", \"ip:b\"]\n", "p:7:17: error: san: \"b\" is not an IPv4 or IPv6 address"},
         {"hooks = [\"../a\"]\n",
          "p:7:10: error: hooks: \"../a\" is not a file's name; write it without a folder and without a dot in front"}},
        inCertificate);
    expectComplaints(
        {{"usage = \"generic\"\nsubject = \"O=Example\"\n",
          "p:6:11: error: subject: has no CN, which names the certificate; write for instance CN=${hostname}"},
         {"usage = \"p2p-suite-b\"\nsubject = \"CN=a\"\n",
          "p:6:11: error: subject: has no O, which usage p2p-suite-b needs"},
         {"usage = \"generic\"\nsubject = \"CN=a,X=b\"\n",
          "p:6:11: error: subject: \"X\" is not an attribute of a name known here; write a short name such as CN, O, "
          "OU, or a dotted object identifier"},
         {"usage = \"generic\"\nsubject = \"CN=$hostname\"\n",
          "p:6:11: error: subject: \"$hostname\" is not a variable; write \"${hostname}\", or \"$$hostname\" for a "
          "dollar sign"}},
        profileWith);
}

TEST(ProfileDiagnostics, TellThatACertificatesNameHasNoDot) {
    const std::string body = "usage = \"generic\"\n" + aSubject;
    expectComplaints({{scepTable + "[certificate.a.b]\n" + body,
                       "p:4:16: error: [certificate.a.b] is a table \"b\" inside of a certificate \"a\"; the name of a "
                       "certificate has no dot, write for "
                       "instance [certificate.a-b]"},
                      {scepTable + "[certificate.a.example.com]\n" + body,
                       "p:4:16: error: [certificate.a.example] is a table \"example\" inside of a certificate \"a\"; "
                       "the name of a certificate has no dot, write "
                       "for instance [certificate.a-example]"},
                      {scepTable + "[certificate.\"a.b\"]\n" + body,
                       "p:4:14: error: \"a.b\" is not the name of a certificate; names have at most 100 of a-z, 0-9, _ "
                       "and -, and begin with a letter or digit"},
                      {scepTable + "[certificate.WiFi]\n" + body,
                       "p:4:14: error: \"WiFi\" is not the name of a certificate; names have at most 100 of a-z, 0-9, "
                       "_ and -, and begin with a letter or digit"},
                      {scepTable + "[certificate.-a]\n" + body,
                       "p:4:14: error: \"-a\" is not the name of a certificate; names have at most 100 of a-z, 0-9, _ "
                       "and -, and begin with a letter or digit"},
                      {inCertificate("[certificate.c.deplyo]\n"),
                       "p:7:16: error: unknown key \"deplyo\" in [certificate.c]; did you mean \"deploy\"?"}},
                     asItIs);
}

TEST(ProfileDiagnostics, HoldTargetsToTheirRules) {
    expectComplaints(
        {{"key = \"key.pem\"\n", "p:8:7: error: key: \"key.pem\" is not an absolute path; it begins with \"/\""},
         {"key = \"/etc/ssl/../shadow\"\n",
          "p:8:7: error: key: \"/etc/ssl/../shadow\" has \"..\" in it; write where it really leads"},
         {"certificate = \"/etc/passwd\"\n", "p:8:15: error: certificate: \"/etc/passwd\" belongs to the user "
                                             "database; a certificate is never installed there"},
         {"mode = \"644\"\nkey-mode = \"0644\"\n", "p:9:12: warning: key-mode: lets everybody read the private key"},
         {"mode = \"0664\"\n", "p:8:8: warning: mode: lets others than the owner replace what was installed"},
         {"mode = \"rw\"\n", "p:8:8: error: mode: \"rw\" is not a file mode; write it in octal, such as \"0640\""},
         {"owner = \"a:b\"\n", "p:8:9: error: owner: \"a:b\" is not the name of a user or group"},
         {"unit = \"nginx\"\n", "p:8:8: error: unit: \"nginx\" is not a unit's whole name; write \"nginx.service\""},
         {"check = [\"nginx\", \"-t\"]\n", "p:8:9: error: check: begins with the absolute path of a program"},
         {"served = \"localhost\"\n",
          "p:8:10: error: served: \"localhost\" is not host:port, such as localhost:443 or [::1]:443"},
         {"pkcs12-password-file = \"/a\"\n",
          "p:8:24: error: pkcs12-password-file: is used for pkcs12 only, and no pkcs12 is given"},
         {"reload = \"reload\"\n", "p:7:1: error: [[certificate.c.deploy]]: preset \"files\" knows no unit to reload; "
                                   "name it, unit = \"example.service\""},
         {"preset = \"stunnel\"\n", "p:7:1: error: [[certificate.c.deploy]]: preset \"stunnel\" knows no unit to "
                                    "reload; name it, unit = \"example.service\""},
         {"preset = \"networkmanager\"\nreload = \"reload\"\n",
          "p:9:10: error: reload: activates a connection; name it, connection = \"office\""},
         {"preset = \"nginx\"\ninterface = \"eth0\"\n", "p:9:13: error: interface: means nothing to preset \"nginx\""},
         {"connection = \"x\"\n", "p:8:14: error: connection: means nothing to preset \"files\""}},
        inTarget);
}

TEST(ProfileDiagnostics, RefuseAFileThatContradictsItself) {
    const std::string web = "usage = \"web\"\n" + aSubject;
    const std::string generic = "usage = \"generic\"\n" + aSubject;
    const std::string target = "deploy = [{ key = \"/etc/x/key\" }]\n";
    expectComplaints(
        {{scepTable + "[certificate.a]\n" + web + "[certificate.b]\n" + web,
          "p:7:1: error: usage \"web\" is taken by certificate \"a\" (p:4); only \"generic\" may occur more than once "
          "on an endpoint"},
         {scepTable + "[certificate.a]\n" + generic + target + "[certificate.b]\n" + generic + target,
          "p:11:1: error: key \"/etc/x/key\" is written by certificate \"a\" (p:7) already"},
         {scepTable + "[certificate.a]\n" + generic + "[[certificate.a.deploy]]\n[[certificate.a.deploy]]\n",
          "p:8:1: error: certificate \"/etc/ssl/scepd/a/cert.pem\" is written already by the target in line 7"}},
        asItIs);
}

TEST(ProfileDiagnostics, ComeInTheOrderOfTheFileAndAllAtOnce) {
    EXPECT_THAT(complaints("groups = 1\n" + inScep("timeout = 1\nretries = \"x\"\n") + "renew = 3\n"),
                ElementsAre(HasSubstr("p:1:10: error: groups"), HasSubstr("p:5:11: error: timeout"),
                            HasSubstr("p:6:11: error: retries"), HasSubstr("p:10:9: error: renew")));
}

TEST(ProfileDiagnostics, OfSyntaxHaveALineAndAColumn) {
    expectComplaints(
        {{"groups = [\"a\"\n[scep]\n", "p:2:1: error: Error while parsing array: expected comma or closing ']'"},
         {"a = 1\na = 2\n", "p:2:5: error: Error while parsing key-value pair: cannot redefine existing integer 'a'"},
         {"a = yes\n",
          "p:1:5: error: a value is neither a text in quotation marks, nor a number, true, false, a list or a table"},
         {"a = \"\xff\"\n", "p:1:5: error: Encountered invalid utf-8 sequence"},
         {std::string("a = \"x\0y\"\n", 10),
          "p:1:7: error: Error while parsing string: unescaped control characters other than TAB (U+0009) are "
          "explicitly prohibited"}},
        asItIs);
}

TEST(ProfileDiagnostics, NeverQuoteASecret) {
    for (const auto* secret : {"Geheim1",       "true1Geheim",   "12345678901234567890123",
                               "1_Geheim",      "inGeheim",      "0xGeheim",
                               "+Geheim",       "2020-Geheim",   "\"Geheim",
                               "'Geheim",       "\"\"\"Geheim",  "\"a\" Geheim",
                               "12:34Geheim",   "1e5Geheim",     "[\"Geheim\"]",
                               "\"Ge\\qheim\"", "\"Geheim\\n\"", "1234567",
                               "\"\"",          "{ Geheim = 1 }"}) {
        const auto found = complaints(inChallenge("type = \"static\"\nvalue = " + std::string(secret) + "\n"));
        ASSERT_FALSE(found.empty()) << secret;
        for (const auto& line : found) {
            EXPECT_THAT(line, Not(HasSubstr("heim"))) << secret;
            EXPECT_THAT(line, Not(HasSubstr("123"))) << secret;
        }
    }
}
