#include "scepd/metrics_file.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"

#include <chrono>

namespace scepd {
namespace {

constexpr Duration complaintInterval = std::chrono::hours(1);
constexpr mode_t readableByAll = 0644; // node_exporter has a user of its own

} // namespace

void MetricsFile::update(const Path& path, const std::function<std::string()>& text, Duration uptime) {
    if (path != path_) {
        remove();
        path_ = path;
        complained_.reset();
    }
    if (path_) write(text(), uptime);
}

void MetricsFile::write(const std::string& text, Duration uptime) {
    const auto digest = stableHash(text);
    if (digest == written_) return;
    try {
        file::replace(*path_, text, {.mode = readableByAll});
        written_ = digest;
        complained_.reset();
    } catch (const Error& error) {
        written_.reset();
        complain(error.what(), uptime);
    }
}

void MetricsFile::complain(const std::string& why, Duration uptime) {
    if (complained_ && uptime - *complained_ < complaintInterval) return;
    complained_ = uptime;
    log::warning("the metrics are not written: {}. Remedy: /run/scepd-metrics/scepd.prom is a place where scepd may "
                 "write; for another one metrics.textfile in scepd.toml(5) tells what it needs",
                 why);
}

void MetricsFile::remove() {
    if (!path_) return;
    written_.reset();
    try {
        file::removeIfExists(*path_);
    } catch (const Error& error) {
        log::warning("the metrics that nobody keeps up to date stay: {}", error.what());
    }
}

} // namespace scepd
