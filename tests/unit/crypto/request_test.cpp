#include "crypto/request.hpp"

#include "base/error.hpp"
#include "crypto/names.hpp"
#include "crypto/openssl.hpp"
#include "unit/crypto/forge.hpp"

#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

RequestContent content(DistinguishedName subject) {
    return {.subject = std::move(subject), .alternativeNames = {}, .extendedKeyUsage = {}};
}

Request make(const RequestContent& asked, const std::string& challenge = {}) {
    return Request::make(asked, testKey(1), Secret(challenge));
}

int typeOfEntry(const Request& request, int index) {
    const X509_NAME* name = X509_REQ_get_subject_name(request.get());
    return ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

const ASN1_TYPE* challengeOf(const Request& request) {
    const int position = X509_REQ_get_attr_by_NID(request.get(), NID_pkcs9_challengePassword, -1);
    return position < 0 ? nullptr : X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(request.get(), position), 0);
}

std::string printed(const Request& request) {
    const auto bio = memoryBio();
    X509_REQ_print(bio.get(), request.get());
    return std::string(crypto::content(bio.get()));
}

TEST(Request, CarriesTheSubjectInTheOrderTyped) {
    EXPECT_EQ(make(content({{{"CN", "a,b"}}, {{"O", "Example"}, {"OU", "Lab"}}, {{"C", "DE"}}})).subject(),
              "CN=a\\,b,OU=Lab+O=Example,C=DE")
        << "DER sorts within an RDN";
}

TEST(Request, WritesPrintableStringWhereItFitsAndUtf8Otherwise) {
    const auto request = make(content({{{"CN", "host-1 (lab)"}},
                                       {{"O", "Exämple"}},
                                       {{"OU", "a@b"}},
                                       {{"emailAddress", "a@b.example"}},
                                       {{"DC", "example"}},
                                       {{"1.2.3.4.5", "x"}}}));
    EXPECT_EQ(typeOfEntry(request, 0), V_ASN1_PRINTABLESTRING);
    EXPECT_EQ(typeOfEntry(request, 1), V_ASN1_UTF8STRING);
    EXPECT_EQ(typeOfEntry(request, 2), V_ASN1_UTF8STRING);
    EXPECT_EQ(typeOfEntry(request, 3), V_ASN1_IA5STRING);
    EXPECT_EQ(typeOfEntry(request, 4), V_ASN1_IA5STRING);
    EXPECT_EQ(typeOfEntry(request, 5), V_ASN1_PRINTABLESTRING);
}

TEST(Request, IsSignedWithTheKeyThatItAsksToCertify) {
    const auto request = make(content({{{"CN", "a"}}}));
    EXPECT_EQ(X509_REQ_verify(request.get(), testKey(1).get()), 1);
    EXPECT_NE(X509_REQ_verify(request.get(), testKey(2).get()), 1);
    ERR_clear_error();
}

TEST(Request, UsesTheDigestThatWasAskedFor) {
    auto asked = content({{{"CN", "a"}}});
    asked.digest = Digest::sha384;
    EXPECT_EQ(X509_REQ_get_signature_nid(make(asked).get()), NID_sha384WithRSAEncryption);
}

TEST(Request, CarriesAlternativeNamesOfEveryType) {
    auto asked = content({{{"CN", "a"}}});
    asked.alternativeNames = {{AlternativeType::dns, "host.example.com"},
                              {AlternativeType::ip, "192.0.2.7"},
                              {AlternativeType::ip, "2001:db8::7"},
                              {AlternativeType::email, "it@example.com"},
                              {AlternativeType::uri, "urn:x"},
                              {AlternativeType::upn, "hö@example.com"},
                              {AlternativeType::rid, "1.2.3.4"}};
    EXPECT_THAT(make(asked).subjectAlternativeNames(),
                ElementsAre("dns:host.example.com", "ip:192.0.2.7", "ip:2001:db8::7", "email:it@example.com",
                            "uri:urn:x", "upn:hö@example.com", "rid:1.2.3.4"));
}

TEST(Request, CarriesTheStrongMappingOfMicrosoft) {
    auto asked = content({{{"CN", "a"}}});
    asked.alternativeNames = {
        {AlternativeType::uri, "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1004336348-1177238915-682003330-1234"}};
    EXPECT_THAT(make(asked).subjectAlternativeNames(),
                ElementsAre("uri:tag:microsoft.com,2022-09-14:sid:S-1-5-21-1004336348-1177238915-682003330-1234"));
}

