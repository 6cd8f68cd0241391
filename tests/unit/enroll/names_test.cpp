#include "enroll/names.hpp"

#include "enroll/commit.hpp"
#include "enroll/plan.hpp"
#include "store/generation.hpp"
#include "temporary_root.hpp"
#include "unit/crypto/forge.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::enroll;
using namespace scepd::test;
using testing::ElementsAre;
using testing::Key;
using testing::Not;

/// Two certificates: the names of one hang on `asset`, those of the other on a variable that nobody knows.
class Names : public testing::Test {
protected:
    Names() {
        root.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        assetIs("TC-1");
        asks("");
    }

    void assetIs(const std::string& value) const {
        root.write("etc/scepd/scepd.toml", "[endpoint]\nasset = \"" + value + "\"\n");
    }
    /// A profile with more lines for the first certificate.
    void asks(const std::string& lines) const {
        root.write("etc/scepd/profiles.d/office.toml", R"([scep]
url = "http://127.0.0.1:9/scep"
ca-fingerprint = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

[certificate.device]
usage = "generic"
subject = "CN=${asset}"
san = ["dns:${asset}.example.com"]
)" + lines + R"(
[certificate.other]
usage = "generic"
subject = "CN=${nobody-knows}"
)");
    }

    [[nodiscard]] std::string digest() const { return namesNow(root.path()).digests.at("device"); }

    TemporaryRoot root;
};

TEST_F(Names, OfACertificateWithAVariableThatIsNotKnownNowSayNothing) {
    EXPECT_THAT(namesNow(root.path()).digests, ElementsAre(Key("device")));
}

TEST_F(Names, AreOthersWhenAVariableIsAnother) {
    const auto before = digest();
    EXPECT_EQ(digest(), before);
    assetIs("TC-2");
    EXPECT_NE(digest(), before);
    assetIs("TC-1");
    EXPECT_EQ(digest(), before);
}

TEST_F(Names, AreTheSameWhateverElseTheProfileAsksFor) {
    const auto before = digest();
    asks("renew = \"20%\"\nkey.bits = 3072\nkey-usage = [\"digital-signature\"]\n");
    EXPECT_EQ(digest(), before);
}

TEST_F(Names, ThatWereAskedForStandInTheFactsOfAGeneration) {
    const auto wanted = findWanted(root.path(), "device");
    const auto ca = selfSigned({.subject = "CN=ca", .ca = true}, testKey(1));
    const auto device = issued({.subject = "CN=TC-1"}, testKey(2), ca);
    const auto asked = namesDigest(requestContent(wanted));
    assetIs("TC-2");
    commit(wanted, {device.certificate, {}, {}}, testKey(2), {{ca.certificate}, "", "m", asked}, noon);

    EXPECT_EQ(store::readHeld(root.path(), "device")->names, asked);
    EXPECT_THAT(namesNow(root.path()).digests.at("device"), Not(asked));
}

} // namespace
