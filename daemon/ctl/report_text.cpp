#include "ctl/report_text.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "bus/journal.hpp"
#include "bus/systemd.hpp"
#include "ctl/failure.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"
#include "profile/preset.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ostream>
#include <sstream>

#include <fmt/format.h>
#include <sys/utsname.h>

namespace scepd::ctl {
namespace {

using Result = Check::Result;

constexpr std::size_t journalLines = 100;
constexpr std::size_t markWidth = 9;

// ---- checks ----

struct Mark {
    std::string_view word;
    Colour colour;
};

Mark markOf(Result result) {
    constexpr std::array marks{Mark{"ok", Colour::green}, Mark{"-", Colour::grey}, Mark{"warning", Colour::yellow},
                               Mark{"FAILED", Colour::red}};
    return marks.at(static_cast<std::size_t>(result));
}

void printIndented(const Console& console, const std::string& text) {
    const auto width = console.width > markWidth + 40 ? console.width - static_cast<unsigned>(markWidth) - 2 : 0;
    for (const auto& line : wrapped(printable(text), width))
        console.out << std::string(markWidth + 2, ' ') << line << '\n';
}

void print(const Console& console, const Check& check) {
    const auto [word, colour] = markOf(check.result);
    const bool trouble = check.result == Result::warning || check.result == Result::failed;
    const auto* const before = check.result == Result::skipped ? ": not looked at: " : ": ";
    console.out << "  " << paint(console, colour, std::string(word)) << std::string(markWidth - word.size(), ' ')
                << printable(check.subject);
    if (!trouble && !check.detail.empty()) console.out << printable(before + check.detail);
    console.out << '\n';
    if (!trouble) return;
    printIndented(console, check.detail);
    if (!check.remedy.empty()) printIndented(console, "Remedy: " + check.remedy);
}

std::string summaryOf(const Checks& checks) {
    const auto count = [&](Result result) {
        return static_cast<std::size_t>(std::ranges::count(checks, result, &Check::result));
    };
    const auto skipped = count(Result::skipped);
    auto text = fmt::format("{}: {}, {}", counted(checks.size() - skipped, "check"),
                            counted(count(Result::warning), "warning"), counted(count(Result::failed), "failure"));
    if (skipped > 0) text += fmt::format("; {} not looked at", skipped);
    return text + ".";
}

// ---- the machine ----

std::string distribution(const Machine& machine) {
    std::istringstream lines(file::readIfExists(machine.root / "etc/os-release").value_or(""));
    constexpr std::string_view key = "PRETTY_NAME=";
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(key)) continue;
        std::erase(line, '"');
        return line.substr(key.size());
    }
    return "unknown";
}

std::string kernel() {
    struct utsname names {};
    return ::uname(&names) == 0 ? fmt::format("{} {} {}", names.sysname, names.release, names.machine) : "unknown";
}

std::string daemonVersion(const Told& told) {
    try {
        return told.asksBus ? Daemon(false).version() : "not asked";
    } catch (const sdbus::Error& error) {
        return explain(error).sentence;
    }
}

void printVersions(const Console& console, const Told& told) {
    Fields fields;
    fields.add("Written", rfc3339(now()));
    fields.add("scepctl", told.version);
    fields.add("scepd", daemonVersion(told));
    fields.add("Distribution", distribution(told.machine));
    fields.add("Kernel", kernel());
    fields.add("systemd", told.systemd != nullptr ? told.systemd->version() : "not there");
    fields.add("Root", told.machine.root.string());
    fields.print(console);
}

// ---- configuration ----

/// Which kind, and where from: never the secret.
std::string describe(const profile::Challenge& challenge) {
    struct Words {
        std::string operator()(const profile::NoChallenge&) const { return "none"; }
        std::string operator()(const profile::StaticChallenge& source) const {
            if (source.file) return "static, from the file " + *source.file;
            return source.credential ? "static, from the credential " + *source.credential
                                     : "static, *** in the profile";
        }
        std::string operator()(const profile::DynamicChallenge& source) const {
            return fmt::format("dynamic, from {} as {}, password from {}", source.url, source.username,
                               source.passwordFile ? *source.passwordFile
                                                   : "the credential " + source.passwordCredential.value_or(""));
        }
        std::string operator()(const profile::CommandChallenge& source) const {
            return fmt::format("from the program {}", source.argv.empty() ? "" : source.argv.front());
        }
    };
    return std::visit(Words(), challenge.source) + (challenge.once ? ", used once" : "");
}

std::string describe(const profile::Subject& subject) {
    std::vector<std::string> parts;
    for (const auto& rdn : subject)
        for (const auto& attribute : rdn)
            parts.push_back(attribute.type + "=" + attribute.value);
    return joined(parts);
}

std::string describe(const profile::KeySpec& key) {
    return key.type == profile::KeyType::rsa ? fmt::format("RSA {}", key.bits) : "EC " + key.curve;
}

