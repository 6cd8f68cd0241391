#include "store/report.hpp"

#include "unit/store/samples.hpp"

#include <string>

#include <gmock/gmock.h>

namespace scepd::store {
namespace {

using namespace std::chrono_literals;
using record::Report;
using test::errorOf;
using testing::HasSubstr;
using testing::Not;

TEST(Report, EveryKindIsReadBackAsItWasWritten) {
    const Report reports[]{
        record::Issued{test::sampleHeld(7)},
        record::Pending{"ab12"},
        record::Refused{"badRequest", "badRequest: \"no\" such\nuser"},
        record::Waiting{"${serial} is not known yet"},
        record::Failed{Code::unreachable, "connection refused", std::nullopt},
        record::Failed{Code::protocol, "HTTP 503", 90s},
        record::Failed{Code::configuration, "", 0s},
        record::Served{},
        record::RequestMade{"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n"},
        record::NamesNow{},
        record::Looked{},
        record::NamesNow{{{"wifi", std::string(64, 'a')}, {"log", std::string(64, 'b')}}},
    };
    for (const auto& report : reports)
        EXPECT_EQ(reportFromText(toText(report)), report) << toText(report);
}

TEST(Report, OfACertificateWithoutAlternativeNamesIsReadBack) {
    auto held = test::sampleHeld();
    held.san.clear();

    EXPECT_EQ(reportFromText(toText(record::Issued{held})), Report(record::Issued{held}));
}

TEST(Report, WhatACaSaidMayHoldAnyByte) {
    std::string everything;
    for (int byte = 0; byte < 256; ++byte)
        everything += static_cast<char>(byte);
    const auto read = reportFromText(toText(record::Refused{"badRequest", everything}));

    ASSERT_TRUE(std::holds_alternative<record::Refused>(read));
    EXPECT_THAT(std::get<record::Refused>(read).reason, HasSubstr("ABC"));
}

TEST(Report, OfTablesInTablesIsALocalErrorBeforeTheyExhaustTheStack) {
    std::string keys;
    for (int i = 0; i < 120'000; ++i)
        keys += "a.";
    for (const auto& text : {keys + "a = 1\n", "[" + keys + "a]\n"})
        EXPECT_THAT(errorOf([&] { reportFromText(text); }), HasSubstr("nested"));
}

TEST(Report, ThatIsNoneIsALocalErrorSayingWhy) {
    const auto complaint = [](const std::string& text) { return errorOf([&] { reportFromText(text); }); };

    EXPECT_THAT(complaint(""), HasSubstr("\"version\""));
    EXPECT_THAT(complaint("version = 1\n"), HasSubstr("\"result\""));
    EXPECT_THAT(complaint("version = 1\nresult = \"exploded\"\n"), HasSubstr("unknown result \"exploded\""));
    EXPECT_THAT(complaint("version = 1\nresult = \"\\u0007\\n\"\n"), HasSubstr("\"result\" is no word"));
    EXPECT_THAT(complaint("version = 1\nresult = \"" + std::string(100'000, 'x') + "\"\n"), HasSubstr("is no word"));
    EXPECT_THAT(complaint("version = 1\nresult = in\x03"), Not(HasSubstr("\x03")));
    EXPECT_THAT(complaint("version = 1\nresult = \"issued\"\n"), HasSubstr("\"held\""));
    EXPECT_THAT(complaint("version = 1\nresult = \"names\"\n"), HasSubstr("\"digests\""));
    EXPECT_THAT(complaint("version = 1\nresult = \"names\"\n[digests]\nwifi = 7\n"), HasSubstr("\"wifi\""));
    EXPECT_THAT(complaint("version = 1\nresult = \"failed\"\ncode = \"SCEPD-999\"\nreason = \"\"\n"),
                HasSubstr("\"SCEPD-999\" is no code of an error"));
    EXPECT_THAT(
        complaint("version = 1\nresult = \"failed\"\ncode = \"SCEPD-500\"\nreason = \"\"\nretry-after = \"x\"\n"),
        HasSubstr("\"retry-after\""));
    EXPECT_THAT(complaint("result ="), HasSubstr("line 1"));
    EXPECT_THAT(complaint("version = 2\nresult = \"served\"\n"), HasSubstr("newer version"));
}

} // namespace
} // namespace scepd::store
