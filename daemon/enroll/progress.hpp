#pragma once

#include "base/log.hpp"
#include "enroll/trace.hpp"
#include "record/report.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace scepd::enroll {

/// Tells how far an attempt is: to scepd over a pipe, or to a person on standard error.
class Progress {
public:
    /// `reportFd` is the pipe to scepd, -1 for a person; `traceFd` is for whoever looks on, -1 for nobody.
    explicit Progress(int reportFd, int traceFd = -1) : fd_(reportFd), trace_(std::make_unique<Trace>(traceFd)) {}

    /// A phase begins: key, authority, capabilities, request, poll, check, commit; `detail` is for people only.
    void phase(std::string_view word, std::string_view detail = {}) const;

    /// The messages that follow belong to this transaction.
    void transaction(const std::string& id) const;

    /// A line of the log, which scepd passes on; for nobody without a pipe to it.
    void log(log::Level level, const std::string& line) const;

    /// The end: the report as text over the pipe, or a sentence on standard output.
    void report(const record::Report& report) const;

    /// For what only somebody who looks on wants to know.
    [[nodiscard]] Trace& trace() const { return *trace_; }

private:
    void send(std::string_view text) const;

    int fd_;
    std::unique_ptr<Trace> trace_;
};

/// The report in one sentence for a person.
std::string sentence(const record::Report& report);

/// What the program exits with: 0 when it came to what was asked for, 6 pending, 1 for everything else.
int exitCode(const record::Report& report);

} // namespace scepd::enroll
