#pragma once

#include "record/report.hpp"

#include <string>
#include <string_view>

namespace scepd::enroll {

/// Tells how far an attempt is: to scepd over a pipe, or to a person on standard error.
class Progress {
public:
    /// `reportFd` is the pipe to scepd, -1 for a person.
    explicit Progress(int reportFd) : fd_(reportFd) {}

    /// A phase begins: key, authority, capabilities, request, poll, check, commit; `detail` is for people only.
    void phase(std::string_view word, std::string_view detail = {}) const;

    /// The end: the report as text over the pipe, or a sentence on standard output.
    void report(const record::Report& report) const;

private:
    void send(std::string_view text) const;

    int fd_;
};

/// The report in one sentence for a person.
std::string sentence(const record::Report& report);

/// What the program exits with: 0 issued or served, 6 pending, 1 for everything else.
int exitCode(const record::Report& report);

} // namespace scepd::enroll
