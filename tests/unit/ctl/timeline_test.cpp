#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Shown;
using test::Written;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, to come whenever this runs
constexpr std::uint64_t day = 86'400'000'000;
constexpr auto fingerprint = "6f2a09ab6f2a09ab6f2a09ab6f2a09ab00112233445566778899aabbccddeeff";

test::Properties facts(std::uint64_t due, std::uint64_t expected) {
    return {{"Rule", sdbus::Variant(std::string("a rule"))},
            {"Due", sdbus::Variant(due)},
            {"Expected", sdbus::Variant(expected)},
            {"Before", sdbus::Variant(std::vector<std::string>{})},
            {"Changes", sdbus::Variant(std::vector<std::string>{})}};
}

/// A certificate that is held, one that is waited for, one that is none here, and a CA that two profiles share.
std::string told(bool json, const std::string& svgFile = {}) {
    FakeSystem system({{.name = "web", .state = "waiting", .lastAttemptTime = 2 * day, .lastErrorCode = "SCEPD-202"},
                       {.name = "wifi",
                        .state = "valid",
                        .nextAction = "renew",
                        .notBefore = 3 * day,
                        .notAfter = farAway,
                        .nextActionTime = farAway - 30 * day}});
    system.daemon.elsewhere = {"kiosk"};
    system.daemon.certificates.at("web")->explanation = facts(0, 0);
    system.daemon.certificates.at("wifi")->explanation = facts(farAway - 30 * day, farAway - 29 * day);
    for (const auto* profile : {"/p/a.toml", "/p/b.toml"})
        system.daemon.authorities.emplace_back(profile, "ca", "O=Example,CN=Root\\, the first,C=DE", fingerprint, day,
                                               farAway + 365 * day, std::vector<std::string>{"wifi"});
    system.answer();
    Written written;
    written.console.json = json;
    EXPECT_EQ(guarded(written.console, [&] { return timeline(written.console, svgFile); }), Exit::done);
    return written.out.str();
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

TEST(Timeline, ShowsCertificatesThatApplyHereAndEachAuthorityOnce) {
    const auto text = told(false);
    EXPECT_THAT(text, HasSubstr("\nwifi                [="));
    EXPECT_THAT(text, HasSubstr("\nca Root, the first  <="));
    EXPECT_THAT(text, HasSubstr("\nnow                    web                 enrollment\n"
                                "3 December 2199 00:00  wifi                renewal\n"));
    EXPECT_THAT(text, Not(HasSubstr("kiosk")));
    EXPECT_EQ(count(text, "ca Root, the first"), 2U) << text;
}

TEST(Timeline, JsonCarriesTheSameFacts) {
    const auto text = told(true);
    EXPECT_THAT(text, HasSubstr("\"notBefore\" : \"1970-01-04T00:00:00Z\""));
    EXPECT_THAT(text, HasSubstr("\"renewalBegins\" : \"2199-12-02T00:00:00Z\""));
    EXPECT_THAT(text, HasSubstr("\"expected\" : \"2199-12-03T00:00:00Z\""));
    EXPECT_THAT(text, HasSubstr("\"lastAttemptTime\" : \"1970-01-03T00:00:00Z\""));
    EXPECT_THAT(text, HasSubstr("\"lastErrorCode\" : \"SCEPD-202\""));
    EXPECT_THAT(text, HasSubstr("\"event\" : \"renewal\""));
    EXPECT_THAT(text, HasSubstr("\"time\" : \"2199-12-03T00:00:00Z\""));
    EXPECT_EQ(count(text, fingerprint), 1U) << text;
    EXPECT_THAT(text, Not(HasSubstr("kiosk")));
}

TEST(Timeline, AsAPictureShowsTheSame) {
    const auto text = told(false, "-");
    EXPECT_TRUE(text.starts_with("<svg ")) << text;
    EXPECT_TRUE(text.ends_with("</svg>\n")) << text;
    EXPECT_THAT(text, HasSubstr(">wifi<"));
    EXPECT_THAT(text, HasSubstr(">ca Root, the first<"));
    EXPECT_THAT(text, HasSubstr(">enrollment now<"));
    EXPECT_THAT(text, Not(HasSubstr("kiosk")));
}

TEST(Timeline, WithoutAnyCertificateOrAuthorityIsASentence) {
    FakeSystem system;
    system.answer();
    Written written;
    EXPECT_EQ(guarded(written.console, [&] { return timeline(written.console); }), Exit::done);
    EXPECT_TRUE(written.out.str().starts_with("Nothing is held yet.\nRemedy: ")) << written.out.str();
}

} // namespace
} // namespace scepd::ctl
