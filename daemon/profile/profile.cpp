#include "profile/profile.hpp"

#include "profile/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace scepd::profile {

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

namespace {

struct TrustText {
    std::string operator()(const FingerprintPin& pin) const {
        return fmt::format("{}:{:02x}", wordFor(digestWords, pin.digest), fmt::join(pin.value, ""));
    }
    std::string operator()(const CertificatePin& pin) const { return fmt::format("file {}", pin.file); }
    std::string operator()(const FirstUse&) const { return "first-use"; }
};

} // namespace

std::string describe(const Trust& trust) {
    return std::visit(TrustText{}, trust);
}

bool Profile::appliesTo(const std::vector<std::string>& endpointGroups) const {
    return groups.empty() || std::ranges::any_of(groups, [&](const std::string& group) {
               return std::ranges::find(endpointGroups, group) != endpointGroups.end();
           });
}

} // namespace scepd::profile
