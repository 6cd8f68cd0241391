#include "support.hpp"

#include "profile/surroundings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace scepd;
using namespace scepd::profile;
using namespace scepd::profile::test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// A profile with one certificate in line 12 that writes one key in line 15.
Profile aProfile() {
    Profile profile;
    profile.file = "p";
    Certificate certificate;
    certificate.name = "c";
    certificate.line = 12;
    certificate.subject = {{{"CN", "${hostname}"}}};
    Target target;
    target.line = 15;
    target.key = "/etc/x/key.pem";
    certificate.targets = {target};
    profile.certificates = {certificate};
    return profile;
}

/// A root with the folder that the profile's key belongs in.
struct Place : TemporaryRoot {
    Place() { scepd::test::makeDirectory(path() / "etc/x"); }
};

std::vector<std::string> found(const Profile& profile, const TemporaryRoot& root, const Settings& settings = {}) {
    return formatted(checkSurroundings(profile, settings, root.path()));
}

const std::string notPrepared = "the namespace could not be prepared\n";

/// Mounts an overlay of two lower layers alone on a folder. In the upper one of them lies `inner`, which everybody can
/// write.
bool mountLayers(const std::filesystem::path& root, const std::filesystem::path& folder, const std::string& inner) {
    const auto layers = root / "layers";
    std::error_code failure; // Without a user of its own on the file system, a process makes nothing there.
    std::filesystem::create_directory(layers, failure);
    if (::mount("tmpfs", layers.c_str(), "tmpfs", 0, nullptr) != 0) return false; // Overlays do not lie on overlays.
    std::filesystem::create_directories(layers / "upper" / inner, failure);
    std::filesystem::create_directories(layers / "lower", failure);
    ::chmod((layers / "upper").c_str(), 0755);
    ::chmod((layers / "upper" / inner).c_str(), 0777);
    const auto options = "lowerdir=" + (layers / "upper").string() + ":" + (layers / "lower").string();
    return ::mount("overlay", folder.c_str(), "overlay", 0, options.c_str()) == 0;
}

/// What checkTargets finds after `prepare` in a mount namespace of its own. A child process goes there, so that nothing
/// of it is left.
std::string foundInOwnNamespace(const Profile& profile, const TemporaryRoot& root,
                                bool (*prepare)(const std::filesystem::path&)) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const int spaces = CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER);
        bool ready = ::unshare(spaces) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        ready = ready && prepare(root.path());
        std::string text = ready ? "" : notPrepared;
        for (const auto& line : formatted(checkTargets(profile, root.path())))
            text += line + "\n";
        const bool written = ::write(pipe[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        ::_exit(written ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(count));
    ::close(pipe[0]);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    return text;
}

} // namespace

TEST(Surroundings, AreFineWhereNothingIsWrong) {
    const Place root;
    EXPECT_THAT(found(aProfile(), root), IsEmpty());
}

TEST(Surroundings, ReportSecretsThatEverybodyCanReadAndFilesThatAreNotThere) {
    const Place root;
    root.write("etc/challenge", "s3cret", 0644);
    auto profile = aProfile();
    profile.scep.challenge.source = StaticChallenge{std::nullopt, "/etc/challenge", std::nullopt};
    EXPECT_THAT(found(profile, root), ElementsAre("p: warning: the challenge's file \"/etc/challenge\" can be read by "
                                                  "everybody on this machine; chmod 0640 \"/etc/challenge\""));
    ::chmod((root / "etc/challenge").c_str(), 0640);
    EXPECT_THAT(found(profile, root), IsEmpty());
    profile.scep.challenge.source = DynamicChallenge{"https://n/", "u", "/etc/password", std::nullopt};
    profile.scep.trust = CertificatePin{"/etc/ca.pem"};
    profile.scep.tlsClientKey = "/etc/key.pem";
    EXPECT_THAT(found(profile, root), ElementsAre("p: warning: password-file \"/etc/password\" does not exist",
                                                  "p: warning: ca-certificate \"/etc/ca.pem\" does not exist",
                                                  "p: warning: tls.client-key \"/etc/key.pem\" does not exist"));
}

TEST(Surroundings, ReportVariablesThatNobodyDefines) {
    const Place root;
    auto profile = aProfile();
    profile.certificates[0].san = {{SanType::dns, "${hostnam}.${mac:eth0}.${asset}.$USERNAME"}};
    EXPECT_THAT(found(profile, root),
                ElementsAre("p:12:1: warning: ${hostnam} is no variable of this machine; give it a value in [endpoint] "
                            "of /etc/scepd/scepd.toml; did you mean \"hostname\"?",
                            "p:12:1: warning: ${asset} is no variable of this machine; give it a value in [endpoint] "
                            "of /etc/scepd/scepd.toml"));
    Settings settings;
    settings.variables = {{"asset", "7"}, {"hostnam", "x"}};
    EXPECT_THAT(found(profile, root, settings), IsEmpty());
}

