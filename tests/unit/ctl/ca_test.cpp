#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "fake_daemon.hpp"

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::FakeSystem;
using test::Written;
using testing::HasSubstr;

constexpr std::uint64_t farAway = 7'258'118'400'000'000; // 2200-01-01, days away whenever this runs
constexpr auto fingerprint = "6f2a09ab6f2a09ab6f2a09ab6f2a09ab00112233445566778899aabbccddeeff";

std::size_t widest(const std::string& text) {
    std::size_t width = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        width = std::max(width, columns(line));
    return width;
}

TEST(Ca, IsATableOf80ColumnsWithEveryFingerprintInFullAsOpensslPrintsIt) {
    FakeSystem system;
    system.daemon.authorities = {
        {"/etc/scepd/profiles.d/office.toml",
         "ca",
         "CN=Example Root Certification Authority of the year 2026,O=Example Incorporated,C=DE",
         fingerprint,
         1'000'000,
         farAway,
         {"log", "wifi"}},
        {"/etc/scepd/profiles.d/office.toml", "ra", "CN=Example RA", fingerprint, 1'000'000, 2'000'000, {"wifi"}}};
    system.answer();
    Written written;
    written.console.width = 80;
    EXPECT_EQ(guarded(written.console, [&] { return ca(written.console); }), Exit::done);
    const auto text = written.out.str();
    EXPECT_LE(widest(text), 80U) << text;
    EXPECT_TRUE(text.starts_with("ROLE  EXPIRES")) << text;
    EXPECT_THAT(text, HasSubstr("\nca    in "));
    EXPECT_THAT(text, HasSubstr("office.toml  log, wifi"));
    EXPECT_THAT(text, HasSubstr("\n      6F:2A:09:AB:6F:2A:09:AB:6F:2A:09:AB:6F:2A:09:AB\n"
                                "      00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\nra    "));
    EXPECT_THAT(text, HasSubstr("CN=Example RA\n"));
}

TEST(Ca, JsonHoldsTheFingerprintAsProfilesTakeIt) {
    FakeSystem system;
    system.daemon.authorities = {{"/p/office.toml", "ca", "CN=Root", fingerprint, 1'000'000, farAway, {"wifi"}}};
    system.answer();
    Written written;
    written.console.json = true;
    EXPECT_EQ(guarded(written.console, [&] { return ca(written.console); }), Exit::done);
    const auto text = written.out.str();
    EXPECT_THAT(text, HasSubstr(std::string("\"fingerprint\" : \"") + fingerprint + "\""));
    EXPECT_THAT(text, HasSubstr("\"notAfter\" : \"2200-01-01T00:00:00Z\""));
    EXPECT_THAT(text, HasSubstr("\"role\" : \"ca\""));
}

TEST(Ca, WithoutAnySaysWhy) {
    FakeSystem system;
    system.answer();
    Written written;
    EXPECT_EQ(guarded(written.console, [&] { return ca(written.console); }), Exit::done);
    EXPECT_TRUE(written.out.str().starts_with("No CA has been met yet.\nRemedy: ")) << written.out.str();
    Written bare;
    bare.console.legend = false;
    EXPECT_EQ(guarded(bare.console, [&] { return ca(bare.console); }), Exit::done);
    EXPECT_EQ(bare.out.str(), "");
}

} // namespace
} // namespace scepd::ctl
