#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Redeploy : public testing::Test {
protected:
    Exit run(const std::function<Exit(const Console&)>& verb) {
        system.answer();
        const auto code = guarded(written.console, [&] { return verb(written.console); });
        system.rest();
        return code;
    }

    FakeSystem system{{Shown{.name = "wifi", .state = "valid", .generation = 7}}};
    Written written;
};

TEST_F(Redeploy, SaysWhatIsInUse) {
    EXPECT_EQ(run([](const auto& console) { return redeploy(console, "wifi"); }), Exit::done);
    EXPECT_THAT(written.out.str(), StartsWith("wifi: generation 7 is installed anew, valid until "));
}

TEST_F(Redeploy, OfAnEarlierOneSaysWhatComesNext) {
    EXPECT_EQ(run([](const auto& console) { return rollback(console, "wifi", 0); }), Exit::done);
    EXPECT_THAT(written.out.str(),
                AllOf(StartsWith("wifi: generation 6 is in use again, valid until "), HasSubstr("scepctl renew wifi")));
}

TEST_F(Redeploy, OfTheOneThatIsNamed) {
    EXPECT_EQ(run([](const auto& console) { return rollback(console, "wifi", 5); }), Exit::done);
    EXPECT_THAT(written.out.str(), StartsWith("wifi: generation 5 is in use again"));
}

TEST_F(Redeploy, InJsonIsTheCertificate) {
    written.console.json = true;
    EXPECT_EQ(run([](const auto& console) { return rollback(console, "wifi", 5); }), Exit::done);
    EXPECT_THAT(written.out.str(), AllOf(StartsWith("{"), HasSubstr("\"generation\" : 5")));
}

TEST_F(Redeploy, OfAnUnknownNameIsAnError) {
    EXPECT_EQ(run([](const auto& console) { return redeploy(console, "wify"); }), Exit::noSuchCertificate);
}

} // namespace
} // namespace scepd::ctl
