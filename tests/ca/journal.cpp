#include "ca/journal.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fstream>

namespace scepd::ca {

namespace {

/// A client's words, so that they stay one word of one line.
std::string oneWord(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c <= ' ' || c > '~'; }, '_');
    return text.empty() ? "-" : text.substr(0, 300);
}

} // namespace

void Journal::append(const JournalEntry& entry) const {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto line = fmt::format(
        "time={:%Y-%m-%dT%H:%M:%SZ} operation={} method={} type={} messageType={} transaction={} key={} challenge={} "
        "signer={} digest={} cipher={} der={} outcome={} serial={} faults={} to={} text={}\n",
        fmt::gmtime(now), oneWord(entry.operation), oneWord(entry.method), oneWord(entry.contentType),
        oneWord(entry.messageType), oneWord(entry.transaction), entry.key, entry.challenge, entry.signer, entry.digest,
        entry.cipher, entry.der, entry.outcome, entry.serial, entry.faults, entry.to, entry.text);
    std::ofstream(file_, std::ios::app) << line << std::flush;
    if (onStderr_) fmt::print(stderr, "{}", line);
}

} // namespace scepd::ca
