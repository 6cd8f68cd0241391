#include "ctl/checkup.hpp"

#include "ctl/text.hpp"
#include "ctl/words.hpp"
#include "profile/preset.hpp"
#include "profile/suggest.hpp"
#include "profile/surroundings.hpp"
#include "profile/target_path.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

namespace fs = std::filesystem;
using profile::Diagnostic;

std::string place(const Diagnostic& diagnostic) {
    return diagnostic.line > 0 ? fmt::format("line {}: {}", diagnostic.line, diagnostic.text) : diagnostic.text;
}

/// One line for a file and the first thing that is wrong with it, an error before a warning.
Check checkFile(const std::string& file, std::vector<Diagnostic> found, const std::string& whenFine) {
    if (found.empty()) return fine(file, whenFine);
    std::ranges::stable_sort(
        found, {}, [](const Diagnostic& diagnostic) { return diagnostic.severity == Diagnostic::Severity::warning; });
    const auto count = tally(found);
    auto cause = place(found.front());
    if (found.size() > 1) cause += fmt::format(" ({} in all)", count.text());
    const auto remedy = fmt::format("\"scepctl verify\" tells all; edit it, scepd takes it when it is saved");
    return count.errors > 0 ? failure(file, cause, remedy) : warning(file, cause, remedy);
}

std::vector<Diagnostic> of(const std::vector<Diagnostic>& all, const std::string& file) {
    std::vector<Diagnostic> found;
    std::ranges::copy_if(all, std::back_inserter(found),
                         [&](const auto& diagnostic) { return diagnostic.file == file; });
    return found;
}

/// What has checks of its own: secrets, hooks, and targets.
std::vector<Diagnostic> withoutOthers(std::vector<Diagnostic> all, const Machine& machine,
                                      const profile::Configuration& configuration) {
    constexpr std::array secretKeys{"the challenge's file ", "password-file ", "tls.client-key ",
                                    "pkcs12-password-file ", "hook "};
    for (const auto& profile : configuration.profiles) {
        const auto targets = profile::checkTargets(profile, machine.root);
        auto surroundings = profile::checkSurroundings(profile, configuration.settings, machine.root);
        std::erase_if(surroundings, [&](const Diagnostic& told) {
            return std::ranges::find(targets, told) == targets.end() &&
                   std::ranges::none_of(secretKeys, [&](const char* key) { return told.text.starts_with(key); });
        });
        std::erase_if(
            all, [&](const Diagnostic& told) { return std::ranges::find(surroundings, told) != surroundings.end(); });
    }
    return all;
}

Check noProfile() {
    return warning("profiles", "there is none, so that no certificate is asked for",
                   "put one into /etc/scepd/profiles.d; examples are in /usr/share/doc/scepd/examples");
}

std::string whenFine(bool applies, std::size_t certificates) {
    return applies ? counted(certificates, "certificate") : "for other groups of endpoints";
}

// ---- targets ----

std::string nameOf(const profile::Certificate& certificate, const profile::Target& target) {
    return fmt::format("{} ({})", certificate.name, profile::name(target.preset));
}

/// Owner, group and mode of a file that is there, against what the profile says.
std::optional<Check> differs(const std::string& subject, const fs::path& path, const profile::Target& target,
                             const profile::TargetFile& file, const std::string& redeploy) {
    const Look look(path);
    const auto mode = file.holdsPrivateKey ? target.keyMode.value_or(0600) : target.mode.value_or(0600);
    const auto owner = target.owner.value_or("root");
    const auto group = target.group.value_or("root");
    const auto is = [](const std::string& wanted, const std::string& name, unsigned number) {
        return wanted == name || wanted == std::to_string(number);
    };
    if (look.mode() == mode && is(owner, userName(look.status().st_uid), look.status().st_uid) &&
        is(group, groupName(look.status().st_gid), look.status().st_gid))
        return std::nullopt;
    return warning(subject,
                   fmt::format("{} is {}, and should be {}:{} {:04o}", file.path, look.text(), owner, group, mode),
                   redeploy);
}

class Targets {
public:
    Targets(const Machine& machine, const Installed& installed) : machine_(machine), installed_(installed) {}

    Check check(const profile::Certificate& certificate, const profile::Target& written,
                const std::vector<Diagnostic>& told) const {
        const auto target = profile::resolveTarget(written, certificate);
        const auto subject = nameOf(certificate, target);
        const auto files = profile::filesOf(target);
        if (const auto* const error = first(told, files, Diagnostic::Severity::error))
            return failure(subject, error->text, "mend that, or name another path in the profile");
        std::optional<Check> found;
        for (const auto& file : files)
            if (!found) found = checkFile(certificate.name, subject, target, file);
        const auto* const doubt = first(told, files, Diagnostic::Severity::warning);
        if (doubt != nullptr && (!found || found->result != Check::Result::failed))
            return warning(subject, doubt->text, "");
        if (found) return *found;
        return fine(subject,
                    files.empty() ? "nothing is written" : fs::path(files.front().path).parent_path().string());
    }

private:
    /// The first of this severity that was told of one of the files.
    static const Diagnostic* first(const std::vector<Diagnostic>& told, const std::vector<profile::TargetFile>& files,
                                   Diagnostic::Severity severity) {
        for (const auto& file : files)
            for (const auto& diagnostic : told)
                if (diagnostic.severity == severity &&
                    diagnostic.text.starts_with(fmt::format("{} {} ", file.key, profile::inQuotes(file.path))))
                    return &diagnostic;
        return nullptr;
    }

