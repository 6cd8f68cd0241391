#include "base/log.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

namespace scepd::log {
namespace {

/// True when standard error goes to the journal: systemd then says so in JOURNAL_STREAM ("DEVICE:INODE").
bool journalListens() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
    return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

void toJournal(Level level, std::string_view text, const Fields& fields) {
    std::vector<std::string> lines{fmt::format("PRIORITY={}", static_cast<int>(level)),
                                   fmt::format("MESSAGE={}", text)};
    for (const auto& [key, value] : fields)
        lines.push_back(fmt::format("{}={}", key, value));
    std::vector<iovec> parts;
    parts.reserve(lines.size());
    for (auto& line : lines)
        parts.push_back({line.data(), line.size()});
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

} // namespace

void write(Level level, std::string_view text, const Fields& fields) {
    static const bool journal = journalListens();
    static const bool debugging = std::getenv("SCEPD_DEBUG") != nullptr;
    if (level == Level::debug && !debugging) return;
    if (journal)
        toJournal(level, text, fields);
    else
        fmt::print(stderr, "{}\n", text);
}

} // namespace scepd::log
