#include "store/generation.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "store/lock.hpp"
#include "unit/store/samples.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;
using test::errorOf;
using test::namesIn;
using test::sampleGeneration;
using test::sampleHeld;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class GenerationTest : public testing::Test {
protected:
    test::TemporaryRoot root;
    fs::path directory = certificateDirectory(root.path(), "wifi");

    unsigned commitOne(const std::string& mark = "x") { return commit(root.path(), "wifi", sampleGeneration(mark)); }

    std::string currentTarget() { return fs::read_symlink(directory / "current").string(); }

    mode_t modeOf(const std::string& name) {
        struct stat status {};
        EXPECT_EQ(::stat((directory / name).c_str(), &status), 0) << name;
        return status.st_mode & 07777U;
    }
};

TEST_F(GenerationTest, LieBelowTheRoot) {
    EXPECT_EQ(certificateDirectory("/r", "wifi"), "/r/var/lib/scepd/certificates/wifi");
}

TEST_F(GenerationTest, NothingIsHeldBeforeTheFirst) {
    EXPECT_EQ(readHeld(root.path(), "wifi"), std::nullopt);
    EXPECT_THAT(generations(root.path(), "wifi"), IsEmpty());
    EXPECT_THAT(errorOf([&] { readPublic(root.path(), "wifi", "cert"); }), HasSubstr("current/cert.pem"));
}

TEST_F(GenerationTest, EveryCertificateOfWhichAnythingIsKeptIsNamed) {
    EXPECT_THAT(keptCertificates(root.path()), IsEmpty());
    commitOne();
    fs::create_directories(certificateDirectory(root.path(), "log"));
    file::create(certificateDirectory(root.path(), "") / "note", "no certificate");
    EXPECT_THAT(keptCertificates(root.path()), ElementsAre("log", "wifi"));
}

TEST_F(GenerationTest, ACommittedOneIsReadBackWhole) {
    auto generation = sampleGeneration("one");
    EXPECT_EQ(commit(root.path(), "wifi", generation), 1U);

    EXPECT_EQ(readGeneration(root.path(), "wifi", 1), generation);
    EXPECT_EQ(readHeld(root.path(), "wifi"), sampleHeld(1));
    EXPECT_EQ(readPublic(root.path(), "wifi", "cert"), "cert one");
    EXPECT_EQ(readPublic(root.path(), "wifi", "chain"), "chain one");
    EXPECT_EQ(readPublic(root.path(), "wifi", "ca"), "ca one");
}

TEST_F(GenerationTest, AreNumberedFromOneAndTheirFactsSayWhich) {
    EXPECT_EQ(commitOne("one"), 1U);
    EXPECT_EQ(commitOne("two"), 2U);

    EXPECT_EQ(currentTarget(), "generation-2");
    EXPECT_EQ(readHeld(root.path(), "wifi"), sampleHeld(2));
    EXPECT_EQ(readGeneration(root.path(), "wifi", 1).certificate, "cert one");
}

TEST_F(GenerationTest, AnUpcomingOneIsKeptBesideTheCurrentOneUntilItIsUsed) {
    commitOne("now");
    EXPECT_EQ(commitUpcoming(root.path(), "wifi", sampleGeneration("later")), 2U);

    EXPECT_EQ(readHeld(root.path(), "wifi"), sampleHeld(1));
    EXPECT_EQ(readUpcoming(root.path(), "wifi"), sampleHeld(2));

    useUpcoming(root.path(), "wifi");
    EXPECT_EQ(readHeld(root.path(), "wifi"), sampleHeld(2));
    EXPECT_EQ(readUpcoming(root.path(), "wifi"), std::nullopt);
    EXPECT_NO_THROW(useUpcoming(root.path(), "wifi"));
}

TEST_F(GenerationTest, AnEarlierOneCanBeUsedAgainAndIsKeptAsLong) {
    for (const auto* text : {"one", "two", "three"})
        commitOne(text);
    use(root.path(), "wifi", 1);
    EXPECT_EQ(readHeld(root.path(), "wifi"), sampleHeld(1));
    EXPECT_EQ(commitUpcoming(root.path(), "wifi", sampleGeneration("four")), 4U);
    EXPECT_THAT(generations(root.path(), "wifi"), ElementsAre(1, 2, 3, 4)) << "what is in use is not removed";
    EXPECT_EQ(commitOne("five"), 5U);
    EXPECT_EQ(currentTarget(), "generation-5");
    commitOne("six");
    EXPECT_THAT(generations(root.path(), "wifi"), ElementsAre(4, 5, 6));
}

TEST_F(GenerationTest, WhatAKilledWriterLeftOfALinkIsRemovedUnlessSomebodyWorks) {
    removeLeftovers(root.path(), "wifi");
    EXPECT_FALSE(fs::exists(directory)) << "nothing is made where there was nothing";
    commitOne();
    fs::create_symlink("generation-2", directory / ".current.tmp");
    {
        const auto locked = lock(root.path(), "wifi");
        removeLeftovers(root.path(), "wifi");
        EXPECT_THAT(namesIn(directory), Contains(".current.tmp"));
    }
    removeLeftovers(root.path(), "wifi");

    EXPECT_THAT(namesIn(directory), UnorderedElementsAre("current", "generation-1", "lock"));
    EXPECT_EQ(currentTarget(), "generation-1");
}

