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

/// Whoever wrote some of it: no line begins within it, and nothing in it is an order to a terminal (ISO 6429, also the
/// controls of 8 bits as UTF-8 has them).
std::string oneLine(std::string_view text) {
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool wide = byte == 0xC2 && next >= 0x80 && next < 0xA0;
        if (wide) ++i;
        if (byte == '\n' || byte == '\t')
            line += ' ';
        else
            line += wide || byte < ' ' || byte == 0x7F ? '?' : text[i];
    }
    return line;
}

} // namespace

void write(Level level, std::string_view text, const Fields& fields) {
    static const bool journal = journalListens();
    static const bool debugging = std::getenv("SCEPD_DEBUG") != nullptr;
    if (level == Level::debug && !debugging) return;
    const auto line = oneLine(text);
    if (journal) return toJournal(level, line, fields);
    const auto ended = line + '\n';
    std::fwrite(ended.data(), 1, ended.size(), stderr); // whether or not it can be written, the program goes on
}

} // namespace scepd::log
