#include "bus/journal.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include <systemd/sd-journal.h>

namespace scepd::bus {
namespace {

using Journal = std::unique_ptr<sd_journal, decltype(&sd_journal_close)>;

void require(int result) {
    if (result >= 0) return;
    errno = -result;
    throw systemError("read the journal");
}

Journal open() {
    sd_journal* journal = nullptr;
    require(sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM));
    return {journal, &sd_journal_close};
}

void add(sd_journal* journal, const std::string& field) {
    require(sd_journal_add_match(journal, field.data(), field.size()));
}

/// Every process may write lines with fields of its choice; the fields with an underscore come from journald.
void match(sd_journal* journal, const std::string& certificate) {
    add(journal, "SCEPD_CERTIFICATE=" + certificate);
    for (const auto* unit : {"scepd.service", "scepd-deploy.service"})
        add(journal, std::string("_SYSTEMD_UNIT=") + unit);
}

void matchUnits(sd_journal* journal) {
    constexpr std::array units{"scepd.service", "scepd-deploy.service", "scepd-recover.service"};
    for (const auto* unit : units)
        add(journal, std::string("_SYSTEMD_UNIT=") + unit);
    require(sd_journal_add_disjunction(journal));
    add(journal, "_PID=1");
    for (const auto* unit : units)
        add(journal, std::string("UNIT=") + unit);
}

std::string field(sd_journal* journal, const char* name) {
    const void* data = nullptr;
    std::size_t length = 0;
    if (sd_journal_get_data(journal, name, &data, &length) < 0) return {};
    const std::string_view text(static_cast<const char*>(data), length);
    return std::string(text.substr(std::min(text.find('=') + 1, text.size())));
}

JournalLine lineAt(sd_journal* journal) {
    std::uint64_t microseconds = 0;
    require(sd_journal_get_realtime_usec(journal, &microseconds));
    const auto priority = field(journal, "PRIORITY");
    return {Time(Duration(static_cast<std::int64_t>(microseconds))), field(journal, "MESSAGE"),
            !priority.empty() && priority <= "4"};
}

/// The last lines that match, the oldest first.
std::vector<JournalLine> lastLines(sd_journal* journal, std::size_t count) {
    require(sd_journal_seek_tail(journal));
    std::vector<JournalLine> lines;
    while (lines.size() < count) {
        const auto moved = sd_journal_previous(journal);
        require(moved);
        if (moved == 0) break;
        lines.push_back(lineAt(journal));
    }
    std::ranges::reverse(lines);
    return lines;
}

} // namespace

std::vector<JournalLine> journalOf(const std::string& certificate, std::size_t count) {
    const auto journal = open();
    match(journal.get(), certificate);
    return lastLines(journal.get(), count);
}

std::vector<JournalLine> journalOfUnits(std::size_t count) {
    const auto journal = open();
    matchUnits(journal.get());
    return lastLines(journal.get(), count);
}

std::vector<JournalLine> journalOfRun(const std::string& invocation, std::size_t count, Duration patience) {
    const auto journal = open();
    add(journal.get(), "_SYSTEMD_INVOCATION_ID=" + invocation);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    // What a process wrote before its end may reach the journal after it. The first wait returns at once.
    while (true) {
        auto lines = lastLines(journal.get(), count);
        const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
        if (!lines.empty() || left <= Duration::zero()) return lines;
        require(sd_journal_wait(journal.get(), static_cast<std::uint64_t>(left.count())));
    }
}

} // namespace scepd::bus
