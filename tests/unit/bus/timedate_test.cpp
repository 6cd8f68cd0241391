#include "bus/timedate.hpp"

#include "base/loop.hpp"
#include "bus/private_bus.hpp"
#include "bus/source.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

using namespace std::chrono_literals;
using scepd::test::PrivateBus;
using testing::ElementsAre;

constexpr auto name = "org.freedesktop.timedate1";

/// What looks like timedate1; it answers from a thread of its own.
class FakeTimedate {
public:
    template <typename Value>
    explicit FakeTimedate(Value synchronized) : connection_(sdbus::createSystemBusConnection()) {
        object_ = sdbus::createObject(*connection_, "/org/freedesktop/timedate1");
        object_->registerProperty("NTPSynchronized").onInterface(name).withGetter([=] { return synchronized; });
        object_->finishRegistration();
        connection_->requestName(name);
        connection_->enterEventLoopAsync();
    }
    ~FakeTimedate() { connection_->leaveEventLoop(); }
    FakeTimedate(const FakeTimedate&) = delete;
    FakeTimedate& operator=(const FakeTimedate&) = delete;

private:
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IObject> object_;
};

/// All answers to one question.
std::vector<bool> ask() {
    Loop loop;
    const auto connection = connect();
    const Source source(loop, *connection);
    Timedate timedate(*connection);
    std::vector<bool> answers;
    timedate.askSynchronized([&](bool synchronized) {
        answers.push_back(synchronized);
        loop.exit(0);
    });
    const auto deadline = loop.after(10s, [&] { loop.exit(1); });
    EXPECT_TRUE(answers.empty()) << "the answer is awaited in the loop";
    loop.run();
    return answers;
}

TEST(Timedate, TellsWhetherTheClockIsSynchronized) {
    const PrivateBus bus;
    {
        const FakeTimedate timedate(true);
        EXPECT_THAT(ask(), ElementsAre(true));
    }
    const FakeTimedate timedate(false);
    EXPECT_THAT(ask(), ElementsAre(false));
}

TEST(Timedate, WhereItIsMissingNobodyCanTell) {
    const PrivateBus bus;
    EXPECT_THAT(ask(), ElementsAre(false));
}

TEST(Timedate, WhereItCannotBeStartedNobodyCanTell) {
    const PrivateBus bus({PrivateBus::Activated{name, "/bin/false"}});
    EXPECT_THAT(ask(), ElementsAre(false));
}

TEST(Timedate, AnAnswerOfAnotherTypeTellsNothing) {
    const PrivateBus bus;
    const FakeTimedate timedate(std::string("yes"));
    EXPECT_THAT(ask(), ElementsAre(false));
}

TEST(Timedate, WhatTheAnswerThrowsDoesNotReachTheBus) {
    const PrivateBus bus;
    Loop loop;
    const auto connection = connect();
    const Source source(loop, *connection);
    Timedate timedate(*connection);
    timedate.askSynchronized([&](bool) {
        loop.exit(0);
        throw std::runtime_error("a sentence");
    });
    const auto deadline = loop.after(10s, [&] { loop.exit(1); });
    EXPECT_EQ(loop.run(), 0);
}

} // namespace
} // namespace scepd::bus
