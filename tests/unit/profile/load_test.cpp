#include "support.hpp"

#include "base/error.hpp"
#include "profile/source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

using namespace scepd;
using namespace scepd::profile;
using namespace scepd::profile::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr uid_t somebody = 12345;

std::string genericProfile(const std::string& certificateName) {
    return scepTable + "[certificate." + certificateName + "]\nusage = \"generic\"\n" + aSubject;
}

std::vector<std::string> certificateNames(const Configuration& configuration) {
    std::vector<std::string> names;
    for (const auto& profile : configuration.profiles)
        for (const auto& certificate : profile.certificates)
            names.push_back(certificate.name);
    return names;
}

/// Makes sure that a file does not belong to the caller and not to root, as far as a test may: an unprivileged one
/// cannot give files away, but its own are not root's either.
void giveAway(const std::filesystem::path& file) {
    const bool done = ::geteuid() != 0 || ::chown(file.c_str(), somebody, 0) == 0;
    ASSERT_TRUE(done);
}

} // namespace

TEST(Loading, ReadsEverythingBelowARoot) {
    const TemporaryRoot root;
    root.write("etc/scepd/scepd.toml", "groups = [\"kiosk\"]\n");
    const auto file = writeProfile(root, "office.toml", genericProfile("a"));
    const auto configuration = load(root.path());
    EXPECT_THAT(configuration.settings.groups, ElementsAre("kiosk"));
    ASSERT_EQ(configuration.profiles.size(), 1U);
    EXPECT_EQ(configuration.profiles[0].file, file.string());
    EXPECT_THAT(configuration.diagnostics, IsEmpty());
    EXPECT_THAT(configuration.failedFiles, IsEmpty());
}

TEST(Loading, WorksWithoutAnyFile) {
    const TemporaryRoot root;
    EXPECT_EQ(load(root.path()), Configuration{});
}

TEST(Loading, SearchesThreeFoldersAndSortsByFileNameOverAllOfThem) {
    const TemporaryRoot root;
    root.write("usr/lib/scepd/profiles.d/a.toml", genericProfile("shipped-a"));
    root.write("usr/lib/scepd/profiles.d/b.toml", genericProfile("shipped-b"));
    root.write("usr/lib/scepd/profiles.d/c.toml", genericProfile("shipped-c"));
    root.write("run/scepd/profiles.d/b.toml", genericProfile("volatile-b"));
    root.write("run/scepd/profiles.d/c.toml", genericProfile("volatile-c"));
    writeProfile(root, "c.toml", genericProfile("local-c"));
    EXPECT_THAT(certificateNames(load(root.path())), ElementsAre("shipped-a", "volatile-b", "local-c"));
}

TEST(Loading, TakesAnEmptyFileOrALinkToTheNullDeviceAsAMask) {
    const TemporaryRoot root;
    for (const auto* name : {"a.toml", "b.toml", "c.toml"})
        root.write("usr/lib/scepd/profiles.d/" + std::string(name), genericProfile(std::string(name).substr(0, 1)));
    writeProfile(root, "a.toml", "");
    std::filesystem::create_symlink("/dev/null", root / "etc/scepd/profiles.d/b.toml");
    const auto configuration = load(root.path());
    EXPECT_THAT(certificateNames(configuration), ElementsAre("c"));
    EXPECT_THAT(configuration.failedFiles, IsEmpty());
    EXPECT_THAT(configuration.diagnostics, IsEmpty());
}

TEST(Loading, IgnoresTemporaryNamesOfEditorsDpkgAndAnsible) {
    for (const auto* good : {"office.toml", "a b.toml", "10-x.toml"})
        EXPECT_TRUE(isProfileName(good)) << good;
    for (const auto* bad :
         {".toml", ".office.toml", ".office.toml.swp", "office.toml~", "#office.toml#", "#office.toml", ".#office.toml",
          "office.toml.dpkg-new", "office.toml.dpkg-old", "office.toml.dpkg-dist", "office.toml.dpkg-tmp",
          "office.toml.ucf-dist", "office.toml.swp", ".ansible_tmpabc123office.toml", "office.toml.bak",
          "office.toml.12345.2026-01-01@10:00:00~", "4913", "README", "office.TOML"})
        EXPECT_FALSE(isProfileName(bad)) << bad;
    const TemporaryRoot root;
    writeProfile(root, "a.toml", genericProfile("a"));
    writeProfile(root, ".ansible_tmpXYa.toml", "nonsense");
    writeProfile(root, "a.toml~", "nonsense");
    EXPECT_THAT(load(root.path()).diagnostics, IsEmpty());
}

TEST(Loading, GoesOnWithTheOthersWhenAFileIsBroken) {
    const TemporaryRoot root;
    const auto bad = writeProfile(root, "a.toml", "nonsense\n");
    writeProfile(root, "b.toml", genericProfile("b"));
    const auto configuration = load(root.path());
    EXPECT_THAT(certificateNames(configuration), ElementsAre("b"));
    EXPECT_THAT(configuration.failedFiles, ElementsAre(bad.string()));
    EXPECT_THAT(formatted(configuration.diagnostics), ElementsAre(HasSubstr(bad.string() + ":1:")));
}

