#include "profile/profile.hpp"

#include <gtest/gtest.h>

#include <functional>

using namespace scepd;
using namespace scepd::profile;

namespace {

std::string complaintAfter(const std::function<void(Scep&, Certificate&)>& change) {
    Scep scep;
    Certificate certificate;
    certificate.targets = {Target{}};
    change(scep, certificate);
    return unsupported(scep, certificate).value_or("");
}

} // namespace

TEST(ThisVersion, SupportsWhatItSays) {
    EXPECT_EQ(complaintAfter([](auto&, auto&) {}), "");
    EXPECT_EQ(complaintAfter([](Scep& scep, auto&) {
                  scep.challenge.source = StaticChallenge{Secret("x"), {}, {}};
              }),
              "");
    EXPECT_EQ(complaintAfter([](Scep& scep, auto&) { scep.legacyReplies = true; }), "");
    EXPECT_EQ(complaintAfter([](Scep& scep, auto&) { scep.renewalMessage = RenewalMessage::fresh; }), "");
    for (const auto preset : {Preset::files, Preset::wpaSupplicant, Preset::rsyslog, Preset::nginx})
        EXPECT_EQ(complaintAfter([&](auto&, Certificate& certificate) { certificate.targets[0].preset = preset; }), "");
}

TEST(ThisVersion, SaysInOneSentenceWhatItDoesNotSupport) {
    const std::vector<std::pair<std::function<void(Scep&, Certificate&)>, std::string>> cases{
        {[](Scep& scep, auto&) { scep.security = Security::legacy; }, "security = \"legacy\""},
        {[](Scep& scep, auto&) { scep.security = Security::fips; }, "security = \"fips\""},
        {[](Scep& scep, auto&) { scep.renewalMessage = RenewalMessage::pkcsSignedByOld; },
         "renewal-message = \"pkcs-signed-by-old\""},
        {[](Scep& scep, auto&) { scep.challenge.source = DynamicChallenge{}; }, "challenge.type = \"dynamic\""},
        {[](Scep& scep, auto&) { scep.challenge.source = CommandChallenge{}; }, "challenge.type = \"command\""},
        {[](auto&, Certificate& certificate) { certificate.key.type = KeyType::ec; }, "key.type = \"ec\""},
        {[](auto&, Certificate& certificate) { certificate.key.store = KeyStore::tpm2; }, "key.store = \"tpm2\""},
        {[](auto&, Certificate& certificate) { certificate.key.store = KeyStore::pkcs11; }, "key.store = \"pkcs11\""},
        {[](auto&, Certificate& certificate) { certificate.templateName = "Computer"; }, "template = \"Computer\""},
        {[](auto&, Certificate& certificate) { certificate.targets[0].pkcs12 = "/etc/a.p12"; },
         "pkcs12 = \"/etc/a.p12\""},
        {[](auto&, Certificate& certificate) { certificate.targets[0].preset = Preset::haproxy; },
         "preset = \"haproxy\""}};
    for (const auto& [change, subject] : cases)
        EXPECT_EQ(complaintAfter(change), subject + " is not supported by this version");
}
