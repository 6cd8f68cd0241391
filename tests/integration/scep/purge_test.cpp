#include "store/purge.hpp"

#include "base/file.hpp"
#include "enroll/manual.hpp"
#include "integration/scep/conversation.hpp"
#include "loopback.hpp"
#include "store/history.hpp"

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::IsSupersetOf;
namespace fs = std::filesystem;

/// An endpoint on which everything has happened that leaves a file in the certificate's directory.
class WhatIsKept : public testing::Test {
protected:
    WhatIsKept() {
        meetACaForTheFirstTime();
        meetACaThatRollsOver();
        leaveATransactionPending();
        askByHand();
        damageTheHistory();
        file::replace(endpoint_.directory() / ".key.pem.cut-short", "a temporary file of a write that never ended");
    }

    Endpoint endpoint_;

private:
    void meetACaForTheFirstTime() {
        const ca::TestCa authority;
        auto profile = profileFor(authority);
        profile.trust = "trust = \"first-use\"";
        endpoint_.configure(profile);
        as<record::Issued>(endpoint_.enroll());
    }
    /// At the second of two URLs.
    void meetACaThatRollsOver() {
        const ca::TestCa authority({.character = "rollover", .lifetime = std::chrono::hours(20 * 365 * 24)});
        const Port closed;
        auto profile = profileFor(authority);
        profile.urls = fmt::format("[\"http://127.0.0.1:{}/scep\", \"{}\"]", closed.number(), authority.url());
        endpoint_.configure(profile);
        as<record::Issued>(endpoint_.enroll());
        ASSERT_TRUE(as<record::Issued>(endpoint_.renew()).upcoming);
    }
    /// With an EC key, for which another one speaks.
    void leaveATransactionPending() {
        const ca::TestCa authority({.character = "ec", .pending = true});
        auto profile = profileFor(authority);
        profile.certificate = "key = { type = \"ec\", curve = \"P-256\" }";
        endpoint_.configure(profile);
        as<record::Pending>(endpoint_.enroll());
    }
    void askByHand() {
        const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
        as<record::RequestMade>(
            enroll::createRequest(enroll::findWanted(endpoint_.root(), "device"), enroll::Progress(nowhere.get())));
    }
    void damageTheHistory() {
        file::replace(endpoint_.directory() / "history.toml", "[");
        store::readHistory(endpoint_.root(), "device");
        store::writeHistory(endpoint_.root(), "device", {});
    }
};

TEST_F(WhatIsKept, IsAllGoneAfterAPurge) {
    EXPECT_THAT(namesIn(endpoint_.directory()),
                IsSupersetOf({"generation-1", "generation-2", "generation-3", "current", "upcoming", "first-use.pem",
                              "rollover.pem", "outages", "authorities.toml", "transaction.key", "transaction.signer",
                              "transaction.csr", "transaction.toml", "manual", "history.toml", "history.toml.damaged",
                              "lock", ".key.pem.cut-short"}));
    store::purge(endpoint_.root(), "device");
    EXPECT_FALSE(fs::exists(endpoint_.directory()));
    EXPECT_FALSE(store::keeps(endpoint_.root(), "device"));
    EXPECT_NO_THROW(store::purge(endpoint_.root(), "device")) << "nothing to remove is fine";
}

TEST_F(WhatIsKept, OfAnotherCertificateStaysWhereALinkLeadsToItToo) {
    const auto other = store::certificateDirectory(endpoint_.root(), "other");
    fs::copy(endpoint_.directory(), other, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    const auto before = namesIn(other);
    fs::create_symlink(other / "generation-1", endpoint_.directory() / "link");
    store::purge(endpoint_.root(), "device");
    EXPECT_THAT(namesIn(other), testing::UnorderedElementsAreArray(before));
    EXPECT_NO_THROW(store::readGeneration(endpoint_.root(), "other", 1)) << "a link is removed, not followed";
}

} // namespace