TEST(Loading, NeverFallsBackToALaterFolderWhenAFileIsBroken) {
    const TemporaryRoot root;
    writeProfile(root, "a.toml", "nonsense\n");
    root.write("usr/lib/scepd/profiles.d/a.toml", genericProfile("a"));
    EXPECT_THAT(load(root.path()).profiles, IsEmpty());
}

TEST(Loading, KeepsThePreviousVersionOfAFileThatBreaks) {
    const TemporaryRoot root;
    root.write("etc/scepd/scepd.toml", "groups = [\"kiosk\"]\n");
    writeProfile(root, "a.toml", "groups = [\"kiosk\"]\n" + genericProfile("a"));
    writeProfile(root, "b.toml", genericProfile("b"));
    const auto before = load(root.path());
    root.write("etc/scepd/scepd.toml", "groups = \"kiosk\"\n");
    writeProfile(root, "a.toml", "[scep\n");
    writeProfile(root, "b.toml", genericProfile("a"));
    const auto after = load(root.path(), before);
    EXPECT_EQ(after.settings, before.settings);
    ASSERT_EQ(after.profiles.size(), 2U);
    EXPECT_EQ(after.profiles[0], before.profiles[0]);
    EXPECT_THAT(after.profiles[1].certificates, IsEmpty()) << "the rules hold between old and new versions too";
    EXPECT_THAT(after.failedFiles,
                ElementsAre((root / "etc/scepd/scepd.toml").string(), (root / "etc/scepd/profiles.d/a.toml").string()));
}

TEST(Loading, ForgetsAFileThatIsRemovedOrMasked) {
    const TemporaryRoot root;
    const auto a = writeProfile(root, "a.toml", genericProfile("a"));
    writeProfile(root, "b.toml", genericProfile("b"));
    const auto before = load(root.path());
    std::filesystem::remove(a);
    writeProfile(root, "b.toml", "");
    EXPECT_THAT(load(root.path(), before).profiles, IsEmpty());
}

TEST(Loading, IsTheSameForTheSameFiles) {
    const TemporaryRoot root;
    writeProfile(root, "a.toml", genericProfile("a"));
    writeProfile(root, "b.toml", genericProfile("a"));
    EXPECT_EQ(load(root.path()), load(root.path()));
    EXPECT_EQ(load(root.path(), load(root.path())), load(root.path()));
}

TEST(Loading, AppliesTheRulesBetweenTheProfilesThatApplyHere) {
    const TemporaryRoot root;
    root.write("etc/scepd/scepd.toml", "groups = [\"kiosk\"]\n");
    writeProfile(root, "a.toml", "groups = [\"office\"]\n" + genericProfile("x"));
    writeProfile(root, "b.toml", "groups = [\"kiosk\"]\n" + genericProfile("x"));
    const auto c = writeProfile(root, "c.toml", genericProfile("x"));
    const auto configuration = load(root.path());
    EXPECT_THAT(formatted(configuration.diagnostics),
                ElementsAre(c.string() + ":4:1: error: a certificate of this name stands already in " +
                            (root / "etc/scepd/profiles.d/b.toml").string() + ":5; names are unique on an endpoint"));
    EXPECT_EQ(configuration.profiles[0].certificates.size(), 1U);
    EXPECT_THAT(configuration.profiles[2].certificates, IsEmpty());
    EXPECT_THAT(configuration.failedFiles, IsEmpty());
}

TEST(Loading, RefusesAFileThatOthersCanChange) {
    const TemporaryRoot root;
    const auto file = writeProfile(root, "a.toml", genericProfile("a"), 0646);
    const auto configuration = load(root.path());
    EXPECT_THAT(configuration.profiles, IsEmpty());
    EXPECT_THAT(configuration.failedFiles, ElementsAre(file.string()));
    EXPECT_THAT(formatted(configuration.diagnostics),
                ElementsAre(file.string() + ": error: can be changed by others (mode 0646); chmod go-w it"));
}

TEST(Loading, RefusesAFileInAFolderThatOthersCanChange) {
    const TemporaryRoot root;
    const auto file = writeProfile(root, "a.toml", genericProfile("a"));
    ::chmod(file.parent_path().c_str(), 0777);
    EXPECT_THAT(formatted(load(root.path()).diagnostics),
                ElementsAre(file.string() + ": error: is not read, because its folder " + file.parent_path().string() +
                            " can be changed by others (mode 0777); chmod go-w it"));
}

