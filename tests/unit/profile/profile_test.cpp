#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd;
using namespace scepd::profile;
using namespace scepd::profile::test;
using namespace std::chrono_literals;
using testing::ElementsAre;

namespace {

Profile parsed(const std::string& text) {
    auto loaded = parseProfile(text, "p");
    EXPECT_TRUE(loaded.value) << testing::PrintToString(formatted(loaded.diagnostics));
    return loaded.value.value_or(Profile{});
}

Certificate certificateWith(const std::string& lines) {
    const auto profile = parsed(profileWith(lines));
    return profile.certificates.empty() ? Certificate{} : profile.certificates.front();
}

Target targetWith(const std::string& lines) {
    const auto certificate = certificateWith("usage = \"generic\"\n" + aSubject + "[[certificate.c.deploy]]\n" + lines);
    return certificate.targets.empty() ? Target{} : certificate.targets.front();
}

const std::string clientAuth = "1.3.6.1.5.5.7.3.2";
const std::string serverAuth = "1.3.6.1.5.5.7.3.1";

} // namespace

TEST(Profile, WithNothingButWhatIsRequiredHasEveryDefault) {
    const auto profile = parsed(profileWith("usage = \"generic\"\nsubject = \"CN=host\"\n"));
    Profile expected;
    expected.file = "p";
    expected.scep.urls = {"http://ca.example.com/scep"};
    expected.scep.trust = FingerprintPin{Digest::sha256, std::vector<std::uint8_t>(32, 0xaa)};
    Certificate certificate;
    certificate.name = "c";
    certificate.usage = Usage::generic;
    certificate.subject = {{{"CN", "host"}}};
    certificate.key = {KeyType::rsa, 2048, "", KeyStore::file};
    certificate.keyUsage = {KeyUsage::digitalSignature, KeyUsage::keyEncipherment};
    certificate.extendedKeyUsage = {clientAuth};
    certificate.targets = {Target{}};
    certificate.line = 4;
    expected.certificates = {certificate};
    EXPECT_EQ(profile, expected);
    EXPECT_EQ(certificate.renew, RenewRule{1.0 / 3});
    EXPECT_EQ(certificate.hookTimeout, 60s);
    EXPECT_EQ(profile.scep.retryDelay, 1min);
    EXPECT_EQ(profile.scep.retryDelayMax, 6h);
    EXPECT_EQ(profile.scep.pollInterval, 1min);
    EXPECT_EQ(profile.scep.pollLimit, 168h);
    EXPECT_EQ(profile.scep.timeout, 60s);
}

TEST(Profile, CarriesEveryKeyOfItsScepTable) {
    const auto profile = parsed(R"(description = "Büro"
groups = ["kiosk", "floor-2"]
request = "manual"
[scep]
url = ["https://a.example.com/scep", "http://b.example.com"]
ca-identifier = "corp"
ca-certificate = "/etc/ssl/ca.pem"
recipient-fingerprint = "1111111111111111111111111111111111111111111111111111111111111111"
security = "legacy"
legacy-replies = true
renewal-challenge = "always"
renewal-message = "fresh"
retries = 7
retry-delay = "5s"
retry-delay-max = "5s"
poll-interval = "2min"
poll-limit = "1d"
timeout = "10s"
proxy = "http://proxy.example.com:3128"
interface = "eth1"
tls.ca-certificates = "/etc/ssl/tls.pem"
tls.client-certificate = "/etc/ssl/me.pem"
tls.client-key = "/etc/ssl/me.key"
[scep.challenge]
type = "static"
credential = "challenge"
once = true
[certificate.c]
usage = "generic"
subject = "CN=host"
)");
    EXPECT_EQ(profile.description, "Büro");
    EXPECT_THAT(profile.groups, ElementsAre("kiosk", "floor-2"));
    EXPECT_TRUE(profile.manual);
    Scep expected;
    expected.urls = {"https://a.example.com/scep", "http://b.example.com/cgi-bin/pkiclient.exe"};
    expected.caIdentifier = "corp";
    expected.trust = CertificatePin{"/etc/ssl/ca.pem"};
    expected.recipientFingerprint = FingerprintPin{Digest::sha256, std::vector<std::uint8_t>(32, 0x11)};
    expected.security = Security::legacy;
    expected.legacyReplies = true;
    expected.renewalChallenge = RenewalChallenge::always;
    expected.renewalMessage = RenewalMessage::fresh;
    expected.retries = 7;
    expected.retryDelay = 5s;
    expected.retryDelayMax = 5s;
    expected.pollInterval = 2min;
    expected.pollLimit = 24h;
    expected.timeout = 10s;
    expected.proxy = "http://proxy.example.com:3128";
    expected.interface = "eth1";
    expected.tlsCaCertificates = "/etc/ssl/tls.pem";
    expected.tlsClientCertificate = "/etc/ssl/me.pem";
    expected.tlsClientKey = "/etc/ssl/me.key";
    expected.challenge = {StaticChallenge{std::nullopt, std::nullopt, "challenge"}, true};
    EXPECT_EQ(profile.scep, expected);
}

