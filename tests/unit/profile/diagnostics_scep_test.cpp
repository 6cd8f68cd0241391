#include "complaints.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd::profile;
using namespace scepd::profile::test;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ScepDiagnostics, WantExactlyOneWayToRecogniseTheCa) {
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

TEST(ScepDiagnostics, HoldTheScepTableToItsRules) {
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

TEST(ScepDiagnostics, WantExactlyOneSourceOfAChallenge) {
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

TEST(ScepDiagnostics, HoldFipsProfilesToTheirRules) {
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

TEST(ScepDiagnostics, AllowWeakKeysAndDigestsWithLegacySecurityOnly) {
    expectComplaints({{"key.bits = 1024\n", "p:7:12: error: bits: 1024 is too weak; write 2048, or security = "
                                            "\"legacy\" in [scep] when the CA can do no better"},
                      {"digest = \"sha1\"\n", "p:7:10: error: digest: sha1 is too weak; write sha256, or security = "
                                              "\"legacy\" in [scep] when the CA can do no better"}},
                     inCertificate);
    EXPECT_THAT(complaints(inScep("security = \"legacy\"\n") + "key.bits = 1024\ndigest = \"sha1\"\n"), IsEmpty());
}
