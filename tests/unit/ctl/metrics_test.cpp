#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Written;
using testing::HasSubstr;

TEST(MetricsVerb, PrintsWhatTheDaemonSaysUnchanged) {
    FakeSystem system;
    system.daemon.metrics = "# TYPE a gauge\na{b=\"c\\\"d\"} 1\n";
    system.answer();
    Written written;
    EXPECT_EQ(guarded(written.console, [&] { return metrics(written.console); }), Exit::done);
    EXPECT_EQ(written.out.str(), "# TYPE a gauge\na{b=\"c\\\"d\"} 1\n");
}

TEST(MetricsVerb, JsonHoldsTheText) {
    FakeSystem system;
    system.daemon.metrics = "a 1\n";
    system.answer();
    Written written;
    written.console.json = true;
    EXPECT_EQ(guarded(written.console, [&] { return metrics(written.console); }), Exit::done);
    EXPECT_THAT(written.out.str(), HasSubstr(R"("metrics" : "a 1\n")"));
}

} // namespace
} // namespace scepd::ctl
