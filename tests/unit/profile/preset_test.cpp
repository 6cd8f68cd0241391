#include "profile/preset.hpp"
#include "profile/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd::profile;
using testing::ElementsAre;

namespace {

Certificate named(const std::string& certificateName) {
    Certificate certificate;
    certificate.name = certificateName;
    return certificate;
}

Target resolved(Preset preset) {
    Target target;
    target.preset = preset;
    return resolveTarget(target, named("n"));
}

std::vector<std::string> paths(const Target& target) {
    std::vector<std::string> result;
    for (const auto& file : filesOf(target))
        result.push_back(file.path);
    return result;
}

} // namespace

TEST(Presets, HaveTheDefaultPathsOfTheirConsumers) {
    EXPECT_THAT(paths(resolved(Preset::files)),
                ElementsAre("/etc/ssl/scepd/n/cert.pem", "/etc/ssl/scepd/n/key.pem", "/etc/ssl/scepd/n/chain.pem",
                            "/etc/ssl/scepd/n/ca.pem", "/etc/ssl/scepd/n/fullchain.pem"));
    EXPECT_THAT(paths(resolved(Preset::wpaSupplicant)),
                ElementsAre("/etc/wpa_supplicant/scepd/n/cert.pem", "/etc/wpa_supplicant/scepd/n/key.pem",
                            "/etc/wpa_supplicant/scepd/n/ca.pem"));
    EXPECT_THAT(paths(resolved(Preset::networkmanager)),
                ElementsAre("/etc/NetworkManager/scepd/n/cert.pem", "/etc/NetworkManager/scepd/n/key.pem",
                            "/etc/NetworkManager/scepd/n/ca.pem"));
    EXPECT_THAT(paths(resolved(Preset::rsyslog)),
                ElementsAre("/etc/rsyslog.d/scepd/n/cert.pem", "/etc/rsyslog.d/scepd/n/key.pem",
                            "/etc/rsyslog.d/scepd/n/ca.pem"));
    EXPECT_THAT(paths(resolved(Preset::nginx)),
                ElementsAre("/etc/nginx/scepd/n/key.pem", "/etc/nginx/scepd/n/fullchain.pem"));
    EXPECT_THAT(paths(resolved(Preset::apache)),
                ElementsAre("/etc/apache2/scepd/n/key.pem", "/etc/apache2/scepd/n/fullchain.pem"));
    EXPECT_THAT(paths(resolved(Preset::lighttpd)), ElementsAre("/etc/lighttpd/scepd/n/combined.pem"));
    EXPECT_THAT(paths(resolved(Preset::haproxy)), ElementsAre("/etc/haproxy/scepd/n.pem"));
    EXPECT_THAT(paths(resolved(Preset::stunnel)),
                ElementsAre("/etc/stunnel/scepd/n/key.pem", "/etc/stunnel/scepd/n/fullchain.pem"));
    EXPECT_THAT(paths(resolved(Preset::cockpit)),
                ElementsAre("/etc/cockpit/ws-certs.d/50-scepd.key", "/etc/cockpit/ws-certs.d/50-scepd.cert"));
    EXPECT_THAT(paths(resolved(Preset::strongswan)),
                ElementsAre("/etc/swanctl/x509/n.pem", "/etc/swanctl/private/n.pem", "/etc/swanctl/x509ca/n.pem"));
    EXPECT_THAT(paths(resolved(Preset::xrdp)), ElementsAre("/etc/xrdp/scepd/cert.pem", "/etc/xrdp/scepd/key.pem"));
    EXPECT_THAT(paths(resolved(Preset::postgresql)),
                ElementsAre("/etc/postgresql-common/scepd/n/key.pem", "/etc/postgresql-common/scepd/n/fullchain.pem"));
}

TEST(Presets, LeaveNothingOpenThatAnInstallationNeeds) {
    for (const auto& [word, preset] : presetWords) {
        const auto target = resolved(preset);
        EXPECT_EQ(name(preset), word);
        EXPECT_TRUE(target.owner && target.group && target.mode && target.keyMode) << word;
        EXPECT_FALSE(filesOf(target).empty()) << word;
        EXPECT_EQ(*target.keyMode & 0007U, 0U) << word;
        for (const auto& file : filesOf(target))
            EXPECT_TRUE(file.path.starts_with("/etc/")) << file.path;
    }
}

TEST(Presets, HaveTheOwnersAndModesOfTheirConsumers) {
    const auto files = resolved(Preset::files);
    EXPECT_EQ(files.mode, 0644U);
    EXPECT_EQ(files.keyMode, 0600U);
    EXPECT_EQ(resolved(Preset::nginx).mode, 0600U);
    EXPECT_EQ(resolved(Preset::xrdp).group, "ssl-cert");
    EXPECT_EQ(resolved(Preset::xrdp).keyMode, 0640U);
    EXPECT_EQ(resolved(Preset::postgresql).owner, "postgres");
}

