#include "crypto/certificate.hpp"

#include "base/error.hpp"
#include "unit/crypto/forge.hpp"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ui.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using crypto::Certificate;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto root = R"(-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIDAP8qMAoGCCqGSM49BAMCMCYxEjAQBgNVBAMMCVRlc3Qg
Um9vdDEQMA4GA1UECgwHRXhhbXBsZTAeFw0yNTAxMDEwMDAwMDBaFw0zNTAxMDEw
MDAwMDBaMCYxEjAQBgNVBAMMCVRlc3QgUm9vdDEQMA4GA1UECgwHRXhhbXBsZTBZ
MBMGByqGSM49AgEGCCqGSM49AwEHA0IABFU3P71oWaHnZhs63HWTaXqlrvPb/3+v
rrBmiAJq/R8HFMn1RlvtYQLnXd6Klw2l26Ien0TvrjUrZzYupddSSRGjQjBAMA8G
A1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBTbK/KgmICJ
T00BliKSaq+Tb2csrjAKBggqhkjOPQQDAgNHADBEAiBlNMB8cnMhtpcONgyVtf4P
58FVTikLnSi8tUC3GUzhfwIgDuc/9xPtL0iF3Qz0PdTVbSGlMwgPoocxyfNbFhOc
fG0=
-----END CERTIFICATE-----
)";
constexpr auto leaf = R"(-----BEGIN CERTIFICATE-----
MIICkjCCAjigAwIBAgIDAP8rMAoGCCqGSM49BAMCMCYxEjAQBgNVBAMMCVRlc3Qg
Um9vdDEQMA4GA1UECgwHRXhhbXBsZTAeFw0yNjAxMDEwMDAwMDBaFw0yNzAxMDEw
MDAwMDBaMD8xEjAQBgNVBAMMCWhvc3QsIG9uZTEdMAoGA1UECwwDTGFiMA8GA1UE
CgwIRXjDpG1wbGUxCjAIBgNVBAUTATcwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAQz
q1wvIy0QDlGWYTCI3SJCxhnNChh2kHVnxCo07BCVw3HuMjiP/e555qOcxFiwIjt8
ujBjhclHB5KeXo2v7eNWvmV0DdCVLVzA/3RIhDVjlRKgZO0SlouY31sPsrQvgb2j
ggEdMIIBGTAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIFoDAfBgNVHSUEGDAW
BggrBgEFBQcDAgYKKwYBBAGCNxQCATCBlwYDVR0RBIGPMIGMghBob3N0LmV4YW1w
bGUuY29thwTAAAIHhxAgAQ24AAAAAAAAAAAAAAAHgQ5pdEBleGFtcGxlLmNvbYYp
dGFnOm1pY3Jvc29mdC5jb20sMjAyMi0wOS0xNDpzaWQ6Uy0xLTUtMjGgIAYKKwYB
BAGCNxQCA6ASDBBob3N0QGV4YW1wbGUuY29tiAMqAwQwHQYDVR0OBBYEFDUlbb59
U1Besg3+UYX/AKmRncEVMB8GA1UdIwQYMBaAFNsr8qCYgIlPTQGWIpJqr5NvZyyu
MAoGCCqGSM49BAMCA0gAMEUCIQD6cUvucz2j5LwflLgF+xtS+CirjTm6icPeHFMM
0NqecQIgfWmSSfCkWbHwt+Nx/TmRoPv4KXhqdutSdzqvldqbG1M=
-----END CERTIFICATE-----
)";
constexpr auto leafKey = R"(-----BEGIN EC PRIVATE KEY-----
MIGkAgEBBDAY8afU76jKpaogileBIjfwNXFqxNoR9x0zU2h9f+wMO3FUSajpoF+u
Y7gHMAOZo06gBwYFK4EEACKhZANiAAQzq1wvIy0QDlGWYTCI3SJCxhnNChh2kHVn
xCo07BCVw3HuMjiP/e555qOcxFiwIjt8ujBjhclHB5KeXo2v7eNWvmV0DdCVLVzA
/3RIhDVjlRKgZO0SlouY31sPsrQvgb0=
-----END EC PRIVATE KEY-----
)";

Time at(const char* text) {
    return parseRfc3339(text);
}

