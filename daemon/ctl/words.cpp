#include "ctl/words.hpp"

#include "ctl/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {
namespace {

constexpr std::array<std::pair<std::string_view, Colour>, 10> states{{
    {"valid", Colour::green},
    {"renewing", Colour::green},
    {"enrolling", Colour::cyan},
    {"pending", Colour::cyan},
    {"waiting", Colour::yellow},
    {"degraded", Colour::yellow},
    {"failed", Colour::red},
    {"expired", Colour::red},
    {"not-requested", Colour::grey},
    {"not-applicable", Colour::grey},
}};

constexpr auto isError = [](const profile::Diagnostic& diagnostic) {
    return diagnostic.severity == profile::Diagnostic::Severity::error;
};

} // namespace

Colour colourOf(std::string_view state) {
    const auto* const known = std::ranges::find(states, state, &std::pair<std::string_view, Colour>::first);
    return known == states.end() ? Colour::none : known->second;
}

Exit severityOf(const std::string& state) {
    if (state == "failed" || state == "expired") return Exit::critical;
    if (state == "valid" || state == "renewing" || state == "not-requested") return Exit::ok;
    return state == "degraded" || state == "pending" || state == "waiting" || state == "enrolling" ? Exit::warning
                                                                                                   : Exit::unknown;
}

std::string nextStep(std::string_view action, Time at, Time now, bool full) {
    if (action.empty() || action == "nothing") return {};
    if (at == never) return std::string(action);
    if (at <= now) return fmt::format("{} now", action);
    const auto text = fmt::format("{} {}", action, relative(at, now));
    return full ? fmt::format("{} ({})", text, absolute(at, now)) : text;
}

std::string summary(const std::vector<Listed>& certificates) {
    std::map<std::string, std::size_t> counts;
    for (const auto& certificate : certificates)
        ++counts[certificate.state];
    std::string text;
    const auto mention = [&](const std::string& state) {
        if (const auto count = counts.extract(state))
            text += fmt::format("{}{} {}", text.empty() ? ": " : ", ", count.mapped(), state);
    };
    for (const auto& state : states)
        mention(std::string(state.first));
    while (!counts.empty())
        mention(counts.begin()->first);
    return counted(certificates.size(), "certificate") + text;
}

std::string joined(const std::vector<std::string>& texts) {
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string Tally::text() const {
    return fmt::format("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
}

Tally tally(const std::vector<profile::Diagnostic>& diagnostics) {
    const auto errors = static_cast<std::size_t>(std::ranges::count_if(diagnostics, isError));
    return {errors, diagnostics.size() - errors};
}

void print(const Console& console, const std::vector<profile::Diagnostic>& diagnostics) {
    for (const auto& diagnostic : diagnostics) {
        const auto text = printable(format(diagnostic));
        console.out << paint(console, isError(diagnostic) ? Colour::red : Colour::yellow, text) << '\n';
    }
}

Json json(Time time) {
    return time == never ? std::string() : rfc3339(time);
}

Json::Object json(const Listed& listed) {
    return {{"name", listed.name},
            {"usage", listed.usage},
            {"state", listed.state},
            {"reason", listed.reason},
            {"notAfter", json(listed.notAfter)},
            {"nextAction", listed.nextAction},
            {"nextActionTime", json(listed.nextActionTime)}};
}

Json::Object json(const Certificate& certificate) {
    Json::Array targets;
    for (const auto& target : certificate.targets)
        targets.emplace_back(
            Json::Object{{"target", target.target}, {"state", target.state}, {"detail", target.detail}});
    return {{"name", certificate.name},
            {"profile", certificate.profile},
            {"usage", certificate.usage},
            {"state", certificate.state},
            {"reason", certificate.reason},
            {"remedy", certificate.remedy},
            {"subject", certificate.subject},
            {"issuer", certificate.issuer},
            {"serialNumber", certificate.serialNumber},
            {"fingerprint", certificate.fingerprint},
            {"subjectAlternativeNames", strings(certificate.subjectAlternativeNames)},
            {"notBefore", json(certificate.notBefore)},
            {"notAfter", json(certificate.notAfter)},
            {"keyType", certificate.keyType},
            {"generation", certificate.generation},
            {"nextAction", certificate.nextAction},
            {"nextActionTime", json(certificate.nextActionTime)},
            {"nextActionReason", certificate.nextActionReason},
            {"lastAttemptTime", json(certificate.lastAttemptTime)},
            {"lastErrorCode", certificate.lastErrorCode},
            {"lastError", certificate.lastError},
            {"attempts", certificate.attempts},
            {"attemptPhase", certificate.attemptPhase},
            {"deployedGeneration", certificate.deployedGeneration},
            {"targets", std::move(targets)}};
}

Json json(const std::vector<profile::Diagnostic>& diagnostics) {
    Json::Array result;
    for (const auto& diagnostic : diagnostics)
        result.emplace_back(Json::Object{{"file", diagnostic.file},
                                         {"line", diagnostic.line},
                                         {"column", diagnostic.column},
                                         {"severity", isError(diagnostic) ? "error" : "warning"},
                                         {"text", diagnostic.text}});
    return result;
}

} // namespace scepd::ctl
