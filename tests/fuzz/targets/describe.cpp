#include "crypto/describe.hpp"
#include "fuzz/der.hpp"
#include "fuzz/harness.hpp"

#include <algorithm>
#include <vector>

using namespace scepd;

SCEPD_FUZZ_MUTATES_DER

namespace {

void requireFit(const std::optional<std::vector<crypto::Line>>& lines) {
    if (!lines) return;
    fuzz::require(lines->size() <= 1000, "nobody is shown thousands of lines");
    for (const auto& [name, value] : *lines) {
        fuzz::requireShowable(name, 200);
        fuzz::requireShowable(value, fuzz::longestSentence);
    }
}

} // namespace

/// Requests and messages that people look at, from whoever sent them.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::textOf(data, size);
    requireFit(fuzz::parsed(Fault::protocol, [&] { return crypto::describeRequest(bytes); }));
    requireFit(fuzz::parsed(Fault::protocol, [&] { return crypto::describeMessage(bytes); }));
    return 0;
}