TEST(Profile, HasEveryKindOfChallenge) {
    const auto challengeOf = [](const std::string& lines) {
        return parsed(scepTable + "[scep.challenge]\n" + lines + "[certificate.c]\nusage = \"generic\"\n" + aSubject)
            .scep.challenge.source;
    };
    using Source = decltype(Challenge::source);
    const auto expectSource = [&](const std::string& lines, const Source& expected) {
        EXPECT_TRUE(challengeOf(lines) == expected) << lines; // nothing prints a Secret
    };
    expectSource("type = \"none\"\n", NoChallenge{});
    expectSource("type = \"static\"\nvalue = \"s3cret\"\n",
                 StaticChallenge{Secret("s3cret"), std::nullopt, std::nullopt});
    expectSource("type = \"static\"\nfile = \"/etc/scepd/secrets/ca\"\n",
                 StaticChallenge{std::nullopt, "/etc/scepd/secrets/ca", std::nullopt});
    expectSource("type = \"dynamic\"\nurl = \"https://ndes.example.com/certsrv/mscep_admin/\"\n"
                 "username = \"CORP\\\\svc\"\npassword-credential = \"ndes\"\n",
                 DynamicChallenge{"https://ndes.example.com/certsrv/mscep_admin/", "CORP\\svc", std::nullopt, "ndes"});
    expectSource("type = \"command\"\nargv = [\"/usr/bin/otp\", \"--ca\", \"\"]\n",
                 CommandChallenge{{"/usr/bin/otp", "--ca", ""}});
}

TEST(Profile, TrustsOnFirstUseOnlyWhenToldSoAndWarns) {
    const auto loaded = parseProfile("[scep]\nurl = \"http://ca/scep\"\ntrust = \"first-use\"\n[certificate.c]\n"
                                     "usage = \"generic\"\n" +
                                         aSubject,
                                     "p");
    ASSERT_TRUE(loaded.value);
    EXPECT_TRUE(std::holds_alternative<FirstUse>(loaded.value->scep.trust));
    EXPECT_THAT(
        formatted(loaded.diagnostics),
        ElementsAre(
            "p:3:9: warning: trust: whoever answers first is believed to be the CA and may learn the challenge; "
            "better is ca-fingerprint = \"sha256:...\""));
}

TEST(Profile, CarriesEveryKeyOfACertificate) {
    const auto certificate = certificateWith(R"(usage = "generic"
subject = "CN=${hostname},O=Example"
san = ["dns:${fqdn}", "upn:${hostname}$$@example.com"]
key.type = "ec"
key.curve = "P-521"
key.store = "tpm2"
rekey = false
digest = "sha512"
key-usage = ["digital-signature"]
extended-key-usage = ["email-protection", "code-signing", "ipsec-ike", "smartcard-logon", "1.2.3.4"]
template = "Computer"
renew = "20%"
subject-change = "alert"
drift = "report"
hooks = ["ca-trust", "restart-units"]
hook-timeout = "2min"
deploy = []
)");
    EXPECT_EQ(certificate.subject, (Subject{{{"CN", "${hostname}"}}, {{"O", "Example"}}}));
    EXPECT_THAT(certificate.san,
                ElementsAre(SanName{SanType::dns, "${fqdn}"}, SanName{SanType::upn, "${hostname}$$@example.com"}));
    EXPECT_EQ(certificate.key, (KeySpec{KeyType::ec, 0, "P-521", KeyStore::tpm2}));
    EXPECT_FALSE(certificate.rekey);
    EXPECT_EQ(certificate.digest, Digest::sha512);
    EXPECT_THAT(certificate.keyUsage, ElementsAre(KeyUsage::digitalSignature));
    EXPECT_THAT(certificate.extendedKeyUsage, ElementsAre("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.3",
                                                          "1.3.6.1.5.5.7.3.17", "1.3.6.1.4.1.311.20.2.2", "1.2.3.4"));
    EXPECT_EQ(certificate.templateName, "Computer");
    EXPECT_EQ(certificate.renew, RenewRule{0.2});
    EXPECT_EQ(certificate.subjectChange, SubjectChange::alert);
    EXPECT_EQ(certificate.drift, Drift::report);
    EXPECT_THAT(certificate.hooks, ElementsAre("ca-trust", "restart-units"));
    EXPECT_EQ(certificate.hookTimeout, 2min);
    EXPECT_TRUE(certificate.targets.empty());
}

