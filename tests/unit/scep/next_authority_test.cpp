#include "scep/next_authority.hpp"

#include "base/error.hpp"
#include "unit/crypto/forge.hpp"

#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace scepd::test;
using crypto::Certificate;
using std::chrono::days;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A CA that is valid until 60 days from noon on.
class NextCa : public testing::Test {
protected:
    [[nodiscard]] NextAuthority next(const std::vector<Certificate>& verified) const {
        return nextAuthority(verified, current_, noon);
    }

    [[nodiscard]] std::string complaint(const std::vector<Certificate>& verified) const {
        try {
            std::ignore = next(verified);
            return "nothing";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::protocol);
            return error.what();
        }
    }

    static Identity coming(const std::string& subject, unsigned key, Duration begin = days(50)) {
        return selfSigned({.subject = subject, .ca = true, .notBefore = noon + begin, .notAfter = noon + days(400)},
                          testKey(key));
    }

    Identity ca_ = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    Authorities current_{ca_.certificate, {ca_.certificate}, ca_.certificate};
    Identity next_ = coming("CN=ca", 2);
};

TEST_F(NextCa, IsTheOneThatCame) {
    const auto found = next({next_.certificate});
    EXPECT_EQ(found.certificate, next_.certificate);
    EXPECT_THAT(found.others, IsEmpty());
    EXPECT_EQ(found.notBefore, noon + days(50));
    EXPECT_EQ(found.notAfter, noon + days(400));
}

TEST_F(NextCa, MayBeValidAlready) {
    const auto valid = coming("CN=ca", 2, -days(1));
    EXPECT_EQ(next({ca_.certificate, valid.certificate}).notBefore, noon - days(1));
}

TEST_F(NextCa, BringsItsIntermediates) {
    const auto issuing =
        issued({.subject = "CN=issuing", .ca = true, .notBefore = noon + days(55), .notAfter = noon + days(300)},
               testKey(3), next_);
    const auto stranger = issued({.subject = "CN=stranger"}, testKey(4), ca_);
    const auto found = next({issuing.certificate, ca_.certificate, next_.certificate, stranger.certificate});
    EXPECT_EQ(found.certificate, next_.certificate);
    EXPECT_THAT(found.others, ElementsAre(issuing.certificate));
}

TEST_F(NextCa, MayStandBelowTheSameRoot) {
    const auto issuing = issued({.subject = "CN=issuing 2", .ca = true, .serial = 9}, testKey(3), ca_);
    EXPECT_EQ(next({ca_.certificate, issuing.certificate}).certificate, issuing.certificate);
}

TEST_F(NextCa, OfTwoIsTheOneThatIsValidLonger) {
    const auto shorter = selfSigned({.subject = "CN=other", .ca = true}, testKey(3));
    EXPECT_EQ(next({shorter.certificate, next_.certificate}).certificate, next_.certificate);
}

TEST_F(NextCa, IsNeitherTheCurrentOneNorADeviceNorOneThatHasExpired) {
    const auto device = selfSigned({.subject = "CN=device"}, testKey(3));
    const auto expired =
        selfSigned({.subject = "CN=old", .ca = true, .notAfter = noon - std::chrono::seconds(1)}, testKey(4));
    EXPECT_THAT(complaint({ca_.certificate, device.certificate, expired.certificate}),
                AllOf(HasSubstr("CN=ca: it is the current one"), HasSubstr("CN=device: it is not a CA's"),
                      HasSubstr("CN=old: it expired at 2026-06-15T11:59:59Z")));
    EXPECT_THAT(complaint({}), HasSubstr("it is empty"));
}

} // namespace
