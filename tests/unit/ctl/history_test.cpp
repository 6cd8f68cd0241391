#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Without the journal, which is not the test's own.
class HistoryVerb : public testing::Test {
protected:
    Exit run(const std::string& name = "wifi") {
        system.answer();
        const auto code = guarded(written.console, [&] { return history(written.console, name, 0); });
        system.rest();
        return code;
    }
    void keep(std::uint32_t generation, const std::string& use) {
        constexpr std::uint64_t day = 86'400'000'000, farAway = 7'258'118'400'000'000;
        system.daemon.certificates.at("wifi")->generations.emplace_back(generation, use, "1f", "ab12", 100 * day,
                                                                        99 * day, farAway);
    }
    std::string out() const { return written.out.str(); }

    FakeSystem system{{Shown{.name = "wifi", .state = "valid", .generation = 8}}};
    Written written;
};

TEST_F(HistoryVerb, ListsWhatIsKeptAndHowToGoBack) {
    keep(8, "held");
    keep(7, "deployed");
    keep(6, "earlier");
    written.console.width = 80;
    EXPECT_EQ(run(), Exit::done);
    EXPECT_THAT(out(), StartsWith("GENERATION  USE       ISSUED      VALID UNTIL"));
    EXPECT_THAT(out(), HasSubstr("\n8           held      1970-04-11  2200-01-01"));
    EXPECT_THAT(out(), HasSubstr("\n6           earlier   1970-04-11  2200-01-01"));
    EXPECT_THAT(out(), HasSubstr("\"scepctl rollback wifi GENERATION\" goes back to an earlier one.\n"));
}

TEST_F(HistoryVerb, OfTheFirstCertificateNamesNoWayBack) {
    keep(1, "deployed");
    EXPECT_EQ(run(), Exit::done);
    EXPECT_THAT(out(), Not(HasSubstr("rollback")));
}

TEST_F(HistoryVerb, OfNothingSaysSo) {
    EXPECT_EQ(run(), Exit::done);
    EXPECT_EQ(out(), "wifi: no certificate is kept\n");
}

TEST_F(HistoryVerb, IsOneDocumentInJson) {
    keep(1, "deployed");
    written.console.json = true;
    EXPECT_EQ(run(), Exit::done);
    EXPECT_THAT(out(), HasSubstr("\"issued\" : \"1970-04-11T00:00:00Z\""));
    EXPECT_THAT(out(), HasSubstr("\"journal\" : []"));
}

TEST_F(HistoryVerb, OfAnUnknownNameIsAnError) {
    EXPECT_EQ(run("wify"), Exit::noSuchCertificate);
}

} // namespace
} // namespace scepd::ctl
