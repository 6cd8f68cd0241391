#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the fuzz targets share: a promise that is broken ends the run as a finding, as a crash does. Also that OpenSSL
/// asks somebody for a pass phrase is one.
namespace scepd::fuzz {

/// No sentence that people read is longer, whatever it quotes.
inline constexpr std::size_t longestSentence = 4096;

/// Ends the run, telling the promise, unless it was kept.
void require(bool kept, std::string_view promise);

/// Requires well-formed UTF-8 without control characters, of at most `longest` bytes.
void requireShowable(std::string_view text, std::size_t longest);

/// The input as text.
inline std::string_view textOf(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// What `parse` returns; nullopt when it threw an Error of this fault that people can read. Anything else that it
/// throws ends the run.
template <typename Parse>
auto parsed(Fault fault, Parse parse) -> std::optional<decltype(parse())> {
    try {
        return parse();
    } catch (const Error& error) {
        require(error.fault() == fault, "an Error has the fault that the header promises");
        requireShowable(error.what(), longestSentence);
        return std::nullopt;
    }
}

} // namespace scepd::fuzz

/// Every target defines this; libFuzzer calls it with one input after the other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
