#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace scepd::fuzz {

/// One element of DER: tag, length, content.
std::string der(unsigned char tag, std::string_view content);

/// A mutation for libFuzzer that keeps the lengths of DER right: something is changed, taken out, doubled, moved,
/// emptied or blown up somewhere in the tree, also inside of octet strings. Bytes that are no DER, and now and then
/// others too, are mutated as libFuzzer itself would. As LLVMFuzzerCustomMutator: changes `data` in place, returns the
/// new size.
std::size_t mutateDer(std::uint8_t* data, std::size_t size, std::size_t maxSize, unsigned seed);

} // namespace scepd::fuzz

/// A target that reads DER has this line.
#define SCEPD_FUZZ_MUTATES_DER                                                                                         \
    extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize,          \
                                                   unsigned seed) {                                                    \
        return scepd::fuzz::mutateDer(data, size, maxSize, seed);                                                      \
    }