TEST(Certificate, TellsItsNamesInTheOrderInWhichTheyStand) {
    const auto certificate = Certificate::fromPem(leaf);
    EXPECT_EQ(certificate.subject(), "CN=host\\, one,OU=Lab+O=Exämple,serialNumber=7");
    EXPECT_EQ(certificate.issuer(), "CN=Test Root,O=Example");
}

TEST(Certificate, TellsItsFacts) {
    const auto certificate = Certificate::fromPem(leaf);
    EXPECT_EQ(certificate.serialNumber(), "ff2b");
    EXPECT_EQ(rfc3339(certificate.notBefore()), "2026-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339(certificate.notAfter()), "2027-01-01T00:00:00Z");
    EXPECT_EQ(certificate.keyDescription(), "EC P-384");
    EXPECT_FALSE(certificate.isCa());
    EXPECT_FALSE(certificate.selfIssued());
    EXPECT_FALSE(certificate.hasRsaKey());
    EXPECT_TRUE(certificate.allowsKeyEncipherment());
    EXPECT_FALSE(certificate.allowsDataEncipherment());
    EXPECT_THAT(certificate.extendedKeyUsage(), ElementsAre("1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.1"));
}

TEST(Certificate, TellsItsFingerprints) {
    const auto certificate = Certificate::fromPem(leaf);
    EXPECT_EQ(crypto::hex(certificate.fingerprint(Digest::sha256)),
              "29bf26dc19f10f214840f639ad61b778cb9883f1e26fc3b93e12b5146becfbc8");
    EXPECT_EQ(crypto::hex(certificate.fingerprint(Digest::sha1)), "50d705abc4f64d5ea72be04d9973ab0ab1c34c21");
}

TEST(Certificate, TellsItsAlternativeNamesOfEveryType) {
    EXPECT_THAT(Certificate::fromPem(leaf).subjectAlternativeNames(),
                ElementsAre("dns:host.example.com", "ip:192.0.2.7", "ip:2001:db8::7", "email:it@example.com",
                            "uri:tag:microsoft.com,2022-09-14:sid:S-1-5-21", "upn:host@example.com", "rid:1.2.3.4"));
    EXPECT_THAT(Certificate::fromPem(root).subjectAlternativeNames(), IsEmpty());
}

TEST(Certificate, KnowsItsKeyAndNoOther) {
    const auto key = crypto::Key::fromPem(Secret(leafKey));
    EXPECT_TRUE(Certificate::fromPem(leaf).matches(key));
    EXPECT_EQ(Certificate::fromPem(leaf).publicKey(), key.publicKey());
    EXPECT_FALSE(Certificate::fromPem(root).matches(key));
    EXPECT_FALSE(Certificate::fromPem(leaf).matches(testKey(1)));
}

TEST(Certificate, KnowsACa) {
    EXPECT_TRUE(Certificate::fromPem(root).isCa());
    EXPECT_TRUE(Certificate::fromPem(root).selfIssued());
}

TEST(Certificate, SurvivesPemAndDer) {
    const auto certificate = Certificate::fromPem(leaf);
    EXPECT_EQ(certificate.toPem(), leaf);
    EXPECT_EQ(Certificate::fromDer(certificate.toDer()), certificate);
    EXPECT_FALSE(certificate == Certificate::fromPem(root));
}

TEST(Certificate, ListIsReadInItsOrder) {
    const auto list = Certificate::allFromPem(std::string(leaf) + "some words between\n" + root);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].serialNumber(), "ff2b");
    EXPECT_EQ(list[1].serialNumber(), "ff2a");
    EXPECT_THAT(Certificate::allFromPem(""), IsEmpty());
    EXPECT_THAT(Certificate::allFromPem(" \n"), IsEmpty());
}

TEST(Certificate, ThatIsNoneIsAnError) {
    const auto der = Certificate::fromPem(leaf).toDer();
    EXPECT_THROW(Certificate::fromDer(""), Error);
    EXPECT_THROW(Certificate::fromDer(der + "x"), Error);
    EXPECT_THROW(Certificate::fromDer(std::string_view(der).substr(1)), Error);
    EXPECT_THROW(Certificate::fromPem(std::string(leaf) + root), Error);
    EXPECT_THROW(Certificate::allFromPem("no certificate"), Error);
    EXPECT_THROW(Certificate::allFromPem(std::string(root) + "-----BEGIN CERTIFICATE-----\nMIIC\n"), Error);
}