TEST(Presets, KnowUnitCheckAndActionOfTheirConsumer) {
    EXPECT_EQ(resolved(Preset::nginx).unit, "nginx.service");
    EXPECT_EQ(resolved(Preset::nginx).check, (std::vector<std::string>{"/usr/sbin/nginx", "-t"}));
    EXPECT_EQ(actionOf(resolved(Preset::nginx)), Action::reload);
    EXPECT_EQ(actionOf(resolved(Preset::lighttpd)), Action::tryRestart);
    EXPECT_EQ(actionOf(resolved(Preset::rsyslog)), Action::tryRestart);
    EXPECT_EQ(actionOf(resolved(Preset::files)), Action::none);
    EXPECT_EQ(actionOf(resolved(Preset::networkmanager)), Action::none);
    EXPECT_EQ(actionOf(resolved(Preset::xrdp)), Action::none);
    EXPECT_FALSE(resolved(Preset::files).check);
}

TEST(Presets, ReauthenticateOnlyWhereAnInterfaceIsNamed) {
    Target target;
    target.preset = Preset::wpaSupplicant;
    EXPECT_EQ(actionOf(resolveTarget(target, named("wifi"))), Action::none);
    target.interface = "eth0";
    EXPECT_EQ(actionOf(resolveTarget(target, named("wifi"))), Action::reauthenticate);
    target.reload = Reload::none;
    EXPECT_EQ(actionOf(resolveTarget(target, named("wifi"))), Action::none);
}

TEST(Presets, LoadCredentialsAndNoConnectionsIntoStrongswan) {
    const auto target = resolved(Preset::strongswan);
    EXPECT_EQ(target.unit, "strongswan.service");
    EXPECT_EQ(actionOf(target), Action::command);
    EXPECT_THAT(words(facts(Preset::strongswan).command),
                ElementsAre("/usr/sbin/swanctl", "--load-creds", "--noprompt"));
}

TEST(Presets, ActivateAConnectionOfNetworkManagerOnlyWhenAskedTo) {
    Target target;
    target.preset = Preset::networkmanager;
    target.connection = "office";
    EXPECT_EQ(actionOf(resolveTarget(target, named("n"))), Action::none);
    target.reload = Reload::reload;
    EXPECT_EQ(actionOf(resolveTarget(target, named("n"))), Action::activate);
}

TEST(Presets, HangUpOnlyWhereAUnitIsNamed) {
    Target target;
    target.preset = Preset::stunnel;
    EXPECT_EQ(actionOf(resolveTarget(target, named("n"))), Action::none);
    target.unit = "stunnel@a.service";
    EXPECT_EQ(actionOf(resolveTarget(target, named("n"))), Action::hangUp);
}

TEST(Presets, GiveWayToWhatTheAdministratorWrote) {
    Target target;
    target.preset = Preset::nginx;
    target.key = "/etc/x/key";
    target.owner = "www-data";
    target.keyMode = 0640;
    target.unit = "nginx@a.service";
    target.check = {"/bin/true"};
    target.reload = Reload::tryRestart;
    const auto result = resolveTarget(target, named("web"));
    EXPECT_THAT(paths(result), ElementsAre("/etc/x/key", "/etc/nginx/scepd/web/fullchain.pem"));
    EXPECT_EQ(result.owner, "www-data");
    EXPECT_EQ(result.group, "root");
    EXPECT_EQ(result.keyMode, 0640U);
    EXPECT_EQ(result.unit, "nginx@a.service");
    EXPECT_THAT(*result.check, ElementsAre("/bin/true"));
    EXPECT_EQ(actionOf(result), Action::tryRestart);
}

TEST(Presets, OfFilesWriteOnlyThePathsNamedWhenThereIsOne) {
    Target target;
    target.combined = "/etc/x/combined.pem";
    target.unit = "x.service";
    const auto result = resolveTarget(target, named("n"));
    EXPECT_THAT(filesOf(result), ElementsAre(TargetFile{"combined", "/etc/x/combined.pem", true}));
    EXPECT_EQ(actionOf(result), Action::reload);
}

TEST(Presets, TellWhichFilesHoldThePrivateKey) {
    Target target;
    target.certificate = target.key = target.chain = target.ca = target.fullchain = target.combined = target.pkcs12 =
        "/x";
    std::vector<std::string_view> secret;
    for (const auto& file : filesOf(target))
        if (file.holdsPrivateKey) secret.push_back(file.key);
    EXPECT_THAT(secret, ElementsAre("key", "combined", "pkcs12"));
}

TEST(Presets, AreChosenByTheUsage) {
    EXPECT_EQ(defaultPreset(Usage::ieee8021x), Preset::wpaSupplicant);
    EXPECT_EQ(defaultPreset(Usage::web), Preset::nginx);
    EXPECT_EQ(defaultPreset(Usage::syslog), Preset::rsyslog);
    for (const auto usage : {Usage::p2p, Usage::p2pSuiteB, Usage::generic})
        EXPECT_EQ(defaultPreset(usage), Preset::files);
}
