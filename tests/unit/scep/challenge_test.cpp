#include "scep/challenge.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using scep::readChallenge;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Challenge : public testing::Test {
protected:
    Challenge() {
        auto name = (fs::temp_directory_path() / "scepd-challenge-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
        fs::create_directories(root_ / "etc/scepd");
    }
    ~Challenge() override {
        ::unsetenv("CREDENTIALS_DIRECTORY");
        fs::remove_all(root_);
    }

    [[nodiscard]] Secret read(const profile::StaticChallenge& source) const {
        return readChallenge({.source = source}, root_);
    }

    [[nodiscard]] std::string complaint(const profile::StaticChallenge& source) const {
        try {
            std::ignore = read(source);
            return "nothing";
        } catch (const Error& error) {
            EXPECT_EQ(error.fault(), Fault::configuration);
            return error.what();
        }
    }

    fs::path root_;
};

TEST_F(Challenge, OfNoneIsEmpty) {
    EXPECT_TRUE(readChallenge({}, root_).empty());
}

TEST_F(Challenge, IsTheValueOfTheProfile) {
    EXPECT_EQ(read({.value = Secret("abc"), .file = {}, .credential = {}}).reveal(), "abc");
}

TEST_F(Challenge, IsTheFirstLineOfAFileBelowTheRoot) {
    file::replace(root_ / "etc/scepd/challenge", "8CE317021F690069\r\n");
    EXPECT_EQ(read({.value = {}, .file = "/etc/scepd/challenge", .credential = {}}).reveal(), "8CE317021F690069");
}

TEST_F(Challenge, IsACredentialOfTheService) {
    file::replace(root_ / "ndes", "from systemd\n");
    ::setenv("CREDENTIALS_DIRECTORY", root_.c_str(), 1);
    EXPECT_EQ(read({.value = {}, .file = {}, .credential = "ndes"}).reveal(), "from systemd");
}

TEST_F(Challenge, ThatIsMissingIsNamed) {
    EXPECT_THAT(complaint({.value = {}, .file = "/etc/scepd/none", .credential = {}}), HasSubstr("etc/scepd/none"));
    EXPECT_THAT(complaint({.value = {}, .file = {}, .credential = "ndes"}), HasSubstr("LoadCredential=ndes"));
    file::replace(root_ / "etc/scepd/challenge", "\n");
    EXPECT_THAT(complaint({.value = {}, .file = "/etc/scepd/challenge", .credential = {}}), HasSubstr("is empty"));
}

} // namespace