TEST(Certificate, CutAnywhereIsAnErrorAndNoCrash) {
    const auto der = Certificate::fromPem(leaf).toDer();
    for (std::size_t length = 0; length < der.size(); ++length)
        EXPECT_THROW(Certificate::fromDer(std::string_view(der).substr(0, length)), Error);
}

std::string armoured(const std::string& der) {
    const std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio(bio.get(), "CERTIFICATE", "", reinterpret_cast<const unsigned char*>(der.data()),
                  static_cast<long>(der.size()));
    char* text = nullptr;
    const auto length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

TEST(Certificate, WithASignatureAlgorithmThatNobodyCouldReadAgainIsAnError) {
    const auto der = selfSigned({}, testKey(1)).certificate.toDer();
    EXPECT_NO_THROW(Certificate::fromPem(armoured(der)));
    EXPECT_THROW(Certificate::fromDer(withOddParameters(der)), Error);
    EXPECT_THROW(Certificate::fromPem(armoured(withOddParameters(der))), Error);
}

TEST(Certificate, InPemThatClaimsToBeEncryptedIsAnErrorAndAsksNobody) {
    static bool asked = false;
    const std::unique_ptr<UI_METHOD, decltype([](UI_METHOD* method) { UI_destroy_method(method); })> method(
        UI_create_method("a person"));
    UI_method_set_opener(method.get(), [](UI*) {
        asked = true;
        return 0;
    });
    UI_set_default_method(method.get());
    const std::string begin = "-----BEGIN CERTIFICATE-----\n";
    const auto text = begin + "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n" +
                      std::string(root).substr(begin.size());
    EXPECT_THROW(Certificate::allFromPem(text), Error);
    EXPECT_FALSE(asked);
    UI_set_default_method(UI_OpenSSL());
}

TEST(Chain, LeadsFromTheLeafToTheAnchor) {
    const auto chain =
        verifyChain(Certificate::fromPem(leaf), {}, {Certificate::fromPem(root)}, at("2026-06-01T00:00:00Z"));
    EXPECT_THAT(chain, ElementsAre(Certificate::fromPem(root)));
}

TEST(Chain, LeadsOverIntermediatesInWhateverOrderTheyCome) {
    const auto top = selfSigned({.subject = "CN=top", .ca = true}, testKey(1));
    const auto middle = issued({.subject = "CN=middle", .ca = true}, testKey(2), top);
    const auto low = issued({.subject = "CN=low", .ca = true}, testKey(3), middle);
    const auto device = issued({}, testKey(4), low);
    const auto chain = verifyChain(device.certificate, {middle.certificate, low.certificate}, {top.certificate}, noon);
    EXPECT_THAT(chain, ElementsAre(low.certificate, middle.certificate, top.certificate));
}

TEST(Chain, MayEndAtAnAnchorThatIsNotSelfSigned) {
    const auto top = selfSigned({.subject = "CN=top", .ca = true}, testKey(1));
    const auto middle = issued({.subject = "CN=middle", .ca = true}, testKey(2), top);
    const auto device = issued({}, testKey(4), middle);
    EXPECT_THAT(verifyChain(device.certificate, {top.certificate}, {middle.certificate}, noon),
                ElementsAre(middle.certificate));
}

TEST(Chain, OutsideItsValidityIsAnErrorThatNamesTheCertificate) {
    const auto now = {at("2025-12-31T23:59:59Z"), at("2027-01-01T00:00:01Z")};
    for (const auto when : now) {
        try {
            verifyChain(Certificate::fromPem(leaf), {}, {Certificate::fromPem(root)}, when);
            ADD_FAILURE() << "it was accepted at " << rfc3339(when);
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
            EXPECT_THAT(error.what(), HasSubstr("CN=host\\, one"));
        }
    }
}

TEST(Chain, ToAnotherCaOfTheSameNameIsAnError) {
    const auto real = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    const auto impostor = selfSigned({.subject = "CN=ca", .ca = true}, testKey(2));
    const auto device = issued({}, testKey(4), impostor);
    EXPECT_THROW(verifyChain(device.certificate, {impostor.certificate}, {real.certificate}, noon), Error);
}

TEST(Chain, OverACertificateThatIsNoCaIsAnError) {
    const auto real = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    const auto device = issued({.subject = "CN=device"}, testKey(2), real);
    const auto forged = issued({.subject = "CN=forged"}, testKey(3), device);
    EXPECT_THROW(verifyChain(forged.certificate, {device.certificate}, {real.certificate}, noon), Error);
}

} // namespace
