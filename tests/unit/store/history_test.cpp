#include "store/history.hpp"

#include "base/file.hpp"
#include "unit/store/samples.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using record::History;
using record::Outcome;
using test::namesIn;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

History sampleHistory() {
    return {
        .attempts = 41,
        .failures = 3,
        .lastAttempt = Time(1795201445s + 7us),
        .lastSuccess = Time(1795100000s),
        .lastRenewal = Time(1795100060s),
        .lastOutcome = Outcome::failed,
        .lastCode = Code::unreachable,
        .lastError = "fetch CA certificate: http://ca.example.com/\"scep\": connection refused\n\ttwice \\ thrice",
        .notBeforeNextAttempt = Time(1795205000s),
        .requested = Time(1795201000s),
        .pending = record::PendingTransaction{.id = "ab12", .since = Time(1s), .lastPoll = Time(2s), .polls = 5},
        .deployment = {.generation = 7,
                       .confirmed = true,
                       .failures = 2,
                       .lastAttempt = Time(1795100050s),
                       .heals = 4,
                       .lastDrift = Time(1795100040s),
                       .error = "nginx.service: reload failed",
                       .targets = {{"/etc/ssl/a.pem", "deployed", ""}, {"/etc/ssl/b.pem", "failed", "it's full"}}},
        .configuration = "0123456789abcdef",
        .namedFiles = "fedcba9876543210",
        .lastLook = Time(1795150000s),
        .lastFailedLook = Time(1795160000s),
        .heldBackUntil = Time(1795170000s),
    };
}

class HistoryTest : public testing::Test {
protected:
    test::TemporaryRoot root;
    fs::path directory = certificateDirectory(root.path(), "wifi");
    fs::path path = directory / "history.toml";
};

TEST_F(HistoryTest, OfACertificateThatIsNewIsEmpty) {
    EXPECT_EQ(readHistory(root.path(), "wifi"), History());
}

TEST_F(HistoryTest, IsReadBackAsItWasWritten) {
    writeHistory(root.path(), "wifi", sampleHistory());
    EXPECT_EQ(readHistory(root.path(), "wifi"), sampleHistory());

    writeHistory(root.path(), "wifi", History());
    EXPECT_EQ(readHistory(root.path(), "wifi"), History());
    EXPECT_THAT(namesIn(directory), ElementsAre("history.toml"));
}

TEST_F(HistoryTest, OfAVersionThatKnewNoDriftHasNone) {
    writeHistory(root.path(), "wifi", sampleHistory());
    auto text = file::read(path);
    for (const auto* line : {"heals = 4\n", "last-drift = 1795100040000000\n"}) {
        ASSERT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
        text.erase(text.find(line), std::string(line).size());
    }
    file::replace(path, text);

    auto expected = sampleHistory();
    expected.deployment.heals = 0;
    expected.deployment.lastDrift = never;
    EXPECT_EQ(readHistory(root.path(), "wifi"), expected);
}

TEST_F(HistoryTest, WhateverATextIsMadeOfIsReadBack) {
    std::string ascii;
    for (char byte = 1; byte < 0x7f; ++byte)
        ascii += byte;
    for (const auto& text : {std::string("the hook said 'refused\n' '''thrice'''"), std::string("\n'''\n\"\"\"\n"),
                             std::string("it's \"\"\" and '''\t\\"), ascii, std::string("\xc3\xa9\xe2\x82\xac\x7f")}) {
        auto history = sampleHistory();
        history.lastError = text;
        history.deployment.targets = {{text, text, text}};
        writeHistory(root.path(), "wifi", history);
        EXPECT_EQ(readHistory(root.path(), "wifi"), history) << text;
    }
}

