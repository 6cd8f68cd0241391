#include "profile/profile.hpp"

#include "profile/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace scepd::profile {
namespace {

struct TrustText {
    std::string operator()(const FingerprintPin& pin) const {
        return fmt::format("{}:{:02x}", wordFor(digestWords, pin.digest), fmt::join(pin.value, ""));
    }
    std::string operator()(const CertificatePin& pin) const { return fmt::format("file {}", pin.file); }
    std::string operator()(const FirstUse&) const { return "first-use"; }
};

} // namespace

std::string format(const Diagnostic& diagnostic) {
    const bool isError = diagnostic.severity == Diagnostic::Severity::error;
    const std::string_view severity = isError ? "error" : "warning";
    if (diagnostic.line == 0) return fmt::format("{}: {}: {}", diagnostic.file, severity, diagnostic.text);
    return fmt::format("{}:{}:{}: {}: {}", diagnostic.file, diagnostic.line, diagnostic.column, severity,
                       diagnostic.text);
}

std::string_view name(Usage usage) {
    return wordFor(usageWords, usage);
}

std::string_view name(Preset preset) {
    return wordFor(presetWords, preset);
}

std::string describe(const Trust& trust) {
    return std::visit(TrustText{}, trust);
}

std::string groupsSentence(const Profile& profile) {
    return fmt::format("the profile is for the group{} {}", profile.groups.size() == 1 ? "" : "s",
                       fmt::join(profile.groups, ", "));
}

bool Profile::appliesTo(const std::vector<std::string>& endpointGroups) const {
    return groups.empty() || names(endpointGroups);
}

bool Profile::names(const std::vector<std::string>& some) const {
    return std::ranges::any_of(groups,
                               [&](const std::string& group) { return std::ranges::find(some, group) != some.end(); });
}

} // namespace scepd::profile
