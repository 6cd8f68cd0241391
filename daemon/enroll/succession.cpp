#include "enroll/succession.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

/// True for the CA that a profile pins.
struct Fits {
    const crypto::Certificate& certificate;

    bool operator()(const profile::FingerprintPin& pin) const {
        return certificate.fingerprint(pin.digest) == pin.value;
    }
    bool operator()(const crypto::Certificate& pin) const { return certificate == pin; }
    bool operator()(const scep::FirstSight& /*pin*/) const { return false; }
};

} // namespace

Succession::Succession(const std::filesystem::path& directory, crypto::Strength strength)
    : file_(directory / "rollover.pem"), strength_(strength) {
    try {
        words_ = crypto::rolloversFromPem(file::readIfExists(file_).value_or(""));
    } catch (const Error& error) {
        log::warning("{}: {}; what was known of the CA's successor is asked for again", file_.string(), error.what());
    }
}

void Succession::remember(const crypto::Rollover& word) {
    constexpr std::size_t largest = 65536; // Of a file that several of them share.
    if (word.answer.size() > largest)
        throw Error(Fault::protocol, fmt::format("the CA's word for its successor has {} bytes, more than {} KiB",
                                                 word.answer.size(), largest / 1024));
    crypto::successors(word, strength_);
    if (std::ranges::find(words_, word) != words_.end()) return;
    std::erase_if(words_, [&](const auto& known) { return known.authority == word.authority; });
    words_.push_back(word);
    file::replace(file_, text());
}

std::vector<crypto::Certificate> Succession::heirsOf(const scep::Pin& pin) const {
    std::vector<crypto::Certificate> pinned;
    for (const auto& word : words_)
        if (std::visit(Fits{word.authority}, pin)) pinned.push_back(word.authority);
    auto all = crypto::withSuccessors(pinned, words_, strength_);
    std::erase_if(all, [&](const auto& one) { return std::ranges::find(pinned, one) != pinned.end(); });
    std::ranges::reverse(all);
    return all;
}

std::optional<scep::NextAuthority> Succession::nextAfter(const scep::Authorities& current, Time now) const {
    const auto word = std::ranges::find(words_, current.anchor, &crypto::Rollover::authority);
    if (word == words_.end()) return std::nullopt;
    try {
        return scep::nextAuthority(crypto::successors(*word, strength_), current, now);
    } catch (const Error& error) {
        log::info("{}: {}", file_.string(), error.what());
        return std::nullopt;
    }
}

} // namespace scepd::enroll
