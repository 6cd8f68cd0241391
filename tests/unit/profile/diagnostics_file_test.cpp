#include "complaints.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd::profile;
using namespace scepd::profile::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(FileDiagnostics, SayWhatIsMissing) {
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

TEST(FileDiagnostics, RefuseAFileThatContradictsItself) {
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

TEST(FileDiagnostics, ComeInTheOrderOfTheFileAndAllAtOnce) {
    EXPECT_THAT(complaints("groups = 1\n" + inScep("timeout = 1\nretries = \"x\"\n") + "renew = 3\n"),
                ElementsAre(HasSubstr("p:1:10: error: groups"), HasSubstr("p:5:11: error: timeout"),
                            HasSubstr("p:6:11: error: retries"), HasSubstr("p:10:9: error: renew")));
}

TEST(FileDiagnostics, OfSyntaxHaveALineAndAColumn) {
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

TEST(FileDiagnostics, NeverQuoteASecret) {
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
