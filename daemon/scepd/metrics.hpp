#pragma once

#include "base/clock.hpp"
#include "record/authority.hpp"
#include "record/history.hpp"
#include "record/status.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scepd {

/// What the metrics tell of one certificate.
struct CertificateMetrics {
    record::Status status;
    Time lastSuccess;
    std::map<record::Outcome, std::uint64_t> attempts{}; ///< Since the daemon runs, by how they ended.
};

/// What the metrics tell of the daemon.
struct Metrics {
    Time now; ///< As the daemon judges it: what has expired by then is told as expired.
    bool clockSynchronized = false;
    std::vector<CertificateMetrics> certificates;
    std::vector<record::KnownAuthority> authorities;
};

/// The metrics in Prometheus's text format, for node_exporter's textfile collector: always valid UTF-8, with HELP and
/// TYPE of every series. The x509_ ones have the names and labels that x509-certificate-exporter gives them. What is
/// not known (no certificate held, no success yet, no renewal planned) is left out.
std::string metricsText(const Metrics& metrics, std::string_view version);

} // namespace scepd
