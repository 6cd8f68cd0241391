#include "scepd/clock_watch.hpp"

#include "temporary_root.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace scepd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A watch on a temporary root; the test plays timedate1.
class ClockWatchTest : public testing::Test {
protected:
    const std::string file = "run/systemd/timesync/synchronized";

    std::unique_ptr<ClockWatch> watch(AskingTimes times = {}) {
        return std::make_unique<ClockWatch>(
            loop, root.path(),
            [this](ClockWatch::Answer answer) {
                questions.push_back(std::move(answer));
                if (answersAtOnce) questions.back()(false);
            },
            [this] { ++changes; }, times);
    }
    void runUntil(const std::function<bool()>& condition) {
        bool late = false;
        const auto deadline = loop.after(10s, [&] { late = true; });
        while (!late && !condition())
            loop.turn();
        ASSERT_TRUE(condition()) << "it did not come to that";
    }
    void runUntilAsked(std::size_t times) {
        runUntil([=, this] { return questions.size() >= times; });
    }
    void runFor(Duration duration) {
        bool over = false;
        const auto end = loop.after(duration, [&] { over = true; });
        runUntil([&] { return over; });
    }

    test::TemporaryRoot root;
    Loop loop;
    std::vector<ClockWatch::Answer> questions;
    bool answersAtOnce = false;
    int changes = 0;
};

TEST_F(ClockWatchTest, TheFileThatIsThereAtTheStartTellsAndNobodyIsAsked) {
    root.write(file, "");
    const auto clock = watch();
    EXPECT_TRUE(clock->synchronized());
    runFor(100ms);
    EXPECT_TRUE(questions.empty());
    EXPECT_EQ(changes, 0);
}

TEST_F(ClockWatchTest, WithoutTheFileTheClockIsNotSynchronizedAndSomebodyIsAskedFromTheLoop) {
    const auto clock = watch();
    EXPECT_FALSE(clock->synchronized());
    EXPECT_TRUE(questions.empty());
    runUntilAsked(1);
    EXPECT_EQ(changes, 0);
}

TEST_F(ClockWatchTest, TheFileIsNoticedWhereTheWholePathIsMissing) {
    const auto clock = watch();
    root.write(file, "");
    runUntil([&] { return clock->synchronized(); });
    EXPECT_EQ(changes, 1);
}

TEST_F(ClockWatchTest, TheFileIsNoticedWhenItsFoldersComeOneByOne) {
    const auto clock = watch();
    for (const auto* folder : {"run", "run/systemd", "run/systemd/timesync"}) {
        fs::create_directory(root / folder);
        runFor(20ms);
    }
    root.write(file, "");
    runUntil([&] { return clock->synchronized(); });
}

TEST_F(ClockWatchTest, TheFileIsNoticedWhenItIsRenamedIntoPlace) {
    root.write("run/systemd/timesync/.new", "");
    const auto clock = watch();
    fs::rename(root / "run/systemd/timesync/.new", root / file);
    runUntil([&] { return clock->synchronized(); });
}

TEST_F(ClockWatchTest, TheFileIsNoticedInAFolderThatWasMadeAnew) {
    root.write(file, "");
    const auto clock = watch();
    fs::remove_all(root / "run/systemd/timesync");
    runUntilAsked(1);
    questions[0](false);
    EXPECT_FALSE(clock->synchronized());
    root.write(file, "");
    runUntil([&] { return clock->synchronized(); });
    EXPECT_EQ(changes, 2);
}

TEST_F(ClockWatchTest, AFolderThatIsReplacedBeforeAnybodyLooksIsWatched) {
    fs::create_directories(root / "run/systemd/timesync");
    const auto clock = watch();
    fs::remove_all(root / "run/systemd/timesync");
    fs::create_directories(root / "run/systemd/timesync");
    runFor(50ms);
    root.write(file, "");
    runUntil([&] { return clock->synchronized(); });
}

TEST_F(ClockWatchTest, WhatWasKnownHoldsUntilSomebodySaysOtherwise) {
    root.write(file, "");
    const auto clock = watch();
    fs::remove(root / file);
    runUntilAsked(1);
    EXPECT_TRUE(clock->synchronized());
    questions[0](true);
    EXPECT_TRUE(clock->synchronized());
    EXPECT_EQ(changes, 0);
}

