#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Help for people who mistyped a word.
namespace scepd::profile {

/// The candidate that was probably meant: the only one that begins with the word, or the nearest by edit distance,
/// ignoring case; empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// `; did you mean "CANDIDATE"?` to end a sentence with, or nothing when no candidate is near.
std::string didYouMean(std::string_view word, const std::vector<std::string_view>& candidates);

/// The words with commas between them, as a sentence lists them.
std::string listed(const std::vector<std::string_view>& words);

/// The text cut at a character to at most so many bytes, "..." telling that it was cut, with "?" for control
/// characters: what a file contains ends up on terminals and on the bus.
std::string presentable(std::string_view text, std::size_t longest);

/// The text in quotation marks, presentable and cut to a length that fits a line of a report.
std::string inQuotes(std::string_view text);

} // namespace scepd::profile