TEST_F(GenerationTest, ANewCurrentOneEndsWhatWasUpcoming) {
    commitOne("now");
    commitUpcoming(root.path(), "wifi", sampleGeneration("later"));
    EXPECT_EQ(commitOne("anew"), 3U);

    EXPECT_EQ(readUpcoming(root.path(), "wifi"), std::nullopt);
    EXPECT_EQ(currentTarget(), "generation-3");
}

TEST_F(GenerationTest, ACasWordForItsSuccessorIsKeptWithIt) {
    auto generation = sampleGeneration("one");
    generation.rollover = "-----BEGIN CMS-----\n";
    commit(root.path(), "wifi", generation);
    EXPECT_EQ(readGeneration(root.path(), "wifi", 1), generation);
    commitOne("two");
    EXPECT_EQ(readGeneration(root.path(), "wifi", 2).rollover, "");
}

TEST_F(GenerationTest, OfOneCertificateAreNotThoseOfAnother) {
    commitOne();
    EXPECT_EQ(commit(root.path(), "web", sampleGeneration("web")), 1U);

    EXPECT_EQ(readPublic(root.path(), "web", "cert"), "cert web");
}

TEST_F(GenerationTest, AreForTheirOwnerOnly) {
    commitOne();

    EXPECT_EQ(modeOf(""), 0700U);
    EXPECT_EQ(modeOf("generation-1"), 0700U);
    EXPECT_EQ(modeOf("generation-1/key.pem"), 0600U);
}

TEST_F(GenerationTest, OnlyTheThreeNewestAreKept) {
    for (int i = 0; i < 5; ++i)
        commitOne();

    EXPECT_THAT(generations(root.path(), "wifi"), ElementsAre(3, 4, 5));
    EXPECT_THAT(namesIn(directory), UnorderedElementsAre("current", "generation-3", "generation-4", "generation-5"));
}

TEST_F(GenerationTest, TheKeyOfARemovedOneIsOverwritten) {
    commitOne("one");
    fs::create_hard_link(directory / "generation-1/key.pem", directory / "same bytes");
    for (int i = 0; i < 3; ++i)
        commitOne();

    EXPECT_EQ(file::read(directory / "same bytes"), std::string(7, '\0'));
}

TEST_F(GenerationTest, OfWhichTheRemovalWasCutShortIsNoCompleteOneAnyMore) {
    commitOne();
    fs::remove(directory / "generation-1/key.pem");
    root.write("var/lib/scepd/certificates/wifi/generation-1/key.pem/in the way", "");
    for (int i = 0; i < 3; ++i)
        commitOne();

    EXPECT_TRUE(fs::exists(directory / "generation-1/cert.pem"));
    EXPECT_THAT(generations(root.path(), "wifi"), ElementsAre(2, 3, 4));
}

TEST_F(GenerationTest, ThatWasNotCommittedIsIgnoredAndItsNumberIsNotGivenAgain) {
    commitOne("one");
    root.write("var/lib/scepd/certificates/wifi/generation-2/key.pem", "a key without a certificate");

    EXPECT_THAT(generations(root.path(), "wifi"), ElementsAre(1));
    EXPECT_EQ(readHeld(root.path(), "wifi")->generation, 1U);
    EXPECT_EQ(commitOne("three"), 3U);
    EXPECT_EQ(currentTarget(), "generation-3");
}

TEST_F(GenerationTest, WhatAnInterruptedCommitLeftIsRemovedByTheNextAndCostsNoCompleteOneItsPlace) {
    for (int i = 0; i < 3; ++i)
        commitOne();
    root.write("var/lib/scepd/certificates/wifi/generation-4/key.pem", "a key without a certificate");
    commitOne();

    EXPECT_THAT(generations(root.path(), "wifi"), ElementsAre(2, 3, 5));
    EXPECT_FALSE(fs::exists(directory / "generation-4"));
}

TEST_F(GenerationTest, ANumberIsNotGivenAgainWhenTheNewestIsGoneButForTheLink) {
    for (int i = 0; i < 2; ++i)
        commitOne();
    fs::remove_all(directory / "generation-2");

    EXPECT_EQ(commitOne(), 3U);
}

TEST_F(GenerationTest, OtherNamesAreNotCounted) {
    for (const std::string name : {"generation-", "generation-x", "generation-2x", "generation--5", "generation-0",
                                   "generation-99999999999", "old-generation-9"})
        root.write("var/lib/scepd/certificates/wifi/" + name + "/facts.toml", "");

    EXPECT_THAT(generations(root.path(), "wifi"), IsEmpty());
    EXPECT_EQ(commitOne(), 1U);
}

