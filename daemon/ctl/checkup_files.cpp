#include "ctl/checkup.hpp"

#include "base/file.hpp"

#include <set>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

namespace fs = std::filesystem;

std::string shown(const Machine& machine, const fs::path& path) {
    return machine.isThisOne() ? path.string() : "/" + path.lexically_relative(machine.root).string();
}

/// Something that root writes and scepd reads.
Check checkConfiguration(const Machine& machine, const fs::path& path) {
    const auto subject = shown(machine, path);
    const Look look(path);
    if (look.isHidden()) return notLookedAt(subject, needsRoot);
    if (const auto trouble = look.changeable(machine.owner))
        return failure(subject, trouble->cause + ", so that scepd does not trust it", trouble->remedy);
    const auto* const mode = look.isFolder() ? "0750" : "0640";
    const auto mend = fmt::format("chgrp scepd {0} && chmod {1} {0}", path.string(), mode);
    if (machine.service && !look.readableBy(*machine.service, machine.root))
        return failure(subject, fmt::format("scepd cannot read it ({})", look.text()), mend);
    if (!look.isFolder() && look.readableByAll(machine.root))
        return warning(subject, fmt::format("everybody on this machine can read it ({})", look.text()), mend);
    return fine(subject, look.text());
}

Check checkRequiredFolder(const Machine& machine, const fs::path& path) {
    if (!Look(path).isMissing()) return checkConfiguration(machine, path);
    return failure(shown(machine, path), "does not exist",
                   "systemd-tmpfiles --create scepd.conf makes it as it should be");
}

// ---- state ----

/// A folder where one program alone writes; the other ones see nothing of it.
Check checkOwnFolder(const Machine& machine, const std::string& path, const std::optional<uid_t>& owner,
                     bool required) {
    const Look look(machine.at(path));
    if (look.isHidden()) return notLookedAt(path, needsRoot);
    if (look.isMissing() && required) return failure(path, "does not exist", "\"systemctl restart scepd\" makes it");
    if (look.isMissing()) return fine(path, "not there yet: nothing was installed");
    if (owner && look.status().st_uid != *owner)
        return failure(path, fmt::format("belongs to {} ({})", userName(look.status().st_uid), look.text()),
                       fmt::format("chown {0}: {1}", userName(*owner), path));
    if ((look.mode() & 077U) != 0)
        return failure(path, fmt::format("others can look into it, and private keys lie there ({})", look.text()),
                       fmt::format("chmod 0700 {}", path));
    return fine(path, look.text());
}

// ---- secrets ----

/// A file that a profile names and that holds a secret.
struct Secret {
    std::string key, path;
    bool readByService = true; ///< By scepd-enroll; the others are read by scepd-deploy, as root.
};

std::vector<Secret> secretsOf(const profile::Profile& profile) {
    std::vector<Secret> secrets;
    const auto add = [&](std::string_view key, const std::optional<std::string>& path, bool readByService) {
        if (path) secrets.push_back({std::string(key), *path, readByService});
    };
    if (const auto* const challenge = std::get_if<profile::StaticChallenge>(&profile.scep.challenge.source))
        add("challenge", challenge->file, true);
    if (const auto* const challenge = std::get_if<profile::DynamicChallenge>(&profile.scep.challenge.source))
        add("password", challenge->passwordFile, true);
    add("tls.client-key", profile.scep.tlsClientKey, true);
    for (const auto& certificate : profile.certificates)
        for (const auto& target : certificate.targets)
            add("pkcs12-password-file", target.pkcs12PasswordFile, false);
    return secrets;
}

