#include "ca/oid.hpp"
#include "ca/test_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ca::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view page = "/certsrv/mscep_admin/";

Options ndes() {
    Options options;
    options.character = "ndes";
    options.adminPassword = "pw";
    return options;
}

std::string basic(std::string_view account) {
    return "Basic " + toBase64({reinterpret_cast<const unsigned char*>(account.data()), account.size()});
}

/// The text of a page in UTF-16LE.
std::string textOf(const std::string& response) {
    const auto body = bodyOf(response);
    std::string text;
    for (std::size_t i = 0; i + 1 < body.size(); i += 2)
        text += body[i + 1] == 0 ? static_cast<char>(body[i]) : '?';
    return text;
}

std::string fetch(const TestCa& ca) {
    return textOf(getPage(ca, page, basic("scep-admin:pw")));
}

/// A password from the page, as an administrator would read it.
std::string passwordFrom(const TestCa& ca) {
    constexpr std::string_view before = "enrollment challenge password is: <B> ";
    constexpr std::size_t length = 16;
    const auto text = fetch(ca);
    const auto begin = text.find(before);
    return begin == std::string::npos ? std::string() : text.substr(begin + before.size(), length);
}

Answer enroll(const TestCa& ca, const Client& client, std::string_view password) {
    return exchange(ca, client, client.request(ca, "19", {.challenge = password}));
}

TEST(NdesPage, IsUtf16WithoutSayingSo) {
    const TestCa ca(ndes());
    const auto response = getPage(ca, page, basic("scep-admin:pw"));
    EXPECT_THAT(response, AllOf(HasSubstr("Content-Type: text/html\r\n"), Not(HasSubstr("\xff\xfe"))));
    EXPECT_EQ(bodyOf(response).front(), '<');
    EXPECT_EQ(bodyOf(response)[1], 0);
    EXPECT_THAT(textOf(response),
                AllOf(HasSubstr("The thumbprint (hash value) for the CA certificate is: <B> "),
                      HasSubstr("This password can be used only once"), HasSubstr("expire within 60 minutes")));
}

TEST(NdesPage, GivesAPasswordThatServesOnce) {
    const TestCa ca(ndes());
    const auto password = passwordFrom(ca);
    EXPECT_NE(password, passwordFrom(ca));
    const Client first;
    const Client second;
    EXPECT_EQ(enroll(ca, first, "0123456789ABCDEF").failInfo, "2");
    EXPECT_TRUE(sameKey(enroll(ca, first, password).issued, first));
    EXPECT_EQ(enroll(ca, second, password).failInfo, "2");
}

TEST(NdesPage, IsFullAfterFivePasswordsUntilOneIsUsed) {
    const TestCa ca(ndes());
    const auto first = passwordFrom(ca);
    for (int i = 0; i < 4; ++i)
        EXPECT_NE(passwordFrom(ca), "");
    EXPECT_THAT(fetch(ca), HasSubstr("The password cache is full."));
    EXPECT_THAT(getPage(ca, page, basic("scep-admin:pw")), HasSubstr("HTTP/1.1 200"));
    const Client client;
    EXPECT_EQ(enroll(ca, client, first).status, "0");
    EXPECT_NE(passwordFrom(ca), "");
}

TEST(NdesPage, ShowsTheOnePasswordThatIsUsedAgainAndAgain) {
    auto options = ndes();
    options.challenge = "8CE317021F690069";
    const TestCa ca(options);
    EXPECT_EQ(passwordFrom(ca), "8CE317021F690069");
    const Client client;
    EXPECT_EQ(enroll(ca, client, "8CE317021F690069").status, "0");
    EXPECT_EQ(passwordFrom(ca), "8CE317021F690069");
}

TEST(NdesPage, IsForTheRightAccountAlone) {
    const TestCa ca(ndes());
    EXPECT_THAT(getPage(ca, page, ""), AllOf(HasSubstr("HTTP/1.1 401"), HasSubstr("WWW-Authenticate: NTLM\r\n"),
                                             HasSubstr("WWW-Authenticate: Basic ")));
    EXPECT_THAT(getPage(ca, page, basic("scep-admin:wrong")), HasSubstr("HTTP/1.1 401"));
    const auto other = getPage(ca, page, basic("somebody:pw"));
    EXPECT_THAT(other, HasSubstr("HTTP/1.1 200"));
    EXPECT_THAT(textOf(other), HasSubstr("You do not have sufficient permission to enroll with SCEP."));
}

TEST(NdesPage, HasASlashAtItsEnd) {
    const TestCa ca(ndes());
    EXPECT_THAT(getPage(ca, "/certsrv/mscep_admin", ""),
                AllOf(HasSubstr("HTTP/1.1 301"), HasSubstr("Location: /certsrv/mscep_admin/")));
    EXPECT_THAT(ca.adminUrl(), testing::EndsWith("/certsrv/mscep_admin/"));
}