TEST(Loading, RefusesAFileThatDoesNotBelongToRoot) {
    const TemporaryRoot root;
    const auto file = writeProfile(root, "a.toml", genericProfile("a"));
    giveAway(file);
    const auto source = readSource(file, "/");
    ASSERT_TRUE(source.refusal);
    EXPECT_THAT(format(*source.refusal),
                testing::MatchesRegex(
                    ".*a.toml: error: belongs to the user with number [0-9]+; it must belong to root, chown root it"));
    EXPECT_TRUE(source.text.empty());
}

TEST(Loading, RefusesWhatIsNoFileWithoutWaiting) {
    const TemporaryRoot root;
    writeProfile(root, "a.toml", genericProfile("a"));
    std::filesystem::create_directory(root / "etc/scepd/profiles.d/b.toml");
    ASSERT_EQ(::mkfifo((root / "etc/scepd/profiles.d/c.toml").c_str(), 0600), 0);
    std::filesystem::create_symlink("nowhere", root / "etc/scepd/profiles.d/d.toml");
    const auto configuration = load(root.path());
    EXPECT_THAT(certificateNames(configuration), ElementsAre("a"));
    EXPECT_THAT(formatted(configuration.diagnostics),
                ElementsAre(HasSubstr("b.toml: error: is not a regular file"),
                            HasSubstr("c.toml: error: is not a regular file"),
                            HasSubstr("d.toml: error: cannot be read: No such file or directory")));
}

TEST(Loading, FollowsALinkToAProfile) {
    const TemporaryRoot root;
    root.write("srv/profile", genericProfile("a"));
    writeProfile(root, "z.toml", genericProfile("z"));
    std::filesystem::create_symlink("../../../srv/profile", root / "etc/scepd/profiles.d/a.toml");
    EXPECT_THAT(certificateNames(load(root.path())), ElementsAre("a", "z"));
}

TEST(Loading, RefusesAFileOfMoreThanAMebibyte) {
    const TemporaryRoot root;
    writeProfile(root, "a.toml", genericProfile("a") + std::string(10 << 20, '\n'));
    EXPECT_THAT(formatted(load(root.path()).diagnostics),
                ElementsAre(HasSubstr("a.toml: error: the file is larger than 1048576 bytes, and no profile is")));
}

TEST(Loading, FailsWhenAFolderCannotBeListedSoThatNothingLooksRemoved) {
    const TemporaryRoot root;
    root.write("etc/scepd/profiles.d", "not a folder");
    try {
        load(root.path());
        FAIL() << "a folder that is a file was listed";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
        EXPECT_THAT(error.what(), testing::EndsWith("etc/scepd/profiles.d: Not a directory"));
    }
}

TEST(Loading, ReportsAChallengeThatEverybodyCanRead) {
    const TemporaryRoot root;
    const std::string text =
        scepTable +
        "challenge.type = \"static\"\nchallenge.value = \"s3cret\"\n[certificate.a]\nusage = \"generic\"\n" + aSubject;
    const auto file = writeProfile(root, "a.toml", text, 0644);
    EXPECT_THAT(formatted(load(root.path()).diagnostics),
                ElementsAre(file.string() +
                            ": warning: the file can be read by everybody on this machine and holds the "
                            "challenge; chmod 0640 and chgrp scepd it, or name a file or credential instead "
                            "of a value"));
    ::chmod(file.c_str(), 0640);
    EXPECT_THAT(load(root.path()).diagnostics, IsEmpty());
}

TEST(Selecting, FindsWhatAppliesHereWithItsProfile) {
    const TemporaryRoot root;
    writeProfile(root, "a.toml", genericProfile("a"));
    writeProfile(root, "b.toml", "groups = [\"kiosk\"]\n" + genericProfile("b"));
    const auto configuration = load(root.path());

    EXPECT_EQ(select(configuration, "a").certificate.name, "a");
    EXPECT_THAT(select(configuration, "a").profile.file, testing::EndsWith("a.toml"));
    EXPECT_THROW(select(configuration, "b"), Error);
}

TEST(Selecting, SaysWhichFileDidNotLoadAndWhy) {
    const TemporaryRoot root;
    writeProfile(root, "a.toml", genericProfile("a") + "kee = 1\n");
    try {
        const auto configuration = load(root.path());
        select(configuration, "a");
        FAIL() << "found in a file that does not load";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::configuration);
        EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("no profile that applies here has a certificate a"),
                                                 HasSubstr("a.toml:"), HasSubstr("unknown key \"kee\"")));
    }
}

TEST(ProfileFolders, AreThoseOfSystemdBelowTheRoot) {
    EXPECT_THAT(profileFolders("/"),
                ElementsAre("/etc/scepd/profiles.d", "/run/scepd/profiles.d", "/usr/lib/scepd/profiles.d"));
    EXPECT_THAT(profileFolders("/tmp/r"), ElementsAre("/tmp/r/etc/scepd/profiles.d", "/tmp/r/run/scepd/profiles.d",
                                                      "/tmp/r/usr/lib/scepd/profiles.d"));
}
