#include "complaints.hpp"

#include <string>

#include <gtest/gtest.h>

using namespace scepd::profile;
using namespace scepd::profile::test;

TEST(ValueDiagnostics, NameAnUnknownKeyWithASuggestion) {
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

TEST(ValueDiagnostics, NameAValueOfTheWrongType) {
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

TEST(ValueDiagnostics, RefuseEmptyTextsAndControlCharacters) {
    expectComplaints(
        {{"ca-identifier = \"\"\n", "p:4:17: error: ca-identifier: is empty; give it a value or leave the line out"},
         {"ca-identifier = \"a\\nb\"\n",
          "p:4:17: error: ca-identifier: holds a control character, such as a line break or a tab"},
         {"ca-identifier = \"a\\u0000b\"\n",
          "p:4:17: error: ca-identifier: holds a control character, such as a line break or a tab"}},
        inScep);
}

TEST(ValueDiagnostics, WantDurationsWithAUnit) {
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

TEST(ValueDiagnostics, ListTheWordsOfAnEnumeration) {
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
          "p:8:14: error: key-format: \"pkcs1\" is none of pkcs8, traditional; did you mean \"pkcs8\"?"},
         {"encoding = \"DER\"\n", "p:8:12: error: encoding: \"DER\" is none of pem, der; did you mean \"der\"?"}},
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
