#include "bus/answer.hpp"

#include <string>

#include <gmock/gmock.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Undecided, SaysThatPolkitDoesNotAnswerAndWhoMayActMeanwhile) {
    for (const auto* why : {"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NoReply",
                            "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.systemd1.UnitMasked"}) {
        const auto error = undecided("org.scepd1.renew", sdbus::Error(why, "words of the bus"));
        EXPECT_EQ(error.getName(), "org.freedesktop.DBus.Error.AccessDenied");
        EXPECT_EQ(error.getMessage(), "polkit does not answer, and only root may do org.scepd1.renew until it does; "
                                      "see \"systemctl status polkit\"");
    }
}

TEST(Undecided, QuotesAPolkitThatAnswersWithAnError) {
    const auto error = undecided(
        "org.scepd1.renew", sdbus::Error("org.freedesktop.PolicyKit1.Error.Failed", "the action is not registered"));
    EXPECT_EQ(error.getName(), "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_THAT(error.getMessage(),
                AllOf(StartsWith("polkit does not decide (the action is not registered), and only root may"),
                      HasSubstr("systemctl status polkit"), Not(HasSubstr("scepd-admin"))));
}

} // namespace
} // namespace scepd::bus
