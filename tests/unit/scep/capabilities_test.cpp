#include "scep/capabilities.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace scepd::scep;
using scepd::Digest;
using scepd::crypto::Cipher;
using scepd::crypto::Strength;
using scepd::profile::Security;

TEST(Capabilities, AreReadFromLinesWithEitherEnd) {
    const Capabilities expected{.aes = true, .post = true, .renewal = true};
    EXPECT_EQ(parseCapabilities("AES\nPOSTPKIOperation\nRenewal\n"), expected);
    EXPECT_EQ(parseCapabilities("AES\r\nPOSTPKIOperation\r\nRenewal"), expected);
}

TEST(Capabilities, AreReadInAnyCaseAndWithSpacesAround) {
    EXPECT_EQ(parseCapabilities(" sha-256 \nDES3\t\n"), (Capabilities{.des3 = true, .sha256 = true}));
}

TEST(Capabilities, OfAllKindsAreKnown) {
    const Capabilities all{true, true, true, true, true, true, true, true, true};
    EXPECT_EQ(parseCapabilities(
                  "AES\nDES3\nGetNextCACert\nPOSTPKIOperation\nRenewal\nSHA-1\nSHA-256\nSHA-512\nSCEPStandard\n"),
              all);
}

TEST(Capabilities, ThatNobodyKnowsAreIgnored) {
    EXPECT_EQ(parseCapabilities("Example.com-Foo\nAES2\nUpdate\n"), Capabilities{});
    EXPECT_EQ(parseCapabilities("Example.com-Foo\nAES\nUpdate\nRenewal\nAES2\n"),
              (Capabilities{.aes = true, .renewal = true}));
}

TEST(Capabilities, OfTheStandardImplyAesSha256AndPost) {
    EXPECT_EQ(parseCapabilities("SCEPStandard"),
              (Capabilities{.aes = true, .post = true, .sha256 = true, .scepStandard = true}));
}

TEST(Capabilities, OfAnythingButAListAreNone) {
    EXPECT_EQ(parseCapabilities(""), Capabilities{});
    EXPECT_EQ(parseCapabilities("<html>\nAES\nDES3\n</html>"), Capabilities{});
    EXPECT_EQ(parseCapabilities(std::string("AES\n\x01\x02", 6)), Capabilities{});
    EXPECT_EQ(parseCapabilities("AES\n" + std::string(5000, 'x')), Capabilities{});
}

TEST(Algorithms, AreAes128AndSha256WhateverTheCapabilitiesLeaveOut) {
    for (const auto* words : {"", "DES3\nSHA-1", "SCEPStandard", "AES\nSHA-256", "SHA-512\nSHA-256", "DES\nMD5"})
        for (const auto security : {Security::standard, Security::fips})
            EXPECT_EQ(chooseAlgorithms(parseCapabilities(words), security),
                      (Algorithms{Cipher::aes128, Digest::sha256}));
}

TEST(Algorithms, RiseToSha512WhereSha256IsMissing) {
    for (const auto security : {Security::standard, Security::legacy, Security::fips})
        EXPECT_EQ(chooseAlgorithms(parseCapabilities("AES\nSHA-1\nSHA-512"), security),
                  (Algorithms{Cipher::aes128, Digest::sha512}));
}

TEST(Algorithms, FallOnlyWhereLegacyIsAllowedAndNothingBetterIsNamed) {
    const auto legacy = [](const char* words) { return chooseAlgorithms(parseCapabilities(words), Security::legacy); };
    EXPECT_EQ(legacy("DES3\nSHA-1"), (Algorithms{Cipher::des3, Digest::sha1}));
    EXPECT_EQ(legacy("DES3\nSHA-1\nAES\nSHA-256"), (Algorithms{Cipher::aes128, Digest::sha256}));
    EXPECT_EQ(legacy("SHA-256\nAES\nSHA-1\nDES3"), (Algorithms{Cipher::aes128, Digest::sha256})) << "in any order";
    EXPECT_EQ(legacy("DES3"), (Algorithms{Cipher::des3, Digest::sha256}));
    EXPECT_EQ(legacy("SHA-1\nDES\nMD5"), (Algorithms{Cipher::aes128, Digest::sha1})) << "never single DES or MD5";
    EXPECT_EQ(legacy("DES3\nSHA-1\nSCEPStandard"), (Algorithms{Cipher::aes128, Digest::sha256}));
    EXPECT_EQ(legacy("Renewal\nPOSTPKIOperation"), (Algorithms{Cipher::aes128, Digest::sha256}));
}

TEST(Algorithms, AreTheOldOnesForAServerWithoutCapabilitiesWhereLegacyIsAllowed) {
    EXPECT_EQ(chooseAlgorithms({}, Security::legacy), (Algorithms{Cipher::des3, Digest::sha1}));
}

TEST(Replies, AreAcceptedInWeakAlgorithmsOnlyWhenTheProfileSaysSo) {
    scepd::profile::Scep scep;
    EXPECT_EQ(replyStrength(scep), Strength::standard);
    scep.legacyReplies = true;
    EXPECT_EQ(replyStrength(scep), Strength::legacy);
    scep.legacyReplies = false;
    scep.security = Security::legacy;
    EXPECT_EQ(replyStrength(scep), Strength::legacy);
}

} // namespace