void print(const Console& console, const profile::Certificate& certificate) {
    Fields fields;
    fields.add("Certificate", fmt::format("{} ({})", certificate.name, profile::name(certificate.usage)));
    fields.add("  Subject", describe(certificate.subject));
    fields.add("  Key", describe(certificate.key));
    fields.add("  Hooks", joined(certificate.hooks));
    for (const auto& target : certificate.targets) {
        const auto resolved = profile::resolveTarget(target, certificate);
        std::vector<std::string> files;
        for (const auto& file : profile::filesOf(resolved))
            files.push_back(file.path);
        fields.add("  Target", fmt::format("{}: {}", profile::name(target.preset), joined(files)));
    }
    fields.print(console, "  ");
}

void print(const Console& console, const profile::Profile& profile) {
    Fields fields;
    fields.add("Profile", profile.file);
    fields.add("  Description", profile.description);
    fields.add("  Groups", profile.groups.empty() ? "all" : joined(profile.groups));
    fields.add("  Request", profile.manual ? "manual" : "automatic");
    fields.add("  CA", joined(profile.scep.urls));
    fields.add("  CA identifier", profile.scep.caIdentifier.value_or(""));
    fields.add("  Trust", profile::describe(profile.scep.trust));
    fields.add("  Proxy", profile.scep.proxy.value_or(""));
    fields.add("  Challenge", describe(profile.scep.challenge));
    fields.print(console);
    for (const auto& certificate : profile.certificates)
        print(console, certificate);
}

/// A variable of the endpoint may hold what is no business of a ticket's readers.
bool soundsSecret(std::string name) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::array words{"secret", "password", "passwd", "token", "challenge", "key", "pin"};
    return std::ranges::any_of(words, [&](const char* word) { return name.find(word) != std::string::npos; });
}

void print(const Console& console, const profile::Settings& settings) {
    Fields fields;
    fields.add("groups", settings.groups.empty() ? "none" : joined(settings.groups));
    for (const auto& [name, value] : settings.variables)
        fields.add("endpoint." + name, soundsSecret(name) ? "***" : value);
    fields.add("renewal-spacing", humanDuration(settings.renewalSpacing));
    fields.add("renewal-spread", fmt::format("{}", settings.renewalSpread));
    fields.add("parallel-enrollments", std::to_string(settings.parallelEnrollments));
    fields.add("boot-spread", humanDuration(settings.bootSpread));
    fields.add("wait-for-sync", humanDuration(settings.waitForSync));
    fields.add("metrics-textfile", settings.metricsTextfile.value_or(""));
    fields.print(console);
}

void printProfiles(const Console& console, const Told& told) {
    if (told.configuration == nullptr) {
        if (told.asksBus) guarded(console, [&] { return profiles(console, ""); });
        return;
    }
    for (const auto& profile : told.configuration->profiles)
        print(console, profile);
    for (const auto& diagnostic : told.configuration->diagnostics)
        console.out << format(diagnostic) << '\n';
}

// ---- journal ----

void printJournal(const Console& console) {
    const auto lines = bus::journalOfUnits(journalLines);
    for (const auto& line : lines)
        console.out << rfc3339(line.time) << (line.warning ? " ! " : "   ") << line.text << '\n';
    if (lines.empty()) console.out << "Nothing: there are no lines, or they need root or the group systemd-journal.\n";
}

/// A section that cannot be told says why, and the others go on.
template <typename Body>
void section(const Console& console, const char* heading, Body body) {
    console.out << "\n== " << heading << '\n';
    guarded(console, [&] {
        body();
        return Exit::done;
    });
}

std::vector<std::string_view> secretsOf(const Told& told) {
    std::vector<std::string_view> secrets;
    if (told.configuration == nullptr) return secrets;
    for (const auto& profile : told.configuration->profiles)
        if (const auto* const challenge = std::get_if<profile::StaticChallenge>(&profile.scep.challenge.source))
            if (challenge->value) secrets.push_back(challenge->value->reveal());
    return secrets;
}

} // namespace

void print(const Console& console, const Checks& checks) {
    std::string area;
    for (const auto& check : checks) {
        if (check.area != area && console.legend) console.out << check.area << '\n';
        area = check.area;
        print(console, check);
    }
    if (console.legend) console.out << '\n' << summaryOf(checks) << '\n';
}

std::string reportText(const Checks& checks, const Told& told) {
    std::ostringstream text;
    const Console console{.out = text, .err = text};
    text << "Report of scepctl doctor. Challenges and passwords are masked; look through it before you send it.\n";
    section(console, "Versions", [&] { printVersions(console, told); });
    section(console, "Checks", [&] { print(console, checks); });
    section(console, "Certificates", [&] {
        if (told.asksBus) status(console, "");
    });
    section(console, "Profiles as loaded", [&] { printProfiles(console, told); });
    section(console, "Settings (scepd.toml)", [&] {
        if (told.configuration != nullptr)
            print(console, told.configuration->settings);
        else
            text << "Not looked at: " << needsRoot << ".\n";
    });
    section(console, "Journal of scepd's units", [&] {
        if (told.machine.isThisOne()) printJournal(console);
    });
    return masked(text.str(), secretsOf(told));
}

} // namespace scepd::ctl
