#include "crypto/rollover.hpp"

#include "unit/crypto/party.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::crypto;
using namespace scepd::test;
using testing::ElementsAre;
using testing::HasSubstr;

Identity caWithKey(unsigned key) {
    return selfSigned({.subject = "CN=ca", .ca = true, .serial = static_cast<long>(key)}, testKey(key));
}

/// What one CA says of another, under the signature of whoever.
Rollover wordOf(const Identity& authority, const Identity& next, const Identity& signer) {
    return {authority.certificate, signedData({.content = certificateList({next.certificate})}, signer)};
}

/// A CA, the one after it and the one after that.
class Rollovers : public testing::Test {
protected:
    Identity first_ = caWithKey(3);
    Identity second_ = caWithKey(4);
    Identity third_ = caWithKey(5);
};

TEST_F(Rollovers, NameTheSuccessorThatTheCaHasSigned) {
    EXPECT_THAT(successors(wordOf(first_, second_, first_), Strength::standard), ElementsAre(second_.certificate));
}

TEST_F(Rollovers, SignedByAnybodyElseNameNobody) {
    for (const auto& signer : {second_, third_, device()})
        EXPECT_THAT(refusal([&] { successors(wordOf(first_, second_, signer), Strength::standard); }),
                    HasSubstr("none of the CA's certificates"));
    const Rollover unsignedWord{first_.certificate, certificateList({second_.certificate})};
    EXPECT_THAT(refusal([&] { successors(unsignedWord, Strength::standard); }), HasSubstr("signed by 0 signers"));
}

TEST_F(Rollovers, ThatWereTouchedNameNobody) {
    auto word = wordOf(first_, second_, first_);
    const auto position = word.answer.find(second_.certificate.toDer());
    ASSERT_NE(position, std::string::npos);
    word.answer.replace(position, third_.certificate.toDer().size(), third_.certificate.toDer());
    EXPECT_THAT(refusal([&] { successors(word, Strength::standard); }), HasSubstr("does not fit"));
}

TEST_F(Rollovers, WhoseSignatureCoversNothingNameWhatTheCaHasCertifiedAlone) {
    const auto certified = issued({.subject = "CN=next ca", .ca = true}, testKey(4), first_);
    const SignedSpec beside{.certificates = {second_.certificate, certified.certificate}};
    EXPECT_THAT(successors({first_.certificate, signedData(beside, first_)}, Strength::standard),
                ElementsAre(certified.certificate));
}

TEST_F(Rollovers, LeadFromOneTrustedCaToTheNextAndNotFromOthers) {
    const std::vector words{wordOf(first_, second_, first_), wordOf(second_, third_, second_)};
    EXPECT_THAT(withSuccessors({first_.certificate}, words, Strength::standard),
                ElementsAre(first_.certificate, second_.certificate, third_.certificate));
    EXPECT_THAT(withSuccessors({ca().certificate}, words, Strength::standard), ElementsAre(ca().certificate));
}

TEST_F(Rollovers, SurvivePem) {
    const std::vector words{wordOf(first_, second_, first_), wordOf(second_, third_, second_)};
    EXPECT_EQ(rolloversFromPem(toPem(words)), words);
    EXPECT_THAT(refusal([&] { rolloversFromPem(first_.certificate.toPem()); }), HasSubstr("a CMS message"));
}

} // namespace
