#include "ctl/verbs.hpp"

#include "bus/private_bus.hpp"
#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Shown;
using test::Written;

std::pair<Exit, std::string> checked(const std::vector<Shown>& certificates, const std::string& name = {}) {
    FakeSystem system(certificates);
    Written written;
    system.answer();
    const auto code = check(written.console, name);
    system.rest();
    return {code, written.out.str()};
}

Shown in(const std::string& name, const std::string& state, const std::string& reason = {}) {
    return {.name = name, .state = state, .reason = reason};
}

TEST(Check, IsOkWhenAllIsWell) {
    EXPECT_EQ(checked({in("web", "valid"), in("wifi", "renewing"), in("spare", "not-requested")}),
              std::pair(Exit::ok, std::string("SCEPD OK - 3 certificates: 1 valid, 1 renewing, 1 not-requested\n")));
}

TEST(Check, TellsTheWorstWithItsReason) {
    const auto [code, text] = checked({in("web", "degraded", "the renewal failed"), in("wifi", "valid"),
                                       in("log", "expired", "expired on 2026-01-01"), in("vpn", "waiting")});
    EXPECT_EQ(static_cast<int>(code), 2);
    EXPECT_EQ(text.substr(0, 16), "SCEPD CRITICAL -");
    EXPECT_NE(text.find("; log: expired on 2026-01-01\n"), std::string::npos) << text;
}

TEST(Check, OfOneLooksAtThatOneOnly) {
    const auto all = std::vector{in("web", "degraded", "the renewal failed"), in("log", "expired")};
    EXPECT_EQ(
        checked(all, "web"),
        std::pair(Exit::warning, std::string("SCEPD WARNING - 1 certificate: 1 degraded; web: the renewal failed\n")));
}

TEST(Check, IsUnknownWhereNothingCanBeTold) {
    EXPECT_EQ(checked({}), std::pair(Exit::unknown, std::string("SCEPD UNKNOWN - no certificates apply here\n")));
    EXPECT_EQ(checked({in("web", "valid")}, "wep").first, Exit::unknown);
    EXPECT_EQ(checked({in("web", "a-newer-state")}).first, Exit::unknown);
    const scepd::test::PrivateBus bus;
    Written written;
    EXPECT_EQ(check(written.console, ""), Exit::unknown);
    EXPECT_EQ(written.out.str().substr(0, 46), "SCEPD UNKNOWN - scepd does not answer: it is n");
}

} // namespace
} // namespace scepd::ctl
