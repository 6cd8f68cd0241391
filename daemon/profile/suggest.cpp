#include "profile/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace scepd::profile {
namespace {

constexpr std::size_t longestWord = 64;
constexpr std::size_t shortestAbbreviation = 3;
constexpr std::size_t longestQuote = 60;

bool sameLetter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// Letters to insert, delete, replace or swap with their neighbour.
std::size_t editDistance(std::string_view from, std::string_view to) {
    std::vector<std::vector<std::size_t>> distance(from.size() + 1, std::vector<std::size_t>(to.size() + 1));
    for (std::size_t i = 0; i <= from.size(); ++i) {
        for (std::size_t j = 0; j <= to.size(); ++j) {
            if (i == 0 || j == 0) {
                distance[i][j] = i + j;
                continue;
            }
            const std::size_t replaced = distance[i - 1][j - 1] + (sameLetter(from[i - 1], to[j - 1]) ? 0 : 1);
            distance[i][j] = std::min({replaced, distance[i - 1][j] + 1, distance[i][j - 1] + 1});
            const bool swapped =
                i > 1 && j > 1 && sameLetter(from[i - 1], to[j - 2]) && sameLetter(from[i - 2], to[j - 1]);
            if (swapped) distance[i][j] = std::min(distance[i][j], distance[i - 2][j - 2] + 1);
        }
    }
    return distance.back().back();
}

/// The only candidate that begins with the word; empty when none or several do.
std::string_view completed(std::string_view word, const std::vector<std::string_view>& candidates) {
    const auto begins = [&](std::string_view candidate) { return candidate.starts_with(word); };
    if (word.size() < shortestAbbreviation || std::ranges::count_if(candidates, begins) != 1) return {};
    return *std::ranges::find_if(candidates, begins);
}

} // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    if (word.empty() || word.size() > longestWord) return {};
    if (const auto whole = completed(word, candidates); !whole.empty()) return whole;
    std::string_view best;
    std::size_t bestDistance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto [shorter, longer] = std::minmax({word.size(), candidate.size()});
        if (longer - shorter >= bestDistance) continue; // so many letters at least are to be inserted or deleted
        const std::size_t distance = editDistance(word, candidate);
        if (distance >= bestDistance || distance >= candidate.size()) continue;
        best = candidate;
        bestDistance = distance;
    }
    return best;
}

std::string didYouMean(std::string_view word, const std::vector<std::string_view>& candidates) {
    const auto candidate = nearest(word, candidates);
    return candidate.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", candidate);
}

std::string listed(const std::vector<std::string_view>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

std::string presentable(std::string_view text, std::size_t longest) {
    std::size_t end = std::min(text.size(), longest);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end; // never inside of a UTF-8 sequence
    std::string result(text.substr(0, end));
    std::ranges::replace_if(
        result, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return end < text.size() ? result + "..." : result;
}

std::string inQuotes(std::string_view text) {
    return fmt::format("\"{}\"", presentable(text, longestQuote));
}

} // namespace scepd::profile
