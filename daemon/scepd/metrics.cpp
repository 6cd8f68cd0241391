#include "scepd/metrics.hpp"

#include "scepd/metrics_labels.hpp"

#include <array>
#include <chrono>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace scepd {
namespace {

using record::Outcome;
using record::State;

/// Every state that a certificate of this endpoint can be in, and every end of an attempt.
constexpr std::array states{State::notRequested, State::waiting,  State::enrolling, State::pending, State::valid,
                            State::renewing,     State::degraded, State::failed,    State::expired};
constexpr std::array outcomes{Outcome::issued, Outcome::pending, Outcome::refused, Outcome::waiting, Outcome::failed};

std::int64_t seconds(Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The text as it grows: a family is begun once and followed by all its samples.
class Exposition {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        append("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
    }
    void sample(const Labels& labels, std::int64_t value) { append("{}{} {}\n", name_, labelsText(labels), value); }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    template <typename... Args>
    void append(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    }

    std::string text_;
    std::string_view name_;
};

/// The families about what is held, with the same labels.
void writeHeld(Exposition& out, const Metrics& metrics) {
    const auto samples = [&](auto valueOf) {
        for (const auto& [status, lastSuccess, attempts] : metrics.certificates)
            if (status.held) out.sample(x509Labels(status), valueOf(*status.held));
    };
    out.family("x509_cert_not_before", "gauge", "When the certificate becomes valid, in seconds since the epoch.");
    samples([](const auto& held) { return seconds(held.notBefore); });
    out.family("x509_cert_not_after", "gauge", "When the certificate expires, in seconds since the epoch.");
    samples([](const auto& held) { return seconds(held.notAfter); });
    out.family("x509_cert_expired", "gauge", "1 when the certificate has expired, 0 otherwise.");
    samples([&](const auto& held) { return std::int64_t{held.notAfter <= metrics.now}; });
}

void writeStates(Exposition& out, const Metrics& metrics) {
    out.family("scepd_certificate_state", "gauge", "1 for the state that the certificate is in, 0 for every other.");
    for (const auto& [status, lastSuccess, attempts] : metrics.certificates)
        for (const auto state : states)
            out.sample({{"certificate", status.name}, {"state", std::string(record::name(state))}},
                       std::int64_t{status.state == state});
}

void writeAttempts(Exposition& out, const Metrics& metrics) {
    out.family("scepd_attempts_total", "counter", "Attempts since scepd was started, by how they ended.");
    for (const auto& [status, lastSuccess, attempts] : metrics.certificates)
        for (const auto outcome : outcomes) {
            const auto found = attempts.find(outcome);
            out.sample({{"certificate", status.name}, {"result", std::string(record::name(outcome))}},
                       found != attempts.end() ? static_cast<std::int64_t>(found->second) : 0);
        }
}

/// A sample for each certificate for which there is such a time.
template <typename TimeOf>
void writeTimes(Exposition& out, const Metrics& metrics, TimeOf timeOf) {
    for (const auto& certificate : metrics.certificates)
        if (const Time time = timeOf(certificate); time != never)
            out.sample({{"certificate", certificate.status.name}}, seconds(time));
}

void writeSchedule(Exposition& out, const Metrics& metrics) {
    out.family("scepd_last_success_timestamp_seconds", "gauge",
               "When the certificate was last issued, in seconds since the epoch.");
    writeTimes(out, metrics, [](const auto& certificate) { return certificate.lastSuccess; });
    out.family("scepd_renewal_scheduled_timestamp_seconds", "gauge",
               "When the certificate is to be renewed next, in seconds since the epoch.");
    writeTimes(out, metrics, [](const auto& certificate) {
        const auto& status = certificate.status;
        return status.nextAction == record::Action::renew ? status.nextActionTime : never;
    });
}

void writeAuthorities(Exposition& out, const Metrics& metrics) {
    out.family("scepd_ca_cert_not_after", "gauge",
               "When a certificate of the CA expires, in seconds since the epoch; role is ca, ra or next.");
    for (const auto& [profile, authority, certificates] : metrics.authorities)
        out.sample({{"profile", profile},
                    {"role", authority.role},
                    {"subject", authority.subject},
                    {"fingerprint", authority.fingerprint}},
                   seconds(authority.notAfter));
}

} // namespace

std::string metricsText(const Metrics& metrics, std::string_view version) {
    Exposition out;
    out.family("scepd_build_info", "gauge", "Always 1; the label tells the version of scepd.");
    out.sample({{"version", std::string(version)}}, 1);
    out.family("scepd_clock_synchronized", "gauge", "1 when the clock is known to be synchronised, 0 otherwise.");
    out.sample({}, std::int64_t{metrics.clockSynchronized});
    writeHeld(out, metrics);
    writeStates(out, metrics);
    writeAttempts(out, metrics);
    writeSchedule(out, metrics);
    writeAuthorities(out, metrics);
    return out.take();
}

} // namespace scepd
