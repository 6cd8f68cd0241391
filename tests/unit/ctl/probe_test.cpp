#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

#include "base/file.hpp"
#include "console_support.hpp"
#include "temporary_root.hpp"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::Written;
using testing::ElementsAre;
using testing::HasSubstr;

/// Plays scepd-enroll.
constexpr auto findings = R"(#!/bin/sh
echo "$@" > "$(dirname "$0")/arguments"
printf 'note\turl\thttp://ca/scep\n'
printf 'ok\tname\tca is 192.0.2.1\n'
printf 'warning\t\tone word after the other makes a line that is longer than the terminal\n'
printf 'problem\tresult\tno \033[1mway\n'
printf 'advice\t\tAsk somebody who knows.\n'
printf 'profile\t\t[scep]\n'
echo "something else" >&2
exit 1
)";

constexpr auto profileOfWifi = R"([scep]
url = "http://127.0.0.1:9/scep"
ca-fingerprint = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

[certificate.wifi]
usage = "802.1x"
subject = "CN=wifi"
)";

class Probe : public testing::Test {
protected:
    Exit run(const ProbeRequest& wanted) {
        return guarded(written.console, [&] { return probe(written.console, wanted); });
    }
    ProbeRequest wanted(const std::string& target, const std::string& program = findings) {
        root.write("enroll", program, 0755);
        return {.target = target, .root = "/tmp", .enrollProgram = root / "enroll"};
    }

    scepd::test::TemporaryRoot root;
    Written written;
};

TEST_F(Probe, ShowsFindingsBelowEachOtherWithAdviceAndProfile) {
    written.console.width = 60;
    EXPECT_EQ(run(wanted("http://ca/scep")), Exit::failed);
    EXPECT_EQ(written.out.str(), "  url:            http://ca/scep\n"
                                 "✓ name:           ca is 192.0.2.1\n"
                                 "!                 one word after the other makes a line that\n"
                                 "                  is longer than the terminal\n"
                                 "✗ result:         no ?[1mway\n"
                                 "\n"
                                 "Advice:\n"
                                 "- Ask somebody who knows.\n"
                                 "\n"
                                 "For a profile:\n"
                                 "\n"
                                 "[scep]\n");
    EXPECT_EQ(written.err.str(), "something else\n");
}

TEST_F(Probe, AUrlAndANameAreToldApart) {
    const auto* const notes = "#!/bin/sh\necho \"$@\" > \"$(dirname \"$0\")/arguments\"\n";
    auto url = wanted("https://ca/scep", notes);
    url.caIdentifier = "corp";
    url.proxy = "proxy:3128";
    url.tlsCaCertificates = "/ca.pem";
    EXPECT_EQ(run(url), Exit::done);
    EXPECT_EQ(file::read(root / "arguments"), "--root=/tmp --probe=https://ca/scep --ca-identifier=corp "
                                              "--proxy=proxy:3128 --tls-ca-certificates=/ca.pem\n");
    auto name = wanted("wifi", notes);
    name.root = root.path();
    root.write("etc/scepd/profiles.d/office.toml", profileOfWifi);
    EXPECT_EQ(run(name), Exit::done);
    EXPECT_EQ(file::read(root / "arguments"), fmt::format("--root={} --probe-name=wifi\n", root.path().string()));
}

TEST_F(Probe, ANameThatNoProfileHasIsToldAsEverywhere) {
    auto name = wanted("nobody");
    name.root = root.path();
    EXPECT_EQ(run(name), Exit::noSuchCertificate);
    EXPECT_THAT(written.err.str(), HasSubstr("no profile that applies here has a certificate nobody\nRemedy: "));
    root.write("etc/scepd/profiles.d/office.toml", "groups = [\"kiosk\"]\n" + std::string(profileOfWifi));
    name.target = "wifi";
    EXPECT_EQ(run(name), Exit::notApplicable);
    EXPECT_THAT(written.err.str(), HasSubstr("wifi does not apply here: the profile is for the group kiosk\nRemedy: "));
}

TEST_F(Probe, JsonIsOneDocument) {
    written.console.json = true;
    EXPECT_EQ(run(wanted("http://ca/scep")), Exit::failed);
    const auto text = written.out.str();
    EXPECT_THAT(text, HasSubstr("\"advice\" : [\n        \"Ask somebody who knows.\"\n    ]"));
    EXPECT_THAT(text, HasSubstr("\"profile\" : [\n        \"[scep]\"\n    ]"));
    EXPECT_THAT(text, HasSubstr("\"check\" : \"name\",\n            \"mark\" : \"warning\""));
}

TEST_F(Probe, APasswordOnTheCommandLineIsRefused) {
    EXPECT_EQ(run(wanted("http://user:password@ca/scep")), Exit::failed);
    EXPECT_EQ(written.err.str(), "scepctl: a user and a password do not belong into the URL\n");
    auto proxied = wanted("http://ca/scep?x=@");
    proxied.proxy = "user:password@proxy";
    EXPECT_EQ(run(proxied), Exit::failed);
    EXPECT_THAT(written.err.str(), HasSubstr("do not belong into --proxy\n"));
}

TEST_F(Probe, AProgramThatIsMissingOrDiesIsAFailure) {
    auto missing = wanted("http://ca/scep");
    missing.enrollProgram = "/nowhere/scepd-enroll";
    EXPECT_EQ(run(missing), Exit::failed);
    EXPECT_THAT(written.err.str(), HasSubstr("/nowhere/scepd-enroll"));
    EXPECT_EQ(run(wanted("http://ca/scep", "#!/bin/sh\nkill -SEGV $$\n")), Exit::failed);
    EXPECT_THAT(written.err.str(), HasSubstr("killed by signal 11"));
}

TEST(Wrapped, BreaksAtSpaces) {
    EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
    EXPECT_THAT(wrapped("extraordinary word", 5), ElementsAre("extraordinary", "word"));
    EXPECT_THAT(wrapped("as it is", 0), ElementsAre("as it is"));
    EXPECT_THAT(wrapped("", 5), ElementsAre(""));
}

} // namespace
} // namespace scepd::ctl