TEST_F(ClockWatchTest, AYesIsToldAndEndsTheQuestions) {
    const auto clock = watch({.first = 10ms, .total = 60s});
    runUntilAsked(1);
    questions[0](true);
    EXPECT_TRUE(clock->synchronized());
    EXPECT_EQ(changes, 1);
    runFor(100ms);
    EXPECT_EQ(questions.size(), 1U);
}

TEST_F(ClockWatchTest, ANoIsFollowedByQuestionsEachAfterTwiceAsLongAsTheOneBefore) {
    answersAtOnce = true;
    const auto start = std::chrono::steady_clock::now();
    const auto clock = watch({.first = 40ms, .total = 60s});
    runUntilAsked(4);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 40ms + 80ms + 160ms);
    EXPECT_FALSE(clock->synchronized());
    EXPECT_EQ(changes, 0);
}

TEST_F(ClockWatchTest, TheLastQuestionComesAtTheEndOfTheWait) {
    answersAtOnce = true;
    const auto start = std::chrono::steady_clock::now();
    const auto clock = watch({.first = 20ms, .total = 100ms}); // after 20, 60 and 100 ms
    runUntilAsked(4);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
    runFor(200ms);
    EXPECT_EQ(questions.size(), 4U);
}

TEST_F(ClockWatchTest, WhoDoesNotWaitAsksOnce) {
    answersAtOnce = true;
    const auto clock = watch({.first = 10ms, .total = 0s});
    runFor(100ms);
    EXPECT_EQ(questions.size(), 1U);
}

TEST_F(ClockWatchTest, WhileAnAnswerIsOutNobodyIsAskedAgain) {
    const auto clock = watch({.first = 1ms, .total = 60s});
    runUntilAsked(1);
    runFor(100ms);
    EXPECT_EQ(questions.size(), 1U);
}

TEST_F(ClockWatchTest, TheFileEndsTheQuestions) {
    const auto clock = watch({.first = 1ms, .total = 60s});
    runUntilAsked(1);
    root.write(file, "");
    runUntil([&] { return clock->synchronized(); });
    questions[0](false);
    EXPECT_TRUE(clock->synchronized()) << "the answer came too late";
    runFor(50ms);
    EXPECT_EQ(questions.size(), 1U);
    EXPECT_EQ(changes, 1);
}

TEST_F(ClockWatchTest, AfterAStepOfTheClockTheQuestionIsAskedAnew) {
    const auto clock = watch();
    runUntilAsked(1);
    questions[0](true);
    clock->clockStepped();
    runUntilAsked(2);
    EXPECT_TRUE(clock->synchronized());
    questions[1](false);
    EXPECT_FALSE(clock->synchronized());
    EXPECT_EQ(changes, 2);
}

TEST_F(ClockWatchTest, AfterAStepOlderAnswersDoNotCount) {
    const auto clock = watch();
    runUntilAsked(1);
    clock->clockStepped();
    questions[0](true);
    EXPECT_FALSE(clock->synchronized());
    runUntilAsked(2);
    questions[1](true);
    EXPECT_TRUE(clock->synchronized());
}

TEST_F(ClockWatchTest, AStepAsksNobodyWhileTheFileTells) {
    root.write(file, "");
    const auto clock = watch();
    clock->clockStepped();
    runFor(50ms);
    EXPECT_TRUE(questions.empty());
    EXPECT_TRUE(clock->synchronized());
}

TEST_F(ClockWatchTest, AnAnswerMayComeWhenNobodyWatchesAnyMore) {
    auto clock = watch();
    runUntilAsked(1);
    clock.reset();
    questions[0](true);
    EXPECT_EQ(changes, 0);
}

TEST_F(ClockWatchTest, OtherFilesInTheFolderTellNothing) {
    const auto clock = watch();
    root.write("run/systemd/timesync/other", "");
    runFor(50ms);
    EXPECT_FALSE(clock->synchronized());
}

} // namespace
} // namespace scepd
