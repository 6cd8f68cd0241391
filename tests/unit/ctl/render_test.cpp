#include "ctl/render.hpp"

#include "console_support.hpp"
#include "ctl/words.hpp"

#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::here;

TEST(Render, ADocumentIsIndentedJson) {
    EXPECT_EQ(document({{"certificates", Json::Array{Json::Object{{"name", "wifi"}, {"generation", 3}}}},
                        {"complete", true}}),
              "{\n"
              "    \"certificates\" : [\n"
              "        {\n"
              "            \"generation\" : 3,\n"
              "            \"name\" : \"wifi\"\n"
              "        }\n"
              "    ],\n"
              "    \"complete\" : true\n"
              "}\n");
}

TEST(Render, ALineHoldsAWholeDocument) {
    EXPECT_EQ(line({{"names", strings({"a", "b"})}, {"reason", "two\nlines"}}),
              "{\"names\" : [\"a\",\"b\"],\"reason\" : \"two\\nlines\"}\n");
}

TEST(Render, WhatIsSpecialInJsonIsEscaped) {
    EXPECT_EQ(line({{"text", "a \"b\" \\ \x01 \x1B[2J \x7F Müller 'x'"}}),
              "{\"text\" : \"a \\\"b\\\" \\\\ \\u0001 \\u001B[2J \\u007F Müller 'x'\"}\n");
}

TEST(Render, EmptyListsAndTextsStayThere) {
    EXPECT_EQ(line({{"list", Json::Array{}}, {"text", ""}}), "{\"list\" : [],\"text\" : \"\"}\n");
}

TEST(Render, NeverIsAnEmptyTextAndTimesAreUtc) {
    EXPECT_EQ(line({{"from", json(here)}, {"never", json(never)}}),
              "{\"from\" : \"2026-11-20T19:00:00Z\",\"never\" : \"\"}\n");
}

TEST(Words, TheSummaryCountsStatesInTheirOrder) {
    const auto in = [](const char* state) {
        Listed listed;
        listed.state = state;
        return listed;
    };
    EXPECT_EQ(summary({in("failed"), in("valid"), in("valid"), in("pending")}),
              "4 certificates: 2 valid, 1 pending, 1 failed");
    EXPECT_EQ(summary({in("valid"), in("a-newer-word")}), "2 certificates: 1 valid, 1 a-newer-word");
    EXPECT_EQ(summary({}), "0 certificates");
}

TEST(Words, TheNextStepIsToldWithItsTime) {
    using namespace std::chrono_literals;
    EXPECT_EQ(nextStep("renew", here + std::chrono::days(12), here, false), "renew in 12 days");
    EXPECT_EQ(nextStep("renew", here + std::chrono::days(12), here, true), "renew in 12 days (2026-12-02)");
    EXPECT_EQ(nextStep("poll", here - 1s, here, true), "poll now");
    EXPECT_EQ(nextStep("nothing", never, here, true), "");
    EXPECT_EQ(nextStep("deploy", never, here, true), "deploy");
}

} // namespace
} // namespace scepd::ctl
