#include "scep/challenge.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "temporary_root.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using scep::obtainChallenge;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Challenge : public testing::Test {
protected:
    using Source = decltype(profile::Challenge::source);

    Challenge() { fs::create_directories(root_ / "etc/scepd"); }
    ~Challenge() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

    [[nodiscard]] Secret read(const Source& source) const {
        profile::Scep scep;
        scep.challenge.source = source;
        return obtainChallenge(scep, root_.path());
    }

    [[nodiscard]] std::string complaint(const Source& source) const {
        try {
            std::ignore = read(source);
            return "nothing";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::configuration);
            return error.what();
        }
    }

    test::TemporaryRoot root_;
};

TEST_F(Challenge, OfNoneIsEmpty) {
    EXPECT_TRUE(obtainChallenge({}, root_.path()).empty());
}

TEST_F(Challenge, IsTheValueOfTheProfile) {
    EXPECT_EQ(read(profile::StaticChallenge{.value = Secret("abc"), .file = {}, .credential = {}}).reveal(), "abc");
}

TEST_F(Challenge, IsTheFirstLineOfAFileBelowTheRoot) {
    file::replace(root_ / "etc/scepd/challenge", "8CE317021F690069\r\n");
    EXPECT_EQ(read(profile::StaticChallenge{.value = {}, .file = "/etc/scepd/challenge", .credential = {}}).reveal(),
              "8CE317021F690069");
}

TEST_F(Challenge, IsACredentialOfTheService) {
    file::replace(root_ / "ndes", "from systemd\n");
    ::setenv("CREDENTIALS_DIRECTORY", root_.path().c_str(), 1);
    EXPECT_EQ(read(profile::StaticChallenge{.value = {}, .file = {}, .credential = "ndes"}).reveal(), "from systemd");
}

TEST_F(Challenge, ThatIsMissingIsNamed) {
    EXPECT_THAT(complaint(profile::StaticChallenge{.value = {}, .file = "/etc/scepd/none", .credential = {}}),
                HasSubstr("etc/scepd/none"));
    EXPECT_THAT(complaint(profile::StaticChallenge{.value = {}, .file = {}, .credential = "ndes"}),
                HasSubstr("LoadCredential=ndes"));
    file::replace(root_ / "etc/scepd/challenge", "\n");
    EXPECT_THAT(complaint(profile::StaticChallenge{.value = {}, .file = "/etc/scepd/challenge", .credential = {}}),
                HasSubstr("is empty"));
}

TEST_F(Challenge, IsWhatACommandSays) {
    EXPECT_EQ(read(profile::CommandChallenge{{"/bin/echo", "from a program"}}).reveal(), "from a program");
}

TEST_F(Challenge, OfAPageNeedsThePassword) {
    const profile::DynamicChallenge page{"https://ndes.example.com/", "CORP\\svc", "/etc/scepd/none", {}};
    EXPECT_THAT(complaint(page), HasSubstr("etc/scepd/none"));
    EXPECT_THAT(complaint(profile::DynamicChallenge{"https://ndes.example.com/", "CORP\\svc", {}, "ndes"}),
                HasSubstr("read the password: the service has no credential \"ndes\""));
}

} // namespace