TEST_F(HistoryTest, EveryOutcomeAndEveryFaultIsReadBack) {
    for (const auto outcome :
         {Outcome::none, Outcome::issued, Outcome::pending, Outcome::refused, Outcome::waiting, Outcome::failed})
        for (const auto fault :
             {Fault::configuration, Fault::unreachable, Fault::refused, Fault::protocol, Fault::local}) {
            History history;
            history.lastOutcome = outcome;
            history.lastCode = generalCode(fault);
            writeHistory(root.path(), "wifi", history);
            EXPECT_EQ(readHistory(root.path(), "wifi"), history) << record::name(outcome) << " " << name(fault);
        }
}

TEST_F(HistoryTest, AWordFromTheNetworkThatIsNoTextDoesNotDamageIt) {
    History history;
    history.lastError = "the CA said \xff\xfe and \xc3";
    history.attempts = 9;
    writeHistory(root.path(), "wifi", history);

    EXPECT_EQ(readHistory(root.path(), "wifi").attempts, 9U);
    EXPECT_FALSE(fs::exists(directory / "history.toml.damaged"));
}

TEST_F(HistoryTest, ThatIsDamagedIsSetAsideAndForgotten) {
    for (const std::string damaged : {"", "attempts = ", "version = 1\nattempts = 3\n", "version = 2\n"}) {
        root.write("var/lib/scepd/certificates/wifi/history.toml", damaged);

        EXPECT_EQ(readHistory(root.path(), "wifi"), History());
        EXPECT_EQ(file::read(directory / "history.toml.damaged"), damaged);
        EXPECT_THAT(namesIn(directory), ElementsAre("history.toml.damaged"));
    }
}

TEST_F(HistoryTest, ThatIsNoFileOrTooLargeIsSetAsideToo) {
    fs::create_directories(path / "something");
    EXPECT_EQ(readHistory(root.path(), "wifi"), History());
    EXPECT_TRUE(fs::exists(directory / "history.toml.damaged/something"));

    fs::remove_all(directory / "history.toml.damaged");
    root.write("var/lib/scepd/certificates/wifi/history.toml", std::string(file::largest + 1, '#'));
    EXPECT_EQ(readHistory(root.path(), "wifi"), History());
    EXPECT_THAT(namesIn(directory), ElementsAre("history.toml.damaged"));
}

TEST_F(HistoryTest, WithOneWrongValueIsDamaged) {
    writeHistory(root.path(), "wifi", sampleHistory());
    const auto good = file::read(path);
    const std::pair<std::string, std::string> changes[]{
        {R"("failed")", R"("exploded")"},          {R"("SCEPD-200")", R"("SCEPD-999")"},
        {"attempts = 41", "attempts = -1"},        {"attempts = 41", "attempts = 'many'"},
        {"confirmed = true", "confirmed = 'yes'"}, {"[deployment]", "[other]"},
        {"attempts = 41", "attempts = 41.0"},      {"attempts = 41", "attempts = 1e50"},
    };
    for (const auto& [before, after] : changes) {
        auto text = good;
        ASSERT_NE(text.find(before), std::string::npos) << before << " in\n" << text;
        file::replace(path, text.replace(text.find(before), before.size(), after));
        EXPECT_EQ(readHistory(root.path(), "wifi"), History()) << after;
    }
}

TEST_F(HistoryTest, IsWrittenAgainBesideADamagedOne) {
    root.write("var/lib/scepd/certificates/wifi/history.toml", "damaged");
    readHistory(root.path(), "wifi");
    writeHistory(root.path(), "wifi", sampleHistory());

    EXPECT_EQ(readHistory(root.path(), "wifi"), sampleHistory());
    EXPECT_THAT(namesIn(directory), UnorderedElementsAre("history.toml", "history.toml.damaged"));
}

TEST_F(HistoryTest, ThatCannotBeWrittenIsALocalErrorNamingTheFile) {
    fs::create_directories(path);

    EXPECT_THAT(test::errorOf([&] { writeHistory(root.path(), "wifi", sampleHistory()); }),
                testing::HasSubstr(path.string()));
}

} // namespace
} // namespace scepd::store
