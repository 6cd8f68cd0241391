#include "scepd/overview.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace scepd {
namespace {

record::Rule ruleOf(const profile::Profile& profile, const profile::Settings& settings) {
    record::Rule rule{
        .file = profile.file,
        .applies = profile.appliesTo(settings.groups),
        .groups = profile.groups,
        .description = profile.description,
        .urls = profile.scep.urls,
        .trust = profile::describe(profile.scep.trust),
        .certificates = {},
    };
    for (const auto& certificate : profile.certificates)
        rule.certificates.push_back(certificate.name);
    return rule;
}

record::Finding findingOf(const profile::Diagnostic& diagnostic) {
    const bool isError = diagnostic.severity == profile::Diagnostic::Severity::error;
    return {diagnostic.file, diagnostic.line, diagnostic.column, isError ? "error" : "warning", diagnostic.text};
}

/// A certificate of a profile that has a mistake must not look as if nobody wanted it.
std::string whyNobodyAsks(const profile::Configuration& configuration) {
    const bool mistakes = std::ranges::any_of(configuration.diagnostics, [](const auto& diagnostic) {
        return diagnostic.severity == profile::Diagnostic::Severity::error;
    });
    return mistakes ? "no profile that loads asks for it, and some have errors" : "its profile was removed";
}

} // namespace

record::Overview overviewOf(const profile::Configuration& configuration, const record::Surroundings& surroundings,
                            std::vector<std::string> queue) {
    record::Overview overview;
    overview.surroundings = surroundings;
    overview.groups = configuration.settings.groups;
    overview.queue = std::move(queue);
    for (const auto& diagnostic : configuration.diagnostics)
        overview.findings.push_back(findingOf(diagnostic));
    for (const auto& profile : configuration.profiles)
        overview.rules.push_back(ruleOf(profile, configuration.settings));
    return overview;
}

std::vector<record::Status> otherEndpoints(const profile::Configuration& configuration, std::set<std::string> shown) {
    std::vector<record::Status> result;
    for (const auto& profile : configuration.profiles)
        for (const auto& certificate : profile.certificates)
            if (!profile.appliesTo(configuration.settings.groups) && shown.insert(certificate.name).second)
                result.push_back(notApplicable(profile, certificate));
    return result;
}

std::vector<record::Status> removedCertificates(const profile::Configuration& configuration,
                                                const std::vector<std::string>& kept,
                                                const std::set<std::string>& shown) {
    std::vector<record::Status> result;
    for (const auto& name : kept) {
        if (shown.contains(name)) continue;
        record::Status status;
        status.name = name;
        status.state = record::State::notApplicable;
        status.reason = whyNobodyAsks(configuration);
        result.push_back(std::move(status));
    }
    return result;
}

std::vector<record::KnownAuthority> knownAuthorities(const std::map<std::string, Entry>& entries) {
    std::vector<record::KnownAuthority> known;
    for (const auto& [name, entry] : entries)
        for (const auto& authority : entry.authorities) {
            const auto same = [&](const auto& other) {
                return other.profile == entry.profile->file && other.authority == authority;
            };
            if (std::ranges::none_of(known, same)) known.push_back({entry.profile->file, authority, {}});
            std::ranges::find_if(known, same)->certificates.push_back(name);
        }
    std::ranges::sort(known, {}, [](const auto& one) {
        const auto& [profile, authority, certificates] = one;
        return std::tuple(profile, authority.role, authority.subject, authority.fingerprint);
    });
    return known;
}

} // namespace scepd