TEST(Profile, GivesEachUsageItsDefaults) {
    struct Row {
        std::string usage;
        KeySpec key;
        std::vector<std::string> purposes;
        Preset preset;
    };
    const KeySpec rsa2048{KeyType::rsa, 2048, "", KeyStore::file};
    const KeySpec rsa3072{KeyType::rsa, 3072, "", KeyStore::file};
    const KeySpec p384{KeyType::ec, 0, "P-384", KeyStore::file};
    for (const auto& row :
         {Row{"802.1x", rsa2048, {clientAuth}, Preset::wpaSupplicant}, Row{"web", rsa2048, {serverAuth}, Preset::nginx},
          Row{"syslog", rsa2048, {clientAuth}, Preset::rsyslog},
          Row{"p2p", rsa3072, {clientAuth, serverAuth}, Preset::files},
          Row{"p2p-suite-b", p384, {clientAuth, serverAuth}, Preset::files},
          Row{"generic", rsa2048, {clientAuth}, Preset::files}}) {
        const auto certificate = certificateWith("usage = \"" + row.usage + "\"\nsubject = \"CN=a,O=b\"\n");
        const bool suiteB = row.usage == "p2p-suite-b";
        EXPECT_EQ(name(certificate.usage), row.usage);
        EXPECT_EQ(certificate.key, row.key) << row.usage;
        EXPECT_EQ(certificate.digest, suiteB ? Digest::sha384 : Digest::sha256);
        EXPECT_EQ(certificate.keyUsage.size(), suiteB ? 1U : 2U);
        EXPECT_EQ(certificate.extendedKeyUsage, row.purposes) << row.usage;
        ASSERT_EQ(certificate.targets.size(), 1U);
        EXPECT_EQ(certificate.targets[0].preset, row.preset) << row.usage;
        EXPECT_EQ(certificate.targets[0].line, 0U);
    }
}

TEST(Profile, LetsAKeyBeChosenAgainstTheUsage) {
    const auto keyOf = [](const std::string& usage, const std::string& lines) {
        return certificateWith("usage = \"" + usage + "\"\nsubject = \"CN=a,O=b\"\n" + lines).key;
    };
    EXPECT_EQ(keyOf("web", "key.bits = 4096\n"), (KeySpec{KeyType::rsa, 4096, "", KeyStore::file}));
    EXPECT_EQ(keyOf("web", "key.type = \"ec\"\n"), (KeySpec{KeyType::ec, 0, "P-256", KeyStore::file}));
    EXPECT_EQ(keyOf("p2p-suite-b", "key.type = \"rsa\"\n"), (KeySpec{KeyType::rsa, 2048, "", KeyStore::file}));
    EXPECT_EQ(keyOf("p2p-suite-b", "key.curve = \"P-521\"\n"), (KeySpec{KeyType::ec, 0, "P-521", KeyStore::file}));
}

TEST(Profile, RenewsNeverWhenItSaysZero) {
    const auto renewOf = [](const std::string& value) {
        return certificateWith("usage = \"generic\"\n" + aSubject + "renew = " + value + "\n").renew;
    };
    EXPECT_EQ(renewOf("0"), RenewRule{Duration::zero()});
    EXPECT_EQ(renewOf("\"0\""), RenewRule{Duration::zero()});
    EXPECT_EQ(renewOf("\"30d\""), RenewRule{Duration(720h)});
}

TEST(Profile, ReplacesTheUsagesTargetByItsOwn) {
    const auto certificate = certificateWith("usage = \"web\"\n" + aSubject +
                                             "[[certificate.c.deploy]]\npreset = \"files\"\n"
                                             "[[certificate.c.deploy]]\npreset = \"rsyslog\"\n");
    ASSERT_EQ(certificate.targets.size(), 2U);
    EXPECT_EQ(certificate.targets[0].preset, Preset::files);
    EXPECT_EQ(certificate.targets[0].line, 7U);
    EXPECT_EQ(certificate.targets[1].preset, Preset::rsyslog);
    EXPECT_EQ(certificate.targets[1].line, 9U);
}

