#include "enroll/progress.hpp"

#include "base/clock.hpp"
#include "store/report.hpp"

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace scepd::enroll {
namespace {

std::string describe(const record::Issued& issued) {
    const auto& held = issued.held;
    return fmt::format("issued: {}, serial {}, valid until {}, generation {}", held.subject, held.serialNumber,
                       rfc3339(held.notAfter), held.generation);
}
std::string describe(const record::Pending& pending) {
    return fmt::format("pending: the CA keeps transaction {} for approval", pending.transaction);
}
std::string describe(const record::Refused& refused) {
    return "refused: " + refused.reason;
}
std::string describe(const record::Waiting& waiting) {
    return "waiting: " + waiting.reason;
}
std::string describe(const record::Failed& failed) {
    return "failed: " + failed.reason;
}
std::string describe(const record::Served& /*served*/) {
    return "served";
}

/// The request itself, for a file.
std::string describe(const record::RequestMade& made) {
    return made.pem.substr(0, made.pem.find_last_not_of('\n') + 1);
}

std::string describe(const record::NamesNow& names) {
    std::vector<std::string> lines;
    for (const auto& [name, digest] : names.digests)
        lines.push_back(fmt::format("{} {}", name, digest));
    return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string describe(const record::Looked&) {
    return "the CA is there and is the one that the profile names";
}

} // namespace

void Progress::phase(std::string_view word, std::string_view detail) const {
    trace_->heading(fmt::format("{}{}{}", word, detail.empty() ? "" : ": ", detail));
    if (fd_ >= 0) return send(fmt::format("phase {}\n", word));
    fmt::print(stderr, "{}{}{}\n", word, detail.empty() ? "" : ": ", detail);
}

void Progress::transaction(const std::string& id) const {
    if (fd_ >= 0) send(fmt::format("transaction {}\n", id));
}

void Progress::log(log::Level level, const std::string& line) const {
    if (fd_ >= 0) send(fmt::format("log {} {}\n", static_cast<int>(level), line));
}

void Progress::report(const record::Report& report) const {
    trace_->heading(sentence(report));
    if (fd_ >= 0) return send("report\n" + store::toText(report));
    fmt::print("{}\n", sentence(report));
    std::fflush(stdout);
}

/// Nobody at the other end is no reason to stop: what was reached is on the disk.
void Progress::send(std::string_view text) const {
    while (!text.empty()) {
        const auto written = ::write(fd_, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string sentence(const record::Report& report) {
    return std::visit([](const auto& value) { return describe(value); }, report);
}

int exitCode(const record::Report& report) {
    if (std::holds_alternative<record::Pending>(report)) return 6;
    const bool failed = std::holds_alternative<record::Refused>(report) ||
                        std::holds_alternative<record::Waiting>(report) ||
                        std::holds_alternative<record::Failed>(report);
    return failed ? 1 : 0;
}

} // namespace scepd::enroll
