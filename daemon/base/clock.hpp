#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace scepd {

/// Durations and points of the wall clock, everywhere in microseconds, as on the bus.
using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

/// "Never" and "not known": the epoch, 0 on the bus.
inline constexpr Time never{};

/// The wall clock now. Only main programs and the engine ask; pure functions take time as an argument.
Time now();

/// How long the machine has been up, suspend included (CLOCK_BOOTTIME): nobody sets this clock.
Duration uptime();

/// Microseconds since the epoch, as the bus gives them.
std::uint64_t microseconds(Time time);

/// "2026-11-20T19:04:05Z" (RFC 3339, UTC, whole seconds).
std::string rfc3339(Time time);

/// The inverse of rfc3339. Throws Error{local} when the text is no such time.
Time parseRfc3339(const std::string& text);

/// "30d", "1h 30min", "20s", "250ms": the largest of systemd's units that says it and the next smaller one,
/// milliseconds only below a second; "0s" for less.
std::string humanDuration(Duration duration);

} // namespace scepd
