#include "support.hpp"

#include "profile/surroundings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

using namespace scepd::profile;
using namespace scepd::profile::test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

namespace fs = std::filesystem;

/// What is told of a certificate's key at this path.
std::vector<std::string> found(const std::string& key, const fs::path& root) {
    Target target;
    target.line = 15;
    target.key = key;
    Certificate certificate;
    certificate.name = "c";
    certificate.targets = {target};
    Profile profile;
    profile.file = "p";
    profile.certificates = {certificate};
    return formatted(checkTargets(profile, root));
}

std::string keyCannotBeInstalled(const fs::path& path, const std::string& reason,
                                 const std::string& severity = "error") {
    return "p:15:1: " + severity + ": key \"/etc/x/key.pem\" cannot be installed: " + path.string() + " " + reason;
}

/// Looks as an ordinary user while it exists; as who runs the tests where that is one already.
class OrdinaryUser {
public:
    OrdinaryUser() : changed_(::geteuid() == 0 && ::seteuid(nobody) == 0) {}
    ~OrdinaryUser() {
        if (changed_ && ::seteuid(0) != 0) std::abort();
    }
    OrdinaryUser(const OrdinaryUser&) = delete;
    OrdinaryUser& operator=(const OrdinaryUser&) = delete;

private:
    static constexpr uid_t nobody = 65534;
    bool changed_;
};

/// A place where nothing stands against a key, for each test to spoil.
class Placement : public testing::Test {
protected:
    Placement() { root.write("etc/x/key.pem", "old"); }

    [[nodiscard]] std::vector<std::string> foundOfKey() const { return found("/etc/x/key.pem", root.path()); }

    TemporaryRoot root;
};

} // namespace

TEST_F(Placement, IsFineInAFolderOfRootsOwnWithAndWithoutAFormerFile) {
    EXPECT_THAT(foundOfKey(), IsEmpty());
    fs::remove(root / "etc/x/key.pem");
    EXPECT_THAT(foundOfKey(), IsEmpty());
}

TEST_F(Placement, BelowFoldersThatEverybodyCanWriteIsRefused) {
    ::chmod((root / "etc/x").c_str(), 01777);
    EXPECT_THAT(foundOfKey(),
                ElementsAre(keyCannotBeInstalled(
                    root / "etc/x", "can be written by others (mode 1777); take that away with chmod go-w")));
    ::chmod((root / "etc").c_str(), 0757);
    EXPECT_THAT(foundOfKey(),
                ElementsAre(HasSubstr((root / "etc").string() + " can be written by others (mode 0757)"),
                            HasSubstr((root / "etc/x").string() + " can be written by others (mode 1777)")))
        << "all of them are told at once";
}

TEST_F(Placement, BelowARootThatEverybodyCanWriteIsRefused) {
    ::chmod(root.path().c_str(), 0777);
    EXPECT_THAT(foundOfKey(),
                ElementsAre(HasSubstr("cannot be installed: " + root.path().string() + " can be written by others")));
}

TEST_F(Placement, BelowAFolderThatAnotherGroupCanWriteIsRefused) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives a folder to another group";
    ASSERT_EQ(::chown((root / "etc/x").c_str(), 0, 1234), 0);
    EXPECT_THAT(foundOfKey(), IsEmpty());
    ::chmod((root / "etc/x").c_str(), 0775);
    EXPECT_THAT(foundOfKey(),
                ElementsAre(keyCannotBeInstalled(
                    root / "etc/x", "can be written by others (mode 0775); take that away with chmod go-w")));
    ASSERT_EQ(::chown((root / "etc/x").c_str(), 0, 0), 0);
    EXPECT_THAT(foundOfKey(), IsEmpty()) << "root's own group is root";
}

TEST_F(Placement, BelowAFolderOfAnotherUserIsRefused) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives a folder away";
    ASSERT_EQ(::chown((root / "etc").c_str(), 1234, 0), 0);
    EXPECT_THAT(
        foundOfKey(),
        ElementsAre(keyCannotBeInstalled(
            root / "etc", "belongs to user 1234; it must belong to root, because its owner decides what it holds")));
}