TEST(Request, EncodesAlternativeNamesAsRfc5280Says) {
    const auto encoded = [](const AlternativeName& name) {
        const auto names = generalNamesOf({name});
        return derOf(i2d_GENERAL_NAMES, names.get());
    };
    EXPECT_EQ(encoded({AlternativeType::dns, "h"}), "\x30\x03\x82\x01h");
    EXPECT_EQ(encoded({AlternativeType::email, "m"}), "\x30\x03\x81\x01m");
    EXPECT_EQ(encoded({AlternativeType::uri, "u"}), "\x30\x03\x86\x01u");
    EXPECT_EQ(encoded({AlternativeType::ip, "192.0.2.7"}), std::string("\x30\x06\x87\x04\xc0\x00\x02\x07", 8));
    EXPECT_EQ(encoded({AlternativeType::ip, "2001:db8::7"}),
              "\x30\x12\x87\x10\x20\x01\x0d\xb8" + std::string(11, '\0') + "\x07");
    EXPECT_EQ(encoded({AlternativeType::rid, "1.2.3.4"}), "\x30\x05\x88\x03\x2a\x03\x04");
    EXPECT_EQ(encoded({AlternativeType::upn, "u"}),
              "\x30\x13\xa0\x11\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x03\x0c\x01u");
}

TEST(Request, WithoutASubjectMakesItsAlternativeNamesCritical) {
    auto asked = content({});
    asked.alternativeNames = {{AlternativeType::dns, "host.example.com"}};
    EXPECT_THAT(printed(make(asked)), HasSubstr("Subject Alternative Name: critical"));
    asked.subject = {{{"CN", "a"}}};
    EXPECT_THAT(printed(make(asked)), Not(HasSubstr("Subject Alternative Name: critical")));
}

TEST(Request, KnowsAttributesByTheirDottedOidsToo) {
    const auto request =
        make(content({{{"2.5.4.3", "a"}, {"2.5.4.5", "7"}}, {{"1.2.840.113549.1.9.1", "a@b"}}, {{"2.5.4.6", "DE"}}}));
    EXPECT_EQ(request.subject(), "CN=a+serialNumber=7,emailAddress=a@b,C=DE");
    EXPECT_EQ(typeOfEntry(request, 2), V_ASN1_IA5STRING);
}

TEST(Request, NamesTheTemplateOfAMicrosoftCa) {
    auto asked = content({{{"CN", "a"}}});
    asked.templateName = "Tür";
    const ExtensionsPtr extensions(X509_REQ_get_extensions(make(asked).get()));
    const auto oid = objectOf("1.3.6.1.4.1.311.20.2");
    const int position = X509v3_get_ext_by_OBJ(extensions.get(), oid.get(), -1);
    ASSERT_GE(position, 0);
    X509_EXTENSION* extension = X509v3_get_ext(extensions.get(), position);
    EXPECT_EQ(X509_EXTENSION_get_critical(extension), 0);
    const auto* value = X509_EXTENSION_get_data(extension);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(value->data), static_cast<std::size_t>(value->length)),
              std::string("\x1e\x06\0T\0\xfc\0r", 8));
}

TEST(Request, ForAnEcKeyIsSignedByItAndAsksForNoEncipherment) {
    for (const auto& [curve, digest, signature] : {std::tuple("P-256", Digest::sha256, NID_ecdsa_with_SHA256),
                                                   std::tuple("P-384", Digest::sha384, NID_ecdsa_with_SHA384),
                                                   std::tuple("P-521", Digest::sha512, NID_ecdsa_with_SHA512)}) {
        const auto key = Key::generateEc(curve);
        auto asked = content({{{"CN", "a"}}});
        asked.digest = digest;
        const auto request = Request::make(asked, key, {});
        EXPECT_EQ(X509_REQ_verify(request.get(), key.get()), 1);
        EXPECT_EQ(X509_REQ_get_signature_nid(request.get()), signature);
        EXPECT_THAT(printed(request), HasSubstr("Digital Signature"));
        EXPECT_THAT(printed(request), Not(HasSubstr("Key Encipherment")));
    }
}

TEST(Request, CarriesUsages) {
    auto asked = content({{{"CN", "a"}}});
    asked.extendedKeyUsage = {"1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"};
    EXPECT_THAT(printed(make(asked)),
                HasSubstr("Key Usage: critical\n                    Digital Signature, Key Encipherment"));
    EXPECT_THAT(printed(make(asked)), HasSubstr("TLS Web Client Authentication, TLS Web Server Authentication"));
    EXPECT_THAT(make(asked).extendedKeyUsage(), ElementsAre("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"));
    EXPECT_THAT(make(content({{{"CN", "a"}}})).extendedKeyUsage(), testing::IsEmpty());
    asked.keyEncipherment = false;
    EXPECT_THAT(printed(make(asked)), Not(HasSubstr("Key Encipherment")));
}