TEST(Profile, CarriesEveryKeyOfATarget) {
    const auto target = targetWith(R"(preset = "networkmanager"
interface = "eth0"
connection = "office"
unit = "a.service"
certificate = "/etc/x/cert"
key = "/etc/x/key"
chain = "/etc/x/chain"
ca = "/etc/x/ca"
fullchain = "/etc/x/fullchain"
combined = "/etc/x/combined"
pkcs12 = "/etc/x/p12"
key-format = "traditional"
pkcs12-password-file = "/etc/x/p12.password"
owner = "postgres"
group = "ssl-cert"
mode = "0644"
key-mode = "0640"
reload = "try-restart"
check = ["/usr/sbin/a", "-t"]
served = "localhost:443"
)");
    Target expected;
    expected.preset = Preset::networkmanager;
    expected.interface = "eth0";
    expected.connection = "office";
    expected.unit = "a.service";
    expected.certificate = "/etc/x/cert";
    expected.key = "/etc/x/key";
    expected.chain = "/etc/x/chain";
    expected.ca = "/etc/x/ca";
    expected.fullchain = "/etc/x/fullchain";
    expected.combined = "/etc/x/combined";
    expected.pkcs12 = "/etc/x/p12";
    expected.keyFormat = KeyFormat::traditional;
    expected.pkcs12PasswordFile = "/etc/x/p12.password";
    expected.owner = "postgres";
    expected.group = "ssl-cert";
    expected.mode = 0644;
    expected.keyMode = 0640;
    expected.reload = Reload::tryRestart;
    expected.check = {"/usr/sbin/a", "-t"};
    expected.served = "localhost:443";
    expected.line = 7;
    EXPECT_EQ(target, expected);
}

TEST(Profile, SaysWhichTargetsAreInDer) {
    EXPECT_EQ(targetWith("key = \"/etc/x\"\n").encoding, Encoding::pem);
    EXPECT_EQ(targetWith("encoding = \"pem\"\n").encoding, Encoding::pem);
    EXPECT_EQ(targetWith("encoding = \"der\"\nkey = \"/etc/x\"\n").encoding, Encoding::der);
}

TEST(Profile, HasItsCertificatesInTheOrderOfTheFile) {
    std::vector<std::string> names;
    for (const auto& certificate : parsed(scepTable + "[certificate.z]\nusage = \"generic\"\nsubject = \"CN=a\"\n"
                                                      "[certificate.a]\nusage = \"web\"\nsubject = \"CN=a\"\n"
                                                      "[certificate.m-1]\nusage = \"generic\"\nsubject = \"CN=a\"\n")
                                       .certificates)
        names.push_back(certificate.name);
    EXPECT_THAT(names, ElementsAre("z", "a", "m-1"));
}

TEST(Profile, AppliesToEveryEndpointWithoutGroupsAndElseToItsOwn) {
    Profile profile;
    EXPECT_TRUE(profile.appliesTo({}));
    EXPECT_TRUE(profile.appliesTo({"kiosk"}));
    profile.groups = {"kiosk", "floor-2"};
    EXPECT_FALSE(profile.appliesTo({}));
    EXPECT_FALSE(profile.appliesTo({"floor-1"}));
    EXPECT_TRUE(profile.appliesTo({"floor-1", "floor-2"}));
}

TEST(Profile, MayHaveWindowsLineEndsAndAByteOrderMark) {
    std::string text = "\xEF\xBB\xBF" + profileWith("usage = \"generic\"\n" + aSubject);
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
        text.replace(at, 1, "\r\n");
    EXPECT_EQ(parsed(text).certificates.size(), 1U);
}

TEST(Diagnostics, ReadAsCompilersPrintThem) {
    EXPECT_EQ(format({"a.toml", 3, 7, Diagnostic::Severity::error, "wrong"}), "a.toml:3:7: error: wrong");
    EXPECT_EQ(format({"a.toml", 3, 7, Diagnostic::Severity::warning, "odd"}), "a.toml:3:7: warning: odd");
    EXPECT_EQ(format({"a.toml", 0, 0, Diagnostic::Severity::error, "wrong"}), "a.toml: error: wrong");
}
