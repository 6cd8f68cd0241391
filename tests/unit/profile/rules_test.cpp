#include "profile/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd::profile;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

Certificate certificate(const std::string& name, Usage usage, std::uint32_t line = 10) {
    Certificate result;
    result.name = name;
    result.usage = usage;
    result.line = line;
    return result;
}

Profile profile(const std::string& file, std::vector<Certificate> certificates, std::vector<std::string> groups = {}) {
    Profile result;
    result.file = file;
    result.groups = std::move(groups);
    result.certificates = std::move(certificates);
    return result;
}

Certificate writing(Certificate certificate, const std::string& path, std::uint32_t line) {
    Target target;
    target.key = path;
    target.line = line;
    certificate.targets.push_back(target);
    return certificate;
}

std::vector<std::string> complaints(const Agreed& agreed) {
    std::vector<std::string> lines;
    for (const auto& diagnostic : agreed.diagnostics)
        lines.push_back(format(diagnostic));
    return lines;
}

} // namespace

TEST(RulesBetweenProfiles, LetTheFirstCertificateOfANameStay) {
    const auto first = profile("a.toml", {certificate("x", Usage::generic, 4)});
    const auto second = profile("b.toml", {certificate("x", Usage::generic, 7), certificate("y", Usage::generic)});
    const auto agreed = withoutConflicts({first, second}, {});
    EXPECT_THAT(complaints(agreed), ElementsAre("b.toml:7:1: error: a certificate of this name stands already in "
                                                "a.toml:4; names are unique on an endpoint"));
    ASSERT_EQ(agreed.profiles.size(), 2U);
    EXPECT_EQ(agreed.profiles[0], first);
    EXPECT_THAT(agreed.profiles[1].certificates, ElementsAre(certificate("y", Usage::generic)));
}

TEST(RulesBetweenProfiles, GiveEachUsageButGenericToOneCertificate) {
    const auto agreed =
        withoutConflicts({profile("a.toml", {certificate("x", Usage::web, 4), certificate("g", Usage::generic)}),
                          profile("b.toml", {certificate("y", Usage::web, 9), certificate("h", Usage::generic)})},
                         {});
    EXPECT_THAT(complaints(agreed), ElementsAre("b.toml:9:1: error: usage \"web\" is taken by certificate \"x\" "
                                                "(a.toml:4); only \"generic\" may occur more than "
                                                "once on an endpoint"));
    EXPECT_THAT(agreed.profiles[1].certificates, ElementsAre(certificate("h", Usage::generic)));
}

TEST(RulesBetweenProfiles, LetNoTwoTargetsWriteTheSameFile) {
    const auto agreed =
        withoutConflicts({profile("a.toml", {writing(certificate("x", Usage::generic, 4), "/etc/k", 6)}),
                          profile("b.toml", {writing(certificate("y", Usage::generic, 9), "/etc/k", 12)})},
                         {});
    EXPECT_THAT(complaints(agreed),
                ElementsAre("b.toml:12:1: error: key \"/etc/k\" is written by certificate \"x\" (a.toml:6) already"));
    EXPECT_THAT(agreed.profiles[1].certificates, IsEmpty());
}

TEST(RulesBetweenProfiles, LookAtThePathsThatAPresetWritesByItself) {
    auto first = certificate("x", Usage::generic, 4);
    auto second = certificate("y", Usage::generic, 9);
    first.targets.emplace_back().preset = Preset::xrdp;
    second.targets.emplace_back().preset = Preset::xrdp;
    EXPECT_THAT(complaints(withoutConflicts({profile("a.toml", {first, second})}, {})),
                ElementsAre("a.toml:9:1: error: certificate \"/etc/xrdp/scepd/cert.pem\" is written by certificate "
                            "\"x\" (a.toml:4) already"));
}

TEST(RulesBetweenProfiles, DoNotLookAtProfilesThatDoNotApplyHere) {
    const auto here = profile("b.toml", {certificate("x", Usage::web)}, {"kiosk"});
    const auto elsewhere = profile("a.toml", {certificate("x", Usage::web)}, {"office"});
    const auto agreed = withoutConflicts({elsewhere, here}, {"kiosk"});
    EXPECT_THAT(complaints(agreed), IsEmpty());
    EXPECT_THAT(agreed.profiles, ElementsAre(elsewhere, here));
    EXPECT_EQ(withoutConflicts({elsewhere, here}, {"kiosk", "office"}).diagnostics.size(), 1U);
}

TEST(RulesBetweenProfiles, GiveWhatARemovedCertificateWantedToTheNext) {
    const auto blocked = writing(certificate("x", Usage::generic, 3), "/etc/k", 4);
    const auto agreed =
        withoutConflicts({profile("a.toml", {certificate("x", Usage::generic, 1)}), profile("b.toml", {blocked}),
                          profile("c.toml", {writing(certificate("z", Usage::generic, 5), "/etc/k", 6)})},
                         {});
    EXPECT_EQ(agreed.diagnostics.size(), 1U);
    EXPECT_EQ(agreed.profiles[2].certificates.size(), 1U);
}
