#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace scepd {

/// The file with the metrics that node_exporter reads. It is replaced when its text becomes another, and removed when
/// nobody wants it any more or keeps it up to date. That it cannot be written is said in the log, once an hour at most,
/// and stops nothing.
class MetricsFile {
public:
    using Path = std::optional<std::filesystem::path>;

    MetricsFile() = default;
    ~MetricsFile() { remove(); }
    MetricsFile(const MetricsFile&) = delete;
    MetricsFile& operator=(const MetricsFile&) = delete;

    /// Brings the file up to date; without a path there is none, and `text` is not asked. `uptime` as uptime() tells
    /// it.
    void update(const Path& path, const std::function<std::string()>& text, Duration uptime);

private:
    void write(const std::string& text, Duration uptime);
    void complain(const std::string& why, Duration uptime);
    void remove();

    Path path_;
    std::optional<std::uint64_t> written_; ///< Digest of what is in the file; none: it could not be written.
    std::optional<Duration> complained_;
};

} // namespace scepd