TEST_F(Placement, BelowAFolderOfWhoLooksIsRefusedOnTheMachineWhereRootInstalls) {
    if (::geteuid() == 0 && ::chown(root.path().c_str(), 65534, 0) != 0) GTEST_SKIP() << "no such user here";
    const OrdinaryUser user;
    const auto owner = std::to_string(::geteuid());
    EXPECT_THAT(found((root / "key.pem").string(), "/"),
                Contains(HasSubstr(root.path().string() + " belongs to user " + owner)));
    EXPECT_THAT(found("/key.pem", root.path()), IsEmpty()) << "below another root, whoever looks installs";
}

TEST_F(Placement, ThroughASymlinkIsRefusedAlsoThroughOneThatLeadsNowhere) {
    fs::rename(root / "etc/x", root / "etc/y");
    for (const auto* leadsTo : {"y", "nowhere"}) {
        fs::remove(root / "etc/x");
        fs::create_symlink(leadsTo, root / "etc/x");
        EXPECT_THAT(foundOfKey(), ElementsAre(keyCannotBeInstalled(
                                      root / "etc/x", "is a symlink, and certificates are not installed through "
                                                      "symlinks; write the path that it leads to in the profile")));
    }
}

TEST_F(Placement, BelowARootThatIsReachedThroughASymlinkIsFine) {
    const TemporaryRoot other;
    fs::create_symlink(root.path(), other / "link");
    EXPECT_THAT(found("/etc/x/key.pem", other / "link"), IsEmpty());
}

TEST_F(Placement, BelowAFileIsRefused) {
    EXPECT_THAT(found("/etc/x/key.pem/key.pem", root.path()),
                ElementsAre(HasSubstr("cannot be installed: " + (root / "etc/x/key.pem").string() +
                                      " is not a directory; remove it, or name another path in the profile")));
}

TEST_F(Placement, InAMissingFolderIsAWarningUnlessScepdDeployMakesIt) {
    fs::remove_all(root / "etc/x");
    EXPECT_THAT(
        foundOfKey(),
        ElementsAre(keyCannotBeInstalled(
            root / "etc/x", "does not exist; make the directory, or install the consumer it belongs to", "warning")));
    EXPECT_THAT(found("/etc/nginx/scepd/web/key.pem", root.path()), IsEmpty());
    EXPECT_THAT(found("/etc/nginx/scepd.d/key.pem", root.path()),
                ElementsAre(HasSubstr((root / "etc/nginx/scepd.d").string() + " does not exist")));
}

TEST_F(Placement, InPlaceOfSomethingThatIsNoFileIsRefused) {
    const auto key = root / "etc/x/key.pem";
    fs::remove(key);
    fs::create_symlink("other.pem", key);
    EXPECT_THAT(foundOfKey(), ElementsAre("p:15:1: error: key \"/etc/x/key.pem\" is not a regular file but a symlink; "
                                          "remove it, or name another path in the profile"));
    fs::remove(key);
    ASSERT_EQ(::mkfifo(key.c_str(), 0600), 0);
    EXPECT_THAT(foundOfKey(), ElementsAre("p:15:1: error: key \"/etc/x/key.pem\" is not a regular file; remove it, or "
                                          "name another path in the profile"));
    fs::remove(key);
    fs::create_directory(key);
    EXPECT_THAT(foundOfKey(), ElementsAre(HasSubstr("is a directory; write the path of a file")));
}

TEST_F(Placement, WhereTheReaderMayNotLookIsNoFinding) {
    ::chmod(root.path().c_str(), 0755);
    ::chmod((root / "etc/x").c_str(), 01777);
    fs::remove(root / "etc/x/key.pem");
    ::chmod((root / "etc").c_str(), 0000);
    {
        const OrdinaryUser user;
        EXPECT_THAT(foundOfKey(), IsEmpty());
    }
    ::chmod((root / "etc").c_str(), 0755);
    EXPECT_THAT(foundOfKey(), ElementsAre(HasSubstr("can be written by others")));
}

TEST_F(Placement, InAFolderThatRootReadsAloneIsFineForOthersToo) {
    ::chmod(root.path().c_str(), 0755);
    ::chmod((root / "etc/x").c_str(), 0700);
    const OrdinaryUser user;
    EXPECT_THAT(foundOfKey(), IsEmpty());
}
