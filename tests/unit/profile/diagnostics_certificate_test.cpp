#include "complaints.hpp"

#include <string>

#include <gtest/gtest.h>

using namespace scepd::profile;
using namespace scepd::profile::test;

TEST(CertificateDiagnostics, HoldCertificatesToTheirRules) {
    expectComplaints({{"key.bits = 2047\n", "p:7:12: error: bits: 2047 is none of 2048, 3072, 4096"},
                      {"key.curve = \"P-256\"\n", "p:7:13: error: curve: belongs to type = \"ec\""},
                      {"key.type = \"ec\"\nkey.bits = 2048\n",
                       "p:8:12: error: bits: belongs to type = \"rsa\"; an EC key has a curve"},
                      {"key.type = \"ec\"\nkey.curve = \"secp256r1\"\n",
                       "p:8:13: error: curve: \"secp256r1\" is none of P-256, P-384, P-521"},
                      {"san = [\"dns:a\", \"ip:b\"]\n", "p:7:17: error: san: \"b\" is not an IPv4 or IPv6 address"},
                      {"hooks = [\"../a\"]\n", "p:7:10: error: hooks: \"../a\" is not the name of a hook: letters, "
                                               "digits, \"-\", \"_\" and \".\", no folder, no "
                                               "dot in front"},
                      {"hooks = [\"my hook\"]\n", "p:7:10: error: hooks: \"my hook\" is not the name of a hook: "
                                                  "letters, digits, \"-\", \"_\" and \".\", no folder, "
                                                  "no dot in front"}},
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

TEST(CertificateDiagnostics, TellThatACertificatesNameHasNoDot) {
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

TEST(CertificateDiagnostics, HoldTargetsToTheirRules) {
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

TEST(CertificateDiagnostics, TellThatAFileInDerHoldsOneObject) {
    const std::string several = ": holds several objects, and a file in DER holds one; write certificate, key and ca "
                                "in DER, or leave encoding out";
    expectComplaints(
        {{"encoding = \"der\"\nchain = \"/etc/a\"\n", "p:9:9: error: chain" + several},
         {"encoding = \"der\"\nkey = \"/etc/a\"\nfullchain = \"/etc/b\"\n", "p:10:13: error: fullchain" + several},
         {"combined = \"/etc/a\"\nencoding = \"der\"\n", "p:8:12: error: combined" + several},
         {"encoding = \"der\"\n", "p:8:12: error: encoding: needs the paths of files in DER, for instance certificate "
                                  "= \"/etc/ssl/cert.der\"; the usual ones are PEM"},
         {"preset = \"nginx\"\nencoding = \"der\"\n",
          "p:9:12: error: encoding: preset \"nginx\" reads PEM; write DER with a deploy table of its own, whose preset "
          "is \"files\""}},
        inTarget);
    EXPECT_THAT(complaints(inTarget("encoding = \"der\"\ncertificate = \"/etc/a\"\nkey = \"/etc/b\"\n"
                                    "ca = \"/etc/c\"\npkcs12 = \"/etc/d\"\npkcs12-password-file = \"/etc/e\"\n")),
                testing::IsEmpty());
}

TEST(CertificateDiagnostics, TellThatAContainerNeedsAPassword) {
    expectComplaints({{"pkcs12 = \"/etc/a.p12\"\n",
                       "p:8:10: error: pkcs12: needs a password: without one it protects nothing, and many programs "
                       "refuse to import it; name a file that holds one, pkcs12-password-file = "
                       "\"/etc/scepd/secrets/pkcs12\""},
                      {"pkcs12 = \"/etc/a.p12\"\npkcs12-password-file = \"a\"\n",
                       "p:9:24: error: pkcs12-password-file: \"a\" is not an absolute path; it begins with \"/\""}},
                     inTarget);
}
