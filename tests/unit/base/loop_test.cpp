#include "base/loop.hpp"

#include "base/error.hpp"
#include "base/process.hpp"

#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scepd {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Clock = std::chrono::steady_clock;

/// Every test's loop ends by itself when what it waits for does not come.
class LoopTest : public testing::Test {
protected:
    Loop loop;
    Loop::Handle deadline = loop.after(60s, [this] { loop.exit(99); });
};

TEST_F(LoopTest, RunsUntilItIsToldToExitAndReturnsTheCode) {
    const auto handle = loop.after(0s, [this] { loop.exit(7); });

    EXPECT_EQ(loop.run(), 7);
}

TEST_F(LoopTest, ATurnHandlesWhatHappenedAndComesBack) {
    int calls = 0;
    const auto handle = loop.after(0s, [&] { ++calls; });
    while (calls == 0)
        loop.turn();

    EXPECT_EQ(calls, 1);
}

TEST_F(LoopTest, ATimerComesOnceAndNotBeforeItsTime) {
    const auto start = Clock::now();
    int calls = 0;
    const auto timer = loop.after(30ms, [&] { ++calls; });
    const auto end = loop.after(600ms, [this] { loop.exit(0); });
    EXPECT_EQ(loop.run(), 0);

    EXPECT_EQ(calls, 1);
    EXPECT_GE(Clock::now() - start, 600ms);
}

TEST_F(LoopTest, TimersComeInTheOrderOfTheirTimes) {
    std::vector<std::string> order;
    const auto second = loop.after(400ms, [&] {
        order.emplace_back("second");
        loop.exit(0);
    });
    const auto first = loop.after(50ms, [&] { order.emplace_back("first"); });
    loop.run();

    EXPECT_THAT(order, ElementsAre("first", "second"));
}

TEST_F(LoopTest, WhatIsToHappenNowIsNotPutOff) {
    int calls = 0;
    Loop::Handle next;
    const auto start = Clock::now();
    std::function<void()> again = [&] {
        if (++calls == 20) return loop.exit(0);
        next = loop.after(0s, again);
    };
    next = loop.after(0s, again);
    loop.run();

    EXPECT_EQ(calls, 20);
    EXPECT_LT(Clock::now() - start, 2s);
}

TEST_F(LoopTest, AnAlarmComesAtItsPointOfTheWallClockAndNotBefore) {
    const auto point = now() + 50ms;
    const auto alarm = loop.at(point, [this] { loop.exit(3); });

    EXPECT_EQ(loop.run(), 3);
    EXPECT_GE(now(), point);
}

TEST_F(LoopTest, AnAlarmOfThePastComesAtOnce) {
    const auto alarm = loop.at(Time(-5s), [this] { loop.exit(3); });

    EXPECT_EQ(loop.run(), 3);
}

TEST_F(LoopTest, WhatNobodyHoldsAnyMoreIsNotCalled) {
    int calls = 0;
    auto dropped = loop.after(0s, [&] { ++calls; });
    dropped = {};
    const auto end = loop.after(300ms, [this] { loop.exit(0); });
    loop.run();

    EXPECT_EQ(calls, 0);
}

TEST_F(LoopTest, TellsWhenSomethingCanBeRead) {
    const auto pipe = process::makePipe();
    char seen = 0;
    const auto handle = loop.onReadable(pipe.read.get(), [&] {
        EXPECT_EQ(::read(pipe.read.get(), &seen, 1), 1);
        loop.exit(0);
    });
    ASSERT_EQ(::write(pipe.write.get(), "x", 1), 1);

    EXPECT_EQ(loop.run(), 0);
    EXPECT_EQ(seen, 'x');
}

TEST_F(LoopTest, TellsWhenTheOtherEndIsGone) {
    auto pipe = process::makePipe();
    const auto handle = loop.onReadable(pipe.read.get(), [&] { loop.exit(5); });
    pipe.write = UniqueFd();

    EXPECT_EQ(loop.run(), 5);
}

TEST_F(LoopTest, ASignalIsACallInsteadOfTheEnd) {
    const auto handle = loop.onSignal(SIGUSR1, [this] { loop.exit(4); });
    ASSERT_EQ(::kill(::getpid(), SIGUSR1), 0);

    EXPECT_EQ(loop.run(), 4);
}

