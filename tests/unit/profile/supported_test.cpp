#include "profile/profile.hpp"
#include "profile/words.hpp"

#include <gtest/gtest.h>

#include <functional>

using namespace scepd;
using namespace scepd::profile;

namespace {

std::string complaintAfter(const std::function<void(Certificate&)>& change) {
    Certificate certificate;
    certificate.targets = {Target{}};
    change(certificate);
    return unsupported(certificate).value_or("");
}

} // namespace

TEST(ThisVersion, SupportsWhatItSays) {
    EXPECT_EQ(complaintAfter([](auto&) {}), "");
    EXPECT_EQ(complaintAfter([](Certificate& certificate) { certificate.key.type = KeyType::ec; }), "");
    EXPECT_EQ(complaintAfter([](Certificate& certificate) { certificate.templateName = "Computer"; }), "");
    EXPECT_EQ(complaintAfter([](auto& certificate) { certificate.targets[0].pkcs12 = "/etc/a.p12"; }), "");
    for (const auto& [word, preset] : presetWords)
        EXPECT_EQ(complaintAfter([&](Certificate& certificate) { certificate.targets[0].preset = preset; }), "")
            << word;
}

TEST(ThisVersion, SaysInOneSentenceWhatItDoesNotSupport) {
    const std::vector<std::pair<std::function<void(Certificate&)>, std::string>> cases{
        {[](Certificate& certificate) { certificate.key.store = KeyStore::tpm2; }, "key.store = \"tpm2\""},
        {[](Certificate& certificate) { certificate.key.store = KeyStore::pkcs11; }, "key.store = \"pkcs11\""}};
    for (const auto& [change, subject] : cases)
        EXPECT_EQ(complaintAfter(change), subject + " is not supported by this version");
}
