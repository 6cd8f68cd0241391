#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "ctl/enroll_program.hpp"
#include "ctl/failure.hpp"
#include "ctl/render.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "profile/load.hpp"
#include "profile/preset.hpp"

#include <optional>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {
namespace {

/// What scepd-enroll tells: of the request, and of how it would be sent.
struct Enrollment {
    Fields request, exchange;
    Json::Array requestJson, exchangeJson;
    std::string complaints; ///< What it said beside, when it could not tell.

    void take(const std::string& line) {
        const auto first = line.find('\t');
        const auto second = first == std::string::npos ? first : line.find('\t', first + 1);
        if (second == std::string::npos) {
            complaints += line + '\n';
            return;
        }
        const bool isRequest = line.substr(0, first) == "request";
        const auto name = line.substr(first + 1, second - first - 1);
        const auto value = line.substr(second + 1);
        (isRequest ? request : exchange).add(name, value);
        (isRequest ? requestJson : exchangeJson).emplace_back(Json::Object{{"name", name}, {"value", value}});
    }
};

std::string actionText(const profile::Target& resolved) {
    const auto unit = resolved.unit.value_or("");
    switch (profile::actionOf(resolved)) {
    case profile::Action::none:
        return "";
    case profile::Action::reload:
        return "reload " + unit;
    case profile::Action::tryRestart:
        return "restart " + unit + " if it runs";
    case profile::Action::hangUp:
        return "send SIGHUP to " + unit;
    case profile::Action::activate:
        return "activate " + resolved.connection.value_or("") + " again, where it is active";
    case profile::Action::command:
        return "run " + std::string(profile::facts(resolved.preset).command);
    case profile::Action::reauthenticate:
        return "authenticate again on " + resolved.interface.value_or("");
    }
    return "";
}

/// A target with every default filled in.
struct Installed {
    profile::Target target;

    [[nodiscard]] std::string owner() const {
        return target.owner.value_or("root") + ":" + target.group.value_or("root");
    }
    [[nodiscard]] std::string mode(const profile::TargetFile& file) const {
        return fmt::format("{:04o}", file.holdsPrivateKey ? target.keyMode.value_or(0600) : target.mode.value_or(0600));
    }
    [[nodiscard]] std::string check() const {
        return target.check ? fmt::format("{}", fmt::join(*target.check, " ")) : std::string();
    }
    [[nodiscard]] std::string served() const {
        return target.served ? *target.served + " must present it, or the one before is put back" : std::string();
    }

    void print(const Console& console) const {
        Table files({"FILE", "WHAT", "OWNER", "MODE"});
        for (const auto& file : profile::filesOf(target))
            files.add({{file.path, "", Colour::none},
                       {std::string(file.key), "", Colour::none},
                       {owner(), "", Colour::none},
                       {mode(file), "", Colour::none}});
        files.print(console);
        Fields then;
        then.add("check", check());
        then.add("then", actionText(target));
        then.add("then", served());
        then.print(console, "  ");
    }

    [[nodiscard]] Json json() const {
        Json::Array files;
        for (const auto& file : profile::filesOf(target))
            files.emplace_back(Json::Object{
                {"file", file.path}, {"what", std::string(file.key)}, {"owner", owner()}, {"mode", mode(file)}});
        return Json::Object{{"preset", std::string(profile::name(target.preset))},
                            {"files", std::move(files)},
                            {"check", check()},
                            {"action", actionText(target)},
                            {"served", target.served.value_or("")}};
    }
};

std::vector<Installed> targetsOf(const profile::Certificate& certificate) {
    std::vector<Installed> targets;
    for (const auto& target : certificate.targets)
        targets.push_back({profile::resolveTarget(target, certificate)});
    return targets;
}

void print(const Console& console, const profile::Certificate& certificate, const Enrollment& enrollment) {
    console.out << "The request (PKCS#10, here with a key that is thrown away):\n";
    enrollment.request.print(console, "  ");
    console.out << "\nHow it is sent:\n";
    enrollment.exchange.print(console, "  ");
    console.out << "\nWhat is installed:\n";
    const auto targets = targetsOf(certificate);
    for (const auto& target : targets) {
        console.out << (&target == &targets.front() ? "" : "\n");
        target.print(console);
    }
    if (targets.empty()) console.out << "  nothing: it stays in the store\n";
    for (const auto& hook : certificate.hooks)
        console.out << (&hook == &certificate.hooks.front() ? "\nHooks: " : ", ") << hook;
    console.out << (certificate.hooks.empty() ? "" : "\n") << "\nNothing was sent and nothing was written.\n";
}

} // namespace

Exit plan(const Console& console, const std::string& name, const std::filesystem::path& root,
          const std::filesystem::path& enrollProgram) {
    const auto configuration = profile::load(root);
    std::optional<profile::Certificate> certificate;
    try {
        certificate = profile::select(configuration, name).certificate;
    } catch (const Error& error) {
        const auto failure = notHere(configuration, name, error.what());
        report(console, failure);
        return failure.code;
    }
    Enrollment enrollment;
    const int code = runEnroll(enrollProgram, {"--root=" + root.string(), "--plan=" + name},
                               [&](const std::string& line) { enrollment.take(line); });
    console.err << printableLines(enrollment.complaints);
    if (code != 0) return Exit::failed;
    if (!console.json) {
        print(console, *certificate, enrollment);
        return Exit::done;
    }
    Json::Array targets;
    for (const auto& target : targetsOf(*certificate))
        targets.emplace_back(target.json());
    console.out << document({{"name", name},
                             {"request", std::move(enrollment.requestJson)},
                             {"exchange", std::move(enrollment.exchangeJson)},
                             {"targets", std::move(targets)},
                             {"hooks", strings(certificate->hooks)}});
    return Exit::done;
}

} // namespace scepd::ctl
