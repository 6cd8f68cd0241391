#include "scep/breaker.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::scep;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + 12h;
const std::string a = "http://a.example.com/scep";
const std::string b = "http://b.example.com/scep";
const std::string c = "http://c.example.com/scep";

TEST(Breaker, KeepsTheConfiguredOrderWhileAllAnswer) {
    EXPECT_THAT(orderOf({b, a, c}, {}, noon), ElementsAre(b, a, c));
}

TEST(Breaker, PutsAnUnreachableUrlLastForAMinute) {
    const auto outages = afterFailure({}, a, noon);
    EXPECT_THAT(orderOf({a, b, c}, outages, noon), ElementsAre(b, c, a));
    EXPECT_THAT(orderOf({a, b, c}, outages, noon + 59s), ElementsAre(b, c, a));
    EXPECT_THAT(orderOf({a, b, c}, outages, noon + 60s), ElementsAre(a, b, c));
}

TEST(Breaker, DoublesTheTimeUpToAnHour) {
    Outages outages;
    auto time = noon;
    for (const auto outage : {1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min}) {
        outages = afterFailure(outages, a, time);
        EXPECT_THAT(orderOf({a, b}, outages, time + outage - 1s), ElementsAre(b, a)) << outage.count();
        time += outage;
        EXPECT_THAT(orderOf({a, b}, outages, time), ElementsAre(a, b)) << outage.count();
    }
}

TEST(Breaker, StillCountsUpAfterAThousandFailures) {
    Outages outages;
    for (int i = 0; i < 1000; ++i)
        outages = afterFailure(outages, a, noon);
    EXPECT_THAT(orderOf({a, b}, outages, noon + 60min), ElementsAre(a, b));
}

TEST(Breaker, ForgetsAnOutageAfterAnAnswer) {
    EXPECT_THAT(afterAnswer(afterFailure({}, a, noon), a), IsEmpty());
    const auto again = afterFailure(afterAnswer(afterFailure(afterFailure({}, a, noon), a, noon), a), a, noon);
    EXPECT_THAT(orderOf({a, b}, again, noon + 60s), ElementsAre(a, b)) << "it begins with a minute again";
}

TEST(Breaker, TriesTheOneThatIsOutTheShortestFirstWhenAllAre) {
    auto outages = afterFailure(afterFailure({}, a, noon), a, noon);
    outages = afterFailure(outages, b, noon + 30s);
    outages = afterFailure(outages, c, noon + 10s);
    EXPECT_THAT(orderOf({a, b, c}, outages, noon + 40s), ElementsAre(c, b, a));
}

TEST(Breaker, BelievesNoOutageFromAClockThatWasWrong) {
    const auto outages = afterFailure({}, a, noon + std::chrono::days(3650));
    EXPECT_THAT(orderOf({a, b}, outages, noon), ElementsAre(a, b));
}

TEST(Breaker, IsRememberedAsTextWithoutTheUrls) {
    const auto outages = afterFailure(afterFailure(afterFailure({}, a, noon), b, noon), b, noon);
    EXPECT_EQ(outagesFrom(toText(outages)), outages);
    EXPECT_EQ(outagesFrom(toText({})), Outages{});
    EXPECT_THAT(toText(outages), Not(HasSubstr("example.com")));
}

TEST(Breaker, ForgetsWhatIsDamaged) {
    const auto good = toText(afterFailure({}, a, noon));
    for (const auto& text : {std::string(), std::string("\0\xff", 2), good.substr(0, good.size() - 1), good + "x\n",
                             good + good.substr(good.find('\n') + 1, 64) + " 1 -\n", "x" + good,
                             good.substr(0, good.find(' ')) + " 2\n", good + std::string(1U << 20U, '\n')})
        EXPECT_THAT(outagesFrom(text), IsEmpty()) << text.substr(0, 200);
}

} // namespace