Check checkSecret(const Machine& machine, const Secret& secret) {
    const auto file = machine.at(secret.path);
    const auto subject = fmt::format("{} ({})", secret.path, secret.key);
    const auto mend = secret.readByService ? fmt::format("chgrp scepd {0} && chmod 0640 {0}", file.string())
                                           : fmt::format("chown root:root {0} && chmod 0600 {0}", file.string());
    const Look look(file);
    if (look.isHidden()) return notLookedAt(subject, needsRoot);
    if (look.isMissing())
        return failure(subject, "does not exist",
                       fmt::format("write it: install -m {} /dev/stdin {}",
                                   secret.readByService ? "0640 -g scepd" : "0600", file.string()));
    if (!S_ISREG(look.status().st_mode)) return failure(subject, "is no regular file", "write the path of a file");
    if (secret.readByService && machine.service && !look.readableBy(*machine.service, machine.root))
        return failure(subject, fmt::format("scepd cannot read it ({})", look.text()), mend);
    if (look.readableByAll(machine.root))
        return failure(subject, fmt::format("everybody on this machine can read it ({})", look.text()),
                       mend + ", and have the secret changed");
    if (const auto trouble = look.changeable(machine.owner)) return warning(subject, trouble->cause, trouble->remedy);
    return fine(subject, look.text());
}

// ---- hooks ----

std::optional<fs::path> findHook(const Machine& machine, const std::string& hook) {
    for (const auto* folder : {"/etc/scepd/hooks.d", "/usr/lib/scepd/hooks"})
        if (auto path = machine.at(folder) / hook; !Look(path).isMissing()) return path;
    return std::nullopt;
}

Check checkHook(const Machine& machine, const std::string& hook) {
    const auto path = findHook(machine, hook);
    if (!path)
        return failure(hook, "is neither in /etc/scepd/hooks.d nor in /usr/lib/scepd/hooks",
                       "put the program there, or take its name out of the profile");
    const auto subject = shown(machine, *path);
    const Look look(*path);
    if (look.isHidden()) return notLookedAt(subject, needsRoot);
    if (const auto trouble = look.changeable(machine.owner))
        return failure(subject, trouble->cause + ", and root runs it", trouble->remedy);
    if (const auto trouble = Look(path->parent_path()).changeable(machine.owner))
        return failure(subject, fmt::format("its folder {}, and root runs what lies in it", trouble->cause),
                       trouble->remedy);
    if (fs::is_symlink(*path) || !S_ISREG(look.status().st_mode) || (look.mode() & S_IXUSR) == 0)
        return failure(subject,
                       fmt::format("is no program that can be run ({}): no symlink, and executable", look.text()),
                       fmt::format("chmod 0755 {}", path->string()));
    return fine(subject, look.text());
}

} // namespace

Checks checkFiles(const Machine& machine) {
    Checks checks;
    for (const auto* folder : {"/etc/scepd", "/etc/scepd/profiles.d"})
        checks.push_back(checkRequiredFolder(machine, machine.at(folder)));
    if (const auto run = machine.at("/run/scepd/profiles.d"); Look(run).exists())
        checks.push_back(checkConfiguration(machine, run));
    if (const auto settings = machine.at("/etc/scepd/scepd.toml"); Look(settings).exists())
        checks.push_back(checkConfiguration(machine, settings));
    for (const auto& folder : profile::profileFolders(machine.root)) {
        if (Look(folder / ".").isHidden()) {
            checks.push_back(notLookedAt("profiles in " + shown(machine, folder), needsRoot));
            continue;
        }
        std::error_code unknown;
        for (const auto& file : file::list(folder))
            if (profile::isProfileName(file) && fs::is_regular_file(folder / file, unknown))
                checks.push_back(checkConfiguration(machine, folder / file));
    }
    return checks;
}

Checks checkState(const Machine& machine) {
    const auto service = machine.service ? std::optional(machine.service->user) : std::nullopt;
    return {checkOwnFolder(machine, "/var/lib/scepd", service, true),
            checkOwnFolder(machine, "/var/lib/scepd-deploy", machine.owner, false)};
}

Checks checkSecrets(const Machine& machine, const profile::Configuration& configuration) {
    Checks checks;
    std::set<std::string> seen;
    for (const auto& profile : configuration.profiles)
        for (const auto& secret : secretsOf(profile))
            if (seen.insert(secret.path).second) checks.push_back(checkSecret(machine, secret));
    return checks;
}

Checks checkHooks(const Machine& machine, const profile::Configuration& configuration) {
    Checks checks;
    std::set<std::string> seen;
    for (const auto& profile : configuration.profiles)
        for (const auto& certificate : profile.certificates)
            for (const auto& hook : certificate.hooks)
                if (seen.insert(hook).second) checks.push_back(checkHook(machine, hook));
    return checks;
}

} // namespace scepd::ctl