TEST(Surroundings, ReportHooksThatAreInNeitherFolder) {
    const Place root;
    root.write("etc/scepd/hooks.d/mine", "");
    root.write("usr/lib/scepd/hooks/shipped", "");
    auto profile = aProfile();
    profile.certificates[0].hooks = {"mine", "shipped", "missing"};
    EXPECT_THAT(
        found(profile, root),
        ElementsAre("p:12:1: warning: hook \"missing\" is neither in /etc/scepd/hooks.d nor in /usr/lib/scepd/hooks"));
}

TEST(Surroundings, ReportATargetThatIsADirectory) {
    const TemporaryRoot root;
    root.write("etc/x/key.pem/file", "");
    EXPECT_THAT(found(aProfile(), root),
                ElementsAre("p:15:1: error: key \"/etc/x/key.pem\" is a directory; write the path of a file"));
}

TEST(Surroundings, ReportATargetThatLeadsThroughALinkToAForbiddenPlace) {
    const TemporaryRoot root;
    root.write("etc/pam.d/login", "");
    std::filesystem::create_symlink("pam.d", root / "etc/x");
    EXPECT_THAT(found(aProfile(), root), ElementsAre("p:15:1: error: key \"/etc/x/key.pem\" is really "
                                                     "\"/etc/pam.d/key.pem\", which belongs to PAM; a certificate is "
                                                     "never installed there"));
}

TEST(Surroundings, SayWhichDropInATargetOutsideOfEtcNeeds) {
    const Place outside;
    auto profile = aProfile();
    profile.certificates[0].targets[0].key = (outside / "key.pem").string();
    EXPECT_THAT(formatted(checkTargets(profile, "/")),
                Contains("p:15:1: warning: key \"" + (outside / "key.pem").string() +
                         "\" lies outside of /etc, where scepd-deploy may not write; run systemctl edit "
                         "scepd-deploy.service scepd-recover.service and add a line ReadWritePaths=" +
                         outside.path().string() + " below [Service] of both"));
    EXPECT_THAT(found(aProfile(), outside), IsEmpty()) << "no unit stands in the way below another root";
}

TEST(Surroundings, ReportAReadOnlyTargetNow) {
    const TemporaryRoot root;
    root.write("etc/x/other", "");
    const auto text = foundInOwnNamespace(aProfile(), root, [](const std::filesystem::path& path) {
        const auto folder = path / "etc/x";
        return ::mount("tmpfs", folder.c_str(), "tmpfs", MS_RDONLY, nullptr) == 0;
    });
    EXPECT_THAT(text, HasSubstr("p:15:1: error: key \"/etc/x/key.pem\" lies on a read-only file system (tmpfs on " +
                                (root / "etc/x").string() + ")"));
}

TEST(Surroundings, ReportATargetOnAnOverlayOfLowerLayersAlone) {
    const TemporaryRoot root;
    root.write("etc/x/other", "");
    const auto text = foundInOwnNamespace(
        aProfile(), root, [](const std::filesystem::path& path) { return mountLayers(path, path / "etc", "x"); });
    if (text.starts_with(notPrepared)) GTEST_SKIP() << "no overlay can be mounted here";
    EXPECT_THAT(text, HasSubstr("key \"/etc/x/key.pem\" lies on a read-only file system (overlay on " +
                                (root / "etc").string() + ")"));
    EXPECT_THAT(
        text, HasSubstr("cannot be installed: " + (root / "etc/x").string() + " can be written by others (mode 0777)"))
        << "the folder is judged as the overlay shows it";
}

TEST(Surroundings, ReportABindMountedTargetNow) {
    const TemporaryRoot root;
    root.write("etc/x/key.pem", "old");
    root.write("etc/x/other", "other");
    const auto text = foundInOwnNamespace(aProfile(), root, [](const std::filesystem::path& path) {
        const auto other = path / "etc/x/other";
        return ::mount(other.c_str(), (path / "etc/x/key.pem").c_str(), nullptr, MS_BIND, nullptr) == 0;
    });
    EXPECT_THAT(
        text,
        HasSubstr(
            "p:15:1: error: key \"/etc/x/key.pem\" is a mount point, so renaming a new file onto it fails with EBUSY"));
}

TEST(Surroundings, KeepTheProfileLoaded) {
    const TemporaryRoot root;
    root.write("etc/x/key.pem/file", "");
    writeProfile(root, "a.toml",
                 profileWith("usage = \"generic\"\n" + aSubject + "deploy = [{ key = \"/etc/x/key.pem\" }]\n"));
    const auto configuration = load(root.path());
    EXPECT_EQ(configuration.profiles.at(0).certificates.size(), 1U);
    EXPECT_THAT(configuration.failedFiles, IsEmpty());
    EXPECT_EQ(configuration.diagnostics.size(), 1U);
}
