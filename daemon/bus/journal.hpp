#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scepd::bus {

/// A line of the system's journal.
struct JournalLine {
    Time time;
    std::string text;
    bool warning = false; ///< A warning or worse.
};

/// What scepd and scepd-deploy said last of a certificate, the oldest first: at most `count` lines, and none where the
/// caller may not read the journal. Throws Error{local} when there is no journal to read.
std::vector<JournalLine> journalOf(const std::string& certificate, std::size_t count);

/// The same of all that scepd's units said, and systemd of them.
std::vector<JournalLine> journalOfUnits(std::size_t count);

/// What the processes of one run of a unit said last (Systemd::End::invocation), without what systemd said of them;
/// when that is nothing yet, after `patience` at most.
std::vector<JournalLine> journalOfRun(const std::string& invocation, std::size_t count, Duration patience);

} // namespace scepd::bus
