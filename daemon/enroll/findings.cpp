#include "enroll/findings.hpp"

#include "crypto/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::enroll {

std::string_view name(Mark mark) {
    switch (mark) {
    case Mark::note:
        return "note";
    case Mark::ok:
        return "ok";
    case Mark::warning:
        return "warning";
    case Mark::problem:
        return "problem";
    case Mark::advice:
        return "advice";
    case Mark::profile:
        break;
    }
    return "profile";
}

void Findings::add(Mark mark, const std::string& check, const std::string& text) {
    constexpr std::size_t longest = 1000;
    problems_ += mark == Mark::problem ? 1 : 0;
    warnings_ += mark == Mark::warning ? 1 : 0;
    tell_({mark, check, crypto::printable(text, longest)});
}

void Findings::problem(const std::string& check, const std::string& text, const std::string& remedy) {
    add(Mark::problem, check, text);
    if (!remedy.empty()) advise(remedy);
}

void Findings::advise(const std::string& sentence) {
    if (std::ranges::find(advice_, sentence) == advice_.end()) advice_.push_back(sentence);
}

void Findings::conclude() {
    if (problems_ > 0)
        tell_({Mark::problem, "result",
               fmt::format("enrollment cannot work yet: {} problem{}", problems_, problems_ == 1 ? "" : "s")});
    else if (warnings_ > 0)
        tell_({Mark::warning, "result",
               fmt::format("enrollment could work; {} warning{}", warnings_, warnings_ == 1 ? "" : "s")});
    else
        tell_({Mark::ok, "result", "enrollment could work"});
    for (const auto& sentence : advice_)
        tell_({Mark::advice, "", sentence});
}

} // namespace scepd::enroll
