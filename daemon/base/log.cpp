#include "base/log.hpp"

#include "base/code.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

namespace scepd::log {
namespace {

/// Of the scopes that live.
Fields& scopeFields() {
    static Fields fields;
    return fields;
}

/// Of the diversion that lives; empty without one.
std::function<void(Level, const std::string&)>& receiver() {
    static std::function<void(Level, const std::string&)> function;
    return function;
}

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
    const auto add = [&](const auto& field) { lines.push_back(fmt::format("{}={}", field.first, field.second)); };
    for (const auto& field : fields)
        add(field);
    for (const auto& field : scopeFields())
        if (std::ranges::find(fields, field.first, &Fields::value_type::first) == fields.end()) add(field);
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

Fields fieldsOf(Code code) {
    Fields fields{{"MESSAGE_ID", messageId(code)}};
    if (isError(code)) fields.emplace_back("SCEPD_ERROR", name(code));
    return fields;
}

Diversion::Diversion(std::function<void(Level, const std::string&)> receiver) {
    log::receiver() = std::move(receiver);
}

Diversion::~Diversion() {
    receiver() = nullptr;
}

Scope::Scope(Fields fields) : before_(scopeFields().size()) {
    std::ranges::move(fields, std::back_inserter(scopeFields()));
}

Scope::~Scope() {
    scopeFields().resize(before_);
}

void write(Level level, std::string_view text, const Fields& fields) {
    static const bool journal = journalListens();
    static const bool debugging = std::getenv("SCEPD_DEBUG") != nullptr;
    if (level == Level::debug && !debugging) return;
    const auto line = oneLine(text);
    if (receiver()) return receiver()(level, line);
    if (journal) return toJournal(level, line, fields);
    const auto ended = line + '\n';
    std::fwrite(ended.data(), 1, ended.size(), stderr); // whether or not it can be written, the program goes on
}

} // namespace scepd::log
