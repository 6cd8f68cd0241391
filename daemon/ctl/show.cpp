#include "ctl/verbs.hpp"

#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {
namespace {

void addHeld(Fields& fields, const Certificate& certificate, Time at) {
    fields.add("Subject", certificate.subject);
    fields.add("Names", fmt::format("{}", fmt::join(certificate.subjectAlternativeNames, ", ")));
    fields.add("Issuer", certificate.issuer);
    fields.add("Serial number", certificate.serialNumber);
    fields.add("Fingerprint", certificate.fingerprint.empty() ? "" : "sha256:" + certificate.fingerprint);
    fields.add("Key", certificate.keyType);
    fields.add("Valid from", moment(certificate.notBefore, at));
    fields.add("Valid until", moment(certificate.notAfter, at));
    const auto deployed = certificate.deployedGeneration;
    if (certificate.generation > 0)
        fields.add("Generation", deployed == 0 || deployed == certificate.generation
                                     ? std::to_string(certificate.generation)
                                     : fmt::format("{}; on the targets is {}", certificate.generation, deployed));
}

void addTargets(Fields& fields, const Certificate& certificate) {
    for (const auto& target : certificate.targets) {
        const bool first = &target == &certificate.targets.front();
        const bool well = target.state == "deployed";
        fields.add(
            first ? "Targets" : "",
            fmt::format("{}: {}{}{}", target.target, target.state, target.detail.empty() ? "" : ", ", target.detail),
            well ? Colour::green : Colour::yellow);
    }
}

Fields fieldsOf(const Certificate& certificate, Time at) {
    Fields fields;
    fields.add("Name", certificate.name);
    fields.add("Profile", certificate.profile);
    fields.add("Usage", certificate.usage);
    fields.add("State", certificate.state, colourOf(certificate.state));
    fields.add("Reason", certificate.reason);
    fields.add("Remedy", certificate.remedy, Colour::yellow);
    addHeld(fields, certificate, at);
    fields.add("Next", nextStep(certificate.nextAction, certificate.nextActionTime, at, true));
    fields.add("Next, why", certificate.nextActionReason);
    fields.add("Running", certificate.attemptPhase);
    fields.add("Attempts", std::to_string(certificate.attempts));
    fields.add("Last attempt", moment(certificate.lastAttemptTime, at));
    const auto code = certificate.lastErrorCode.empty() ? std::string() : certificate.lastErrorCode + ": ";
    fields.add("Last error", certificate.lastError.empty() ? "" : code + certificate.lastError, Colour::red);
    addTargets(fields, certificate);
    return fields;
}

} // namespace

Exit show(const Console& console, const std::string& name) {
    const auto certificate = Daemon(console.interactive).certificate(name);
    if (console.json)
        console.out << document(json(certificate));
    else
        fieldsOf(certificate, now()).print(console);
    return Exit::done;
}

} // namespace scepd::ctl