TEST_F(GenerationTest, ACommitThatFailsLeavesTheCurrentOneAndNoFilesOfItsOwn) {
    commitOne("one");
    fs::remove(directory / "current");
    root.write("var/lib/scepd/certificates/wifi/current/in the way", ""); // a link cannot take a folder's place

    EXPECT_THAT(errorOf([&] { commitOne("two"); }), HasSubstr("current"));
    EXPECT_THAT(namesIn(directory), UnorderedElementsAre("current", "generation-1"));
    EXPECT_EQ(readGeneration(root.path(), "wifi", 1), sampleGeneration("one"));
}

TEST_F(GenerationTest, ACommitThatFailsBecauseTheDiskDoesNotTakeItLeavesTheCurrentOne) {
    commitOne("one");
    fs::create_directory(root / "elsewhere");
    fs::rename(directory, root / "elsewhere/wifi");
    root.write("var/lib/scepd/certificates/wifi", "a file where the folder was");
    EXPECT_THAT(errorOf([&] { commitOne("two"); }), HasSubstr(directory.string()));
    fs::remove(directory);
    fs::rename(root / "elsewhere/wifi", directory);

    EXPECT_EQ(readHeld(root.path(), "wifi"), sampleHeld(1));
    EXPECT_EQ(commitOne("two"), 2U);
}

TEST_F(GenerationTest, AnOldOneThatCannotBeRemovedDoesNotTakeTheNewOneBack) {
    root.write("var/lib/scepd/certificates/wifi/generation-1", "no folder");
    for (int i = 0; i < 4; ++i)
        commitOne();

    EXPECT_EQ(readHeld(root.path(), "wifi")->generation, 5U);
}

TEST_F(GenerationTest, DamagedFactsAreALocalErrorNamingTheFile) {
    commitOne();
    const auto facts = directory / "generation-1/facts.toml";
    const auto complaint = [&](const std::string& text) {
        file::replace(facts, text);
        return errorOf([&] { readHeld(root.path(), "wifi"); });
    };

    EXPECT_THAT(complaint("version = 1\nsubject = \"half"), AllOf(HasSubstr(facts.string()), HasSubstr("line 2")));
    EXPECT_THAT(complaint(""), AllOf(HasSubstr(facts.string()), HasSubstr("\"version\"")));
    EXPECT_THAT(complaint("version = 1\ngeneration = 1\n"), HasSubstr("\"subject\" is missing"));
    EXPECT_THAT(complaint("version = 1\ngeneration = -1\n"), HasSubstr("\"generation\" is out of range"));
    EXPECT_THAT(complaint("version = 1\ngeneration = \"one\"\n"), HasSubstr("\"generation\" is missing or of the"));
    EXPECT_THAT(complaint("version = 2\n"), HasSubstr("newer version of scepd"));
    EXPECT_THAT(complaint(std::string("\0\0\0\0", 4)), HasSubstr("damaged"));
}

TEST_F(GenerationTest, FactsThatAreGoneAreAnErrorAndNotNothing) {
    commitOne();
    fs::remove(directory / "generation-1/facts.toml");

    EXPECT_THAT(errorOf([&] { readHeld(root.path(), "wifi"); }), HasSubstr("generation-1/facts.toml"));
}

TEST_F(GenerationTest, ThatALinkNamesStaysWhateverCannotBeToldOfIt) {
    for (int i = 0; i < 5; ++i)
        commitOne();
    use(root.path(), "wifi", 3);
    fs::remove(directory / "generation-3/facts.toml"); // as if it could not be looked at
    commitUpcoming(root.path(), "wifi", sampleGeneration("next"));

    EXPECT_THAT(namesIn(directory), Contains("generation-3"));
}

TEST_F(GenerationTest, WithoutAListOfTheOthersNoneIsCommittedInThePlaceOfOne) {
    commitOne();
    fs::remove_all(directory);
    root.write("var/lib/scepd/certificates/wifi", "no folder");

    EXPECT_NE(errorOf([&] { commitOne(); }), "");
}

TEST_F(GenerationTest, EveryFileOfOneMustBeThere) {
    for (const std::string name : {"key.pem", "cert.pem", "chain.pem", "ca.pem", "facts.toml"}) {
        const auto number = commitOne();
        fs::remove(directory / ("generation-" + std::to_string(number)) / name);
        EXPECT_THAT(errorOf([&] { readGeneration(root.path(), "wifi", number); }), HasSubstr(name));
    }
    EXPECT_THAT(errorOf([&] { readGeneration(root.path(), "wifi", 77); }), HasSubstr("generation-77"));
}

TEST_F(GenerationTest, NoSymlinkIsFollowedWhenItIsReadForDeployment) {
    commitOne();
    root.write("shadow", "of somebody else");
    fs::remove(directory / "generation-1/cert.pem");
    fs::create_symlink(root / "shadow", directory / "generation-1/cert.pem");
    EXPECT_THAT(errorOf([&] { readGeneration(root.path(), "wifi", 1); }), HasSubstr("cert.pem"));

    fs::rename(directory / "generation-1", directory / "real");
    fs::create_directory_symlink("real", directory / "generation-1");
    EXPECT_THAT(errorOf([&] { readGeneration(root.path(), "wifi", 1); }), HasSubstr("generation-1"));
}

} // namespace
} // namespace scepd::store
