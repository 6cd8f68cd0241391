#include "ctl/picture.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "console_support.hpp"
#include "ctl/output.hpp"
#include "ctl/svg.hpp"
#include "temporary_root.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace scepd::ctl {
namespace {

using std::chrono::days;
using test::here;
using test::Written;
using testing::HasSubstr;
using testing::Not;

Span wifi() {
    return {.label = "wifi",
            .notBefore = here - days(30),
            .notAfter = here + days(60),
            .renewalBegins = here + days(30),
            .action = "renew",
            .actionTime = here + days(31)};
}

Span expired() {
    return {.label = "log",
            .notBefore = here - days(80),
            .notAfter = here - days(10),
            .action = "enroll",
            .actionTime = here,
            .failedAttempt = here - std::chrono::minutes(2)};
}

Span authority() {
    return {
        .label = "ca Example Root", .authority = true, .notBefore = here - days(4000), .notAfter = here + days(4000)};
}

/// The picture, which a parser that forgives nothing has read.
std::string parsed(const std::vector<Span>& spans) {
    const scepd::test::TemporaryRoot root;
    const auto text = picture("Certificates of <host> & \"friends\"", spans, here);
    const auto file = root.write("picture.svg", text);
    const auto command =
        fmt::format("python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' {}", file.string());
    EXPECT_EQ(std::system(command.c_str()), 0) << text;
    if (const char* keep = std::getenv("KEEP_PICTURES"))
        file::replace(fmt::format("{}/{}.svg", keep, testing::UnitTest::GetInstance()->current_test_info()->name()),
                      text, {.mode = 0644});
    return text;
}

TEST(Picture, ShowsWhatIsValidDueAndExpiredWithItsNextStep) {
    const auto text = parsed({wifi(), expired(), authority()});
    EXPECT_THAT(text, HasSubstr("class=\"valid\""));
    EXPECT_THAT(text, HasSubstr("class=\"due\""));
    EXPECT_THAT(text, HasSubstr("class=\"expired\""));
    EXPECT_THAT(text, HasSubstr("class=\"ca\""));
    EXPECT_THAT(text, HasSubstr("class=\"failure\""));
    EXPECT_THAT(text, HasSubstr("class=\"letter step-letter\">R<"));
    EXPECT_THAT(text, HasSubstr(">now, 20 November 19:00<"));
    EXPECT_THAT(text, HasSubstr("class=\"now\""));
    EXPECT_THAT(text, HasSubstr(">renewal 21 December 19:00<"));
    EXPECT_THAT(text, HasSubstr(">expired 10 November 19:00<"));
    EXPECT_THAT(text, HasSubstr(">2 certificates and 1 CA on 2026-11-20 at 19:00<"));
}

TEST(Picture, ALegendNamesOnlyWhatOccurs) {
    const auto text = parsed({wifi()});
    EXPECT_THAT(text, HasSubstr("class=\"legend\">renewal is due<"));
    EXPECT_THAT(text, HasSubstr("class=\"legend\">renewal<"));
    EXPECT_THAT(text, Not(HasSubstr("class=\"legend\">expired<")));
    EXPECT_THAT(text, Not(HasSubstr("class=\"legend\">CA<")));
    EXPECT_THAT(text, Not(HasSubstr("failed attempt")));
}

TEST(Picture, NamesAreTextAndNeverMarkup) {
    auto hostile = authority();
    hostile.label = "ca <script>alert(\"x\")</script> & \x1b[31m \xef\xbf\xbf";
    const auto text = parsed({wifi(), hostile});
    EXPECT_THAT(text, HasSubstr("ca &lt;scri"));
    EXPECT_THAT(text, Not(HasSubstr("<script")));
    EXPECT_THAT(text, HasSubstr("<title>Certificates of &lt;host&gt; &amp; &quot;friends&quot;</title>"));
    EXPECT_EQ(svg::escaped("a<b>&\"\x1b\xef\xbf\xbe.\xef\xbf\xbd"), "a&lt;b&gt;&amp;&quot;??.\xef\xbf\xbd");
}

TEST(Picture, LoadsNothingFromElsewhereAndRunsNothing) {
    auto text = parsed({wifi(), expired(), authority()});
    const std::string space = "http://www.w3.org/2000/svg";
    text.erase(text.find(space), space.size());
    EXPECT_THAT(text, Not(HasSubstr("http")));
    EXPECT_THAT(text, Not(HasSubstr("script")));
    EXPECT_THAT(text, Not(HasSubstr("url(")));
    EXPECT_THAT(text, Not(HasSubstr("@import")));
}

TEST(Picture, OfManyOfVeryDifferentLifetimes) {
    std::vector<Span> spans;
    for (int i = 0; i < 10; ++i) {
        auto span = wifi();
        span.label = fmt::format("machine-{}", i);
        span.notBefore = here - days(20 + 11 * i);
        span.notAfter = here + days(25 + 23 * i);
        span.renewalBegins = here + days(10 * i - 10);
        span.actionTime = here + days(10 * i - 9);
        spans.push_back(span);
    }
    spans.push_back({.label = "printer-profile-office-building-7-floor-12-wifi-a",
                     .notBefore = here - std::chrono::minutes(30),
                     .notAfter = here + std::chrono::minutes(30),
                     .action = "renew",
                     .actionTime = here + std::chrono::minutes(10)});
    spans.push_back({.label = "new", .action = "poll", .actionTime = here});
    spans.push_back(expired());
    spans.push_back(authority());
    const auto text = parsed(spans);
    EXPECT_THAT(text, HasSubstr("<title>printer-profile-office-building-7-floor-12-wifi-a</title>"));
}

TEST(Picture, OfNothingIsASentence) {
    EXPECT_THAT(parsed({}), HasSubstr(">Nothing is held yet.<"));
    EXPECT_THAT(parsed({{.label = "wifi", .action = "enroll"}}), HasSubstr(">enrollment now<"));
}

TEST(Output, ReplacesAFileInOneStepAndNeverADevice) {
    const scepd::test::TemporaryRoot root;
    const Written written;
    const auto file = root.write("picture.svg", "old", 0600);
    writeOutput(written.console, file.string(), "new", 0644);
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0644U);
    EXPECT_EQ(file::read(file), "new");
    EXPECT_THROW(writeOutput(written.console, "/dev/null", "new", 0644), Error);
    EXPECT_THROW(writeOutput(written.console, root.path().string(), "new", 0644), Error);
    EXPECT_EQ(written.out.str(), "");
    writeOutput(written.console, "-", "new", 0644);
    EXPECT_EQ(written.out.str(), "new");
}

} // namespace
} // namespace scepd::ctl