// What curl 7.88 sent for scep-admin with the password pw, and for the same account with another password.
constexpr auto ntlmNegotiate = "NTLM TlRMTVNTUAABAAAABoIIAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr std::string_view ntlmAuthenticate =
    "NTLM TlRMTVNTUAADAAAAGAAYAEAAAABGAEYAWAAAAAAAAACeAAAAFAAUAJ4AAAAWABYAsgAAAAAAAAAAAAAABQKJAKYihw0QA2kJsJiVQXOnnzdA"
    "oVDfGhP4826ERIvw6Jh71Sxz4cuj5o4BAQAAAAAAAABhMlGfed0BQKFQ3xoT+"
    "PMAAAAAAgAOAEUAWABBAE0AUABMAEUAAAAAAAAAAABzAGMAZQBwAC0A"
    "YQBkAG0AaQBuAFcATwBSAEsAUwBUAEEAVABJAE8ATgA=";

TEST(NdesPage, OpensByNtlm) {
    const TestCa ca(ndes());
    const auto challenged = getPage(ca, page, ntlmNegotiate);
    EXPECT_THAT(challenged, AllOf(HasSubstr("HTTP/1.1 401"), HasSubstr("WWW-Authenticate: NTLM TlRMTVNTUAACAAAA"),
                                  HasSubstr("Connection: keep-alive")));
    EXPECT_THAT(textOf(getPage(ca, page, ntlmAuthenticate)), HasSubstr("enrollment challenge password is"));
    auto options = ndes();
    options.adminPassword = "another";
    const TestCa other(options);
    EXPECT_THAT(getPage(other, page, ntlmAuthenticate), HasSubstr("HTTP/1.1 401"));
    EXPECT_THAT(getPage(other, page, "NTLM TlRMTVNTUAADAAAA"), HasSubstr("HTTP/1.1 401")) << "cut off";
}

TEST(NdesPage, LeavesNoPasswordInTheLog) {
    const TestCa ca(ndes());
    const auto password = passwordFrom(ca);
    const Client client;
    enroll(ca, client, password);
    for (const auto& line : ca.requests())
        EXPECT_THAT(line, AllOf(Not(HasSubstr(password)), Not(HasSubstr(basic("scep-admin:pw").substr(6)))));
}

TEST(Ndes, CarriesNoCertificatesAndItsOwnAttributes) {
    const TestCa ca(ndes());
    const Client client;
    const auto response = post(ca, client.request(ca, "19", {.challenge = passwordFrom(ca)}));
    const auto answer = read(response, client, ca);
    EXPECT_TRUE(answer.outer.empty());
    EXPECT_TRUE(answer.signedByCa) << "by an RA certificate that GetCACert has";
    EXPECT_EQ(attributeOf(bodyOf(response), oid::requestStatus), "0");
    EXPECT_EQ(attributeOf(bodyOf(response), oid::dispositionText), "Issued");
}

TEST(Ndes, EncryptsKeysWithOaep) {
    const TestCa ca(ndes());
    const Client client;
    const auto content = enroll(ca, client, passwordFrom(ca)).content.value();
    const Bytes rsaesOaep{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07};
    EXPECT_FALSE(std::ranges::search(content, rsaesOaep).empty());
}

TEST(Ndes, FailsWithAByteOfContent) {
    const TestCa ca(ndes());
    const Client client;
    const auto response = post(ca, client.request(ca, "19", {.challenge = "wrong"}));
    const auto answer = read(response, client, ca);
    EXPECT_EQ(answer.status, "2");
    EXPECT_EQ(answer.content, Bytes{0});
    EXPECT_EQ(attributeOf(bodyOf(response), oid::requestStatus), "-2147024809");
}

TEST(Ndes, HasAnRaPairOfEnrollmentAgents) {
    const TestCa ca(ndes());
    for (const auto& [file, usage] :
         {std::pair{"ra-signing.pem", KU_DIGITAL_SIGNATURE}, std::pair{"ra-encryption.pem", KU_KEY_ENCIPHERMENT}}) {
        const auto certificate = readCertificate(ca.state() / file);
        EXPECT_EQ(X509_get_key_usage(certificate.get()), static_cast<std::uint32_t>(usage));
        auto* usages =
            static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate.get(), NID_ext_key_usage, nullptr, nullptr));
        ASSERT_EQ(sk_ASN1_OBJECT_num(usages), 1);
        EXPECT_EQ(OBJ_cmp(sk_ASN1_OBJECT_value(usages, 0), objectOf(oid::enrollmentAgent).get()), 0);
        EXTENDED_KEY_USAGE_free(usages);
    }
}

TEST(Ndes, ReturnsTheOldCertificateForTheOldKey) {
    const TestCa ca(ndes());
    Client client;
    client.hold(enroll(ca, client, passwordFrom(ca)).issued);
    EXPECT_EQ(X509_cmp(exchange(ca, client, client.request(ca, "17")).issued.get(), client.signer.get()), 0);
    client.transactionId += "1";
    client.key = Client::newRsaKey();
    EXPECT_TRUE(sameKey(exchange(ca, client, client.request(ca, "17")).issued, client));
}

TEST(Ndes, ForbidsABareGetAndKnowsNoNextCa) {
    const TestCa ca(ndes());
    EXPECT_THAT(getPage(ca, "/certsrv/mscep/mscep.dll", ""), HasSubstr("HTTP/1.1 403"));
    EXPECT_THAT(get(ca, "GetNextCACert"), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(get(ca, "GetCACaps"), Not(HasSubstr("GetNextCACert")));
}

} // namespace
} // namespace scepd::ca::test