    [[nodiscard]] std::optional<Check> checkFile(const std::string& name, const std::string& subject,
                                                 const profile::Target& target, const profile::TargetFile& file) const {
        const auto path = machine_.at(file.path);
        const auto redeploy = fmt::format("\"scepctl redeploy {}\" installs it again", name);
        const Look look(path);
        if (look.isHidden()) return notLookedAt(subject, needsRoot);
        if (look.exists()) return machine_.isThisOne() ? differs(subject, path, target, file, redeploy) : std::nullopt;
        const auto folder = path.parent_path();
        if (Look(folder).isMissing() && !profile::isMadeWhenMissing(fs::path(file.path).parent_path()))
            return failure(subject,
                           fmt::format("the folder {} does not exist", fs::path(file.path).parent_path().string()),
                           fmt::format("mkdir {}, or install the consumer that it belongs to; then {}", folder.string(),
                                       redeploy));
        const auto there = installed_(name);
        if (there && !*there) return fine(subject, "nothing is installed yet");
        const auto cause = fmt::format("{} does not exist", file.path);
        return there ? failure(subject, cause, redeploy) : warning(subject, cause, redeploy);
    }

    const Machine& machine_;
    const Installed& installed_;
};

// ---- consumers ----

/// The unit that reads a target; empty where nobody knows one.
std::string unitOf(const profile::Target& target) {
    if (target.unit) return *target.unit;
    if (target.preset == profile::Preset::networkmanager) return "NetworkManager.service";
    return target.preset == profile::Preset::xrdp ? "xrdp.service" : "";
}

Check checkConsumer(const std::string& unit, const std::string& state) {
    if (state == "active" || state == "reloading" || state == "activating") return fine(unit, state);
    if (state == "not-found")
        return warning(unit, "is not installed, and a profile installs a certificate for it",
                       "install the program, or name another preset or unit in the profile");
    if (state == "failed")
        return failure(unit, "has failed",
                       fmt::format("\"systemctl status {0}\" tells why; systemctl restart {0}", unit));
    return warning(unit, fmt::format("does not run ({})", state), fmt::format("systemctl start {}", unit));
}

template <typename Visit>
void eachCertificate(const profile::Configuration& configuration, Visit visit) {
    for (const auto& profile : configuration.profiles)
        if (profile.appliesTo(configuration.settings.groups))
            for (const auto& certificate : profile.certificates)
                visit(profile, certificate);
}

} // namespace

Checks checkProfiles(const Machine& machine, const profile::Configuration& configuration) {
    const auto told = withoutOthers(configuration.diagnostics, machine, configuration);
    std::set<std::string> done;
    Checks checks;
    for (const auto& profile : configuration.profiles) {
        checks.push_back(
            checkFile(profile.file, of(told, profile.file),
                      whenFine(profile.appliesTo(configuration.settings.groups), profile.certificates.size())));
        done.insert(profile.file);
    }
    if (configuration.profiles.empty() && configuration.failedFiles.empty()) checks.push_back(noProfile());
    for (const auto& diagnostic : told)
        if (done.insert(diagnostic.file).second)
            checks.push_back(checkFile(diagnostic.file, of(told, diagnostic.file), ""));
    return checks;
}

Checks checkProfiles(const std::vector<record::Rule>& rules, const std::vector<Diagnostic>& diagnostics) {
    std::set<std::string> done;
    Checks checks;
    for (const auto& rule : rules) {
        checks.push_back(
            checkFile(rule.file, of(diagnostics, rule.file), whenFine(rule.applies, rule.certificates.size())));
        done.insert(rule.file);
    }
    for (const auto& diagnostic : diagnostics)
        if (done.insert(diagnostic.file).second)
            checks.push_back(checkFile(diagnostic.file, of(diagnostics, diagnostic.file), ""));
    if (checks.empty()) checks.push_back(noProfile());
    return checks;
}

Checks checkTargets(const Machine& machine, const profile::Configuration& configuration, const Installed& installed) {
    Checks checks;
    const Targets targets(machine, installed);
    eachCertificate(configuration, [&](const auto& profile, const auto& certificate) {
        const auto told = profile::checkTargets(profile, machine.root);
        for (const auto& target : certificate.targets)
            checks.push_back(targets.check(certificate, target, told));
    });
    return checks;
}

Checks checkConsumers(const profile::Configuration& configuration, const StateOf& stateOf) {
    std::set<std::string> units;
    eachCertificate(configuration, [&](const auto&, const auto& certificate) {
        for (const auto& target : certificate.targets)
            units.insert(unitOf(profile::resolveTarget(target, certificate)));
    });
    units.erase("");
    Checks checks;
    for (const auto& unit : units)
        checks.push_back(checkConsumer(unit, stateOf(unit)));
    return checks;
}

} // namespace scepd::ctl
