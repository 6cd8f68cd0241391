#pragma once

#include "base/clock.hpp"
#include "ctl/console.hpp"

#include <cstdlib>
#include <ctime>
#include <sstream>

namespace scepd::ctl::test {

/// A console whose output a test can read. A pipe unless a test says otherwise.
struct Written {
    std::ostringstream out, err;
    Console console{.out = out, .err = err};
};

/// Times of day are told in local time, and local is UTC for the tests.
inline const bool inUtc = [] {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    return true;
}();

/// A moment to tell times from: 2026-11-20T19:00:00Z.
inline const Time here = parseRfc3339("2026-11-20T19:00:00Z");

} // namespace scepd::ctl::test