TEST_F(LoopTest, AChildsEndIsToldAsWaitpidGivesItAndItIsReaped) {
    std::vector<int> statuses;
    const auto keep = [&](int status) {
        statuses.push_back(status);
        if (statuses.size() == 2) loop.exit(0);
    };
    const auto exits = process::spawn({.argv = {"/bin/sh", "-c", "exit 3"}, .environment = {}, .descriptors = {}});
    const auto first = loop.onChildExit(exits, keep);
    const auto dies = process::spawn({.argv = {"/bin/sh", "-c", "kill -9 $$"}, .environment = {}, .descriptors = {}});
    const auto second = loop.onChildExit(dies, keep);
    EXPECT_EQ(loop.run(), 0);

    ASSERT_EQ(statuses.size(), 2U);
    const auto exited = WIFEXITED(statuses[0]) ? statuses[0] : statuses[1];
    const auto killed = WIFEXITED(statuses[0]) ? statuses[1] : statuses[0];
    EXPECT_EQ(WEXITSTATUS(exited), 3);
    EXPECT_TRUE(WIFSIGNALED(killed));
    EXPECT_EQ(WTERMSIG(killed), 9);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "nothing is left to reap";
}

TEST_F(LoopTest, WhatACallbackThrowsLeavesTheLoopUnchanged) {
    const auto handle = loop.after(0s, []() -> void { throw Error(Fault::protocol, "a sentence"); });
    try {
        loop.run();
        FAIL() << "nothing was thrown";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::protocol);
        EXPECT_STREQ(error.what(), "a sentence");
    }
}

TEST_F(LoopTest, WhatACallbackThrowsLeavesATurnAsWell) {
    const auto handle = loop.after(0s, []() -> void { throw std::logic_error("any exception"); });

    EXPECT_THROW(loop.run(), std::logic_error);
}

TEST_F(LoopTest, AnExceptionOfOneLoopDoesNotComeOutOfTheNext) {
    {
        Loop other;
        const auto handle = other.after(0s, []() -> void { throw std::runtime_error("earlier"); });
        EXPECT_THROW(other.run(), std::runtime_error);
    }
    const auto handle = loop.after(0s, [this] { loop.exit(0); });

    EXPECT_EQ(loop.run(), 0);
}

TEST_F(LoopTest, ACallbackMayEndTheHandleThatHoldsIt) {
    Loop::Handle handle;
    const auto witness = std::make_shared<std::string>("alive during the whole call");
    handle = loop.after(0s, [this, &handle, copy = witness] {
        handle = {};
        EXPECT_EQ(*copy, "alive during the whole call");
        loop.exit(0);
    });

    EXPECT_EQ(loop.run(), 0);
    EXPECT_EQ(witness.use_count(), 1) << "the callback is gone with its handle";
}

TEST_F(LoopTest, ACallbackMayPutAnotherTimerInItsOwnPlace) {
    Loop::Handle handle;
    handle = loop.after(0s, [this, &handle] { handle = loop.after(0s, [this] { loop.exit(6); }); });

    EXPECT_EQ(loop.run(), 6);
}

TEST_F(LoopTest, ACallbackMayEndAReaderThatReadsNoMore) {
    auto pipe = process::makePipe();
    auto reader = std::make_unique<Loop::Handle>();
    int calls = 0;
    *reader = loop.onReadable(pipe.read.get(), [&] {
        ++calls;
        reader.reset();
    });
    pipe.write = UniqueFd();
    const auto end = loop.after(300ms, [this] { loop.exit(0); });

    EXPECT_EQ(loop.run(), 0);
    EXPECT_EQ(calls, 1);
}

TEST_F(LoopTest, AHandleMayOutliveItsLoop) {
    Loop::Handle handle;
    {
        Loop other;
        handle = other.after(60s, [] {});
    }
    EXPECT_NO_THROW(handle = {});
}

TEST_F(LoopTest, WatchingTheClockDoesNotCallWhileNobodySetsIt) {
    int calls = 0;
    const auto handle = loop.onClockStep([&] { ++calls; });
    const auto end = loop.after(100ms, [this] { loop.exit(0); });

    EXPECT_EQ(loop.run(), 0);
    EXPECT_EQ(calls, 0);
}

TEST_F(LoopTest, WatchingWhatIsNoDescriptorIsALocalError) {
    EXPECT_THROW(static_cast<void>(loop.onReadable(-1, [] {})), Error);
}

} // namespace
} // namespace scepd