TEST(Request, CarriesTheChallengeAsPrintableStringWhenItIsOne) {
    const auto plain = make(content({{{"CN", "a"}}}), "8CE317021F690069");
    ASSERT_NE(challengeOf(plain), nullptr);
    EXPECT_EQ(challengeOf(plain)->type, V_ASN1_PRINTABLESTRING);
    EXPECT_EQ(utf8Of(challengeOf(plain)->value.asn1_string), "8CE317021F690069");
    const auto special = make(content({{{"CN", "a"}}}), "pass_wörd");
    ASSERT_NE(challengeOf(special), nullptr);
    EXPECT_EQ(challengeOf(special)->type, V_ASN1_UTF8STRING);
    EXPECT_EQ(utf8Of(challengeOf(special)->value.asn1_string), "pass_wörd");
}

TEST(Request, WithoutChallengeHasNoAttributeForIt) {
    EXPECT_EQ(challengeOf(make(content({{{"CN", "a"}}}))), nullptr);
}

TEST(Request, NeverSaysTheChallengeThatItCannotCarry) {
    try {
        make(content({{{"CN", "a"}}}), "canary\xff");
        FAIL() << "it was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::configuration);
        EXPECT_STREQ(error.what(), "the challenge is not text in UTF-8");
    }
}

TEST(Request, IsTheSameWheneverItIsMadeAgain) {
    EXPECT_EQ(make(content({{{"CN", "a"}}})).toDer(), make(content({{{"CN", "a"}}})).toDer());
}

TEST(Request, SurvivesDer) {
    const auto request = make(content({{{"CN", "a"}}}));
    EXPECT_EQ(Request::fromDer(request.toDer()).toDer(), request.toDer());
    EXPECT_THROW(Request::fromDer("no request"), Error);
}

TEST(Request, WithASignatureAlgorithmThatNobodyCouldReadAgainIsAnError) {
    const auto der = make(content({{{"CN", "kiosk"}}})).toDer();
    EXPECT_THROW(Request::fromDer(withOddParameters(der)), Error);
}

TEST(Request, OfWhatX509CannotSayIsAnErrorThatNamesIt) {
    auto asked = content({{{"CN", "a"}}});
    const auto expectError = [&](const std::string& part) {
        try {
            make(asked);
            ADD_FAILURE() << "it was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::configuration);
            EXPECT_THAT(error.what(), HasSubstr(part));
        }
    };
    asked.alternativeNames = {{AlternativeType::ip, "300.1.2.3"}};
    expectError("300.1.2.3");
    asked.alternativeNames = {{AlternativeType::dns, "höst"}};
    expectError("höst");
    asked.alternativeNames = {{AlternativeType::rid, "one.two"}};
    expectError("one.two");
    asked.alternativeNames = {};
    asked.extendedKeyUsage = {"client"};
    expectError("client");
    asked = content({{{"XX", "a"}}});
    expectError("XX");
    asked = content({{{"emailAddress", "ä@b"}}});
    expectError("emailAddress");
    asked = content({{{"C", "D€"}}});
    expectError("C can carry letters, digits");
    asked = content({{{"2.5.4.5", "a_b"}}});
    expectError("2.5.4.5 can carry letters, digits");
    asked = content({{{"CN", "a\xff"}}});
    expectError("CN can carry text in UTF-8 only: \"a?\"");
    asked = content({{{"CN", "a"}}});
    asked.templateName = "\U0001F511";
    expectError("16-bit characters");
}

TEST(Request, RecognisesItsSubjectHoweverACaSortsIt) {
    const auto request = make(content({{{"CN", "device"}}, {{"O", "Example"}}}));
    const auto subject = [](const std::string& text) { return selfSigned({.subject = text}, testKey(2)).certificate; };
    EXPECT_TRUE(request.hasSubjectOf(subject("CN=device,O=Example")));
    EXPECT_TRUE(request.hasSubjectOf(subject("O=Example,CN=device")));
    EXPECT_FALSE(request.hasSubjectOf(subject("CN=device")));
    EXPECT_FALSE(request.hasSubjectOf(subject("CN=device,O=Example,OU=added")));
    EXPECT_FALSE(request.hasSubjectOf(subject("CN=Device,O=Example")));
    EXPECT_FALSE(request.hasSubjectOf(subject("CN=Example,O=device")));
}

