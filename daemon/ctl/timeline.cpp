#include "ctl/verbs.hpp"

#include "ctl/chart.hpp"
#include "ctl/output.hpp"
#include "ctl/picture.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

using record::KnownAuthority;

/// One certificate with the turn that it has in the queue.
struct Planned {
    Certificate certificate;
    record::Explanation explanation;
};

std::vector<Planned> plannedOf(Daemon& daemon) {
    std::vector<Planned> all;
    for (const auto& listed : daemon.list())
        if (listed.state != "not-applicable")
            all.push_back({daemon.certificate(listed.name), daemon.explain(listed.name)});
    return all;
}

/// Profiles may share a CA: each once.
std::vector<KnownAuthority> distinct(const std::vector<KnownAuthority>& all) {
    std::vector<KnownAuthority> result;
    for (const auto& known : all)
        if (std::ranges::none_of(result, [&](const auto& other) { return other.authority == known.authority; }))
            result.push_back(known);
    return result;
}

/// The CN of a subject in RFC 4514's escaping, for a label; the subject when it has none.
std::string commonName(const std::string& subject) {
    auto begin = subject.starts_with("CN=") ? 0 : subject.find(",CN=");
    if (begin == std::string::npos) return subject;
    begin = subject.find('=', begin) + 1;
    std::string name;
    for (auto i = begin; i < subject.size() && subject[i] != ',' && subject[i] != '+'; ++i) {
        if (subject[i] == '\\' && i + 1 < subject.size()) ++i;
        name += subject[i];
    }
    return name;
}

Time renewalBegins(const Planned& planned) {
    return planned.certificate.nextAction == "renew" ? planned.explanation.due : never;
}

Span spanOf(const Planned& planned) {
    const auto& certificate = planned.certificate;
    return {.label = certificate.name,
            .notBefore = certificate.notBefore,
            .notAfter = certificate.notAfter,
            .renewalBegins = renewalBegins(planned),
            .action = certificate.nextAction,
            .actionTime = std::max(planned.explanation.expected, certificate.nextActionTime),
            .failedAttempt = certificate.lastErrorCode.empty() ? never : certificate.lastAttemptTime};
}

Span spanOf(const KnownAuthority& known) {
    const auto& authority = known.authority;
    return {.label = fmt::format("{} {}", authority.role, commonName(authority.subject)),
            .authority = true,
            .notBefore = authority.notBefore,
            .notAfter = authority.notAfter};
}

Json::Object json(const Planned& planned) {
    const auto& certificate = planned.certificate;
    return {{"name", certificate.name},
            {"state", certificate.state},
            {"notBefore", ctl::json(certificate.notBefore)},
            {"notAfter", ctl::json(certificate.notAfter)},
            {"renewalBegins", ctl::json(renewalBegins(planned))},
            {"nextAction", certificate.nextAction},
            {"nextActionTime", ctl::json(certificate.nextActionTime)},
            {"expected", ctl::json(planned.explanation.expected)},
            {"lastAttemptTime", ctl::json(certificate.lastAttemptTime)},
            {"lastErrorCode", certificate.lastErrorCode}};
}

Json::Object json(const KnownAuthority& known) {
    return {{"role", known.authority.role},
            {"subject", known.authority.subject},
            {"fingerprint", known.authority.fingerprint},
            {"notBefore", ctl::json(known.authority.notBefore)},
            {"notAfter", ctl::json(known.authority.notAfter)}};
}

Json::Object json(const Coming& event) {
    return {{"time", ctl::json(event.time)}, {"name", event.label}, {"event", event.event}};
}

template <typename Value>
Json::Array array(const std::vector<Value>& values) {
    Json::Array result;
    for (const auto& value : values)
        result.emplace_back(json(value));
    return result;
}

std::string hostName() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "this machine";
}

} // namespace

Exit timeline(const Console& console, const std::string& svgFile) {
    Daemon daemon(console.interactive);
    const auto certificates = plannedOf(daemon);
    const auto authorities = distinct(daemon.authorities());
    std::vector<Span> spans;
    for (const auto& planned : certificates)
        spans.push_back(spanOf(planned));
    for (const auto& known : authorities)
        spans.push_back(spanOf(known));

    const auto at = now();
    if (!svgFile.empty()) {
        writeOutput(console, svgFile, picture("Certificates of " + hostName(), spans, at), 0644);
        if (svgFile == "-") return Exit::done;
    }
    if (console.json)
        console.out << document({{"now", ctl::json(at)},
                                 {"certificates", array(certificates)},
                                 {"authorities", array(authorities)},
                                 {"events", array(coming(spans, at))}});
    else if (!svgFile.empty())
        console.out << fmt::format("The picture is in {}.\n", printable(svgFile));
    else
        draw(console, spans, at);
    return Exit::done;
}

} // namespace scepd::ctl
