#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::HasSubstr;

class Purge : public testing::Test {
protected:
    Exit run(const std::string& name) {
        system.answer();
        const auto code = guarded(written.console, [&] { return purge(written.console, name); });
        system.rest();
        return code;
    }

    FakeSystem system{{Shown{.name = "wifi", .state = "valid"}}};
    Written written;
};

TEST_F(Purge, SaysWhatIsGone) {
    EXPECT_EQ(run("wifi"), Exit::done);
    EXPECT_EQ(system.daemon.purged, "wifi");
    EXPECT_EQ(written.out.str(), "wifi: removed, with its keys, its history and everything that was installed\n");
}

TEST_F(Purge, InJsonNamesTheCertificate) {
    written.console.json = true;
    EXPECT_EQ(run("wifi"), Exit::done);
    EXPECT_THAT(written.out.str(), HasSubstr("wifi"));
}

TEST_F(Purge, OfAnUnknownNameIsAnError) {
    EXPECT_EQ(run("wify"), Exit::noSuchCertificate);
    EXPECT_EQ(written.out.str(), "");
}

} // namespace
} // namespace scepd::ctl