TEST(Request, DoesNotTakeBytesThatAreNoTextForItsSubject) {
    const auto request = make(content({{{"CN", "device"}}}));
    const auto certificate = selfSigned({.subject = "CN=device"}, testKey(2)).certificate;
    auto* entry = X509_NAME_get_entry(X509_get_subject_name(certificate.get()), 0);
    for (const int text : {V_ASN1_IA5STRING, V_ASN1_T61STRING, V_ASN1_NUMERICSTRING, V_ASN1_UTF8STRING}) {
        X509_NAME_ENTRY_set_data(entry, text, raw("device"), 6);
        EXPECT_TRUE(request.hasSubjectOf(certificate)) << text;
    }
    for (const int other : {V_ASN1_BIT_STRING, V_ASN1_OCTET_STRING, 13}) {
        X509_NAME_ENTRY_set_data(entry, other, raw("device"), 6);
        EXPECT_FALSE(request.hasSubjectOf(certificate)) << other;
    }
}

TEST(TransportCertificate, HasTheSubjectAndTheKeyOfTheRequest) {
    const auto request = make(content({{{"CN", "device"}}, {{"O", "Example"}}}));
    const auto certificate = request.selfSigned(testKey(1), Digest::sha256, noon);
    EXPECT_EQ(certificate.subject(), "CN=device,O=Example");
    EXPECT_TRUE(certificate.selfIssued());
    EXPECT_TRUE(certificate.matches(testKey(1)));
    EXPECT_EQ(X509_verify(certificate.get(), testKey(1).get()), 1);
    EXPECT_EQ(X509_get_key_usage(certificate.get()),
              static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT));
    EXPECT_EQ(rfc3339(certificate.notBefore()), "2026-06-15T11:00:00Z");
    EXPECT_EQ(rfc3339(certificate.notAfter()), "2027-06-15T12:00:00Z");
}

TEST(TransportCertificate, OfAnRsaKeyServesARequestForAnEcKey) {
    const auto ecKey = Key::generateEc("P-256");
    const auto request = Request::make(content({{{"CN", "device"}}}), ecKey, {});
    const auto certificate = request.selfSigned(testKey(1), Digest::sha256, noon);
    EXPECT_EQ(certificate.subject(), "CN=device");
    EXPECT_TRUE(certificate.matches(testKey(1)));
    EXPECT_FALSE(certificate.matches(ecKey));
    EXPECT_EQ(X509_verify(certificate.get(), testKey(1).get()), 1);
    EXPECT_EQ(X509_get_key_usage(certificate.get()),
              static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT));
}

TEST(TransportCertificate, OfAnEcKeySignsAndAgrees) {
    const auto key = Key::generateEc("P-384");
    const auto certificate =
        Request::make(content({{{"CN", "device"}}}), key, {}).selfSigned(key, Digest::sha384, noon);
    EXPECT_EQ(certificate.keyDescription(), "EC P-384");
    EXPECT_TRUE(certificate.matches(Key::fromPem(key.toPem())));
    EXPECT_EQ(X509_verify(certificate.get(), key.get()), 1);
    EXPECT_EQ(X509_get_key_usage(certificate.get()),
              static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT));
}

TEST(TransportCertificate, HasASerialNumberOfItsOwn) {
    const auto request = make(content({{{"CN", "device"}}}));
    EXPECT_NE(request.selfSigned(testKey(1), Digest::sha256, noon).serialNumber(),
              request.selfSigned(testKey(1), Digest::sha256, noon).serialNumber());
}

TEST(IssuerAndSubject, IsASequenceOfTheTwoNames) {
    const auto request = make(content({{{"CN", "d"}}}));
    const auto ca = selfSigned({.subject = "CN=c", .ca = true}, testKey(2));
    const auto ra = issued({.subject = "CN=r"}, testKey(3), ca);
    // SEQUENCE { SEQUENCE { SET { SEQUENCE { CN, UTF8String "c" } } }, SEQUENCE { SET { SEQUENCE { CN, PrintableString
    // "d" } } } }
    const std::string expected("\x30\x1c"
                               "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x63"
                               "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x13\x01\x64",
                               30);
    EXPECT_EQ(request.issuerAndSubject(ca.certificate), expected);
    EXPECT_EQ(request.issuerAndSubject(ra.certificate), expected) << "an RA stands for the CA that issued it";
}

} // namespace
