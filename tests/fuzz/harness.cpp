#include "fuzz/harness.hpp"

#include "fuzz/names_pool.hpp"
#include "profile/text.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <openssl/ui.h>

namespace scepd::fuzz {

void require(bool kept, std::string_view promise) {
    if (kept) return;
    fmt::print(stderr, "broken promise: {}\n", promise);
    std::abort();
}

void requireShowable(std::string_view text, std::size_t longest) {
    require(text.size() <= longest, fmt::format("a text for people is at most {} bytes long: {} are \"{}...\"", longest,
                                                text.size(), text.substr(0, 200)));
    require(profile::isUtf8(text), "a text for people is UTF-8");
    require(!profile::hasControlCharacter(text), "a text for people has no control characters");
}

} // namespace scepd::fuzz

/// libFuzzer calls it once, before the first input.
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    scepd::fuzz::poolNamesOfAlgorithms();
    UI_METHOD* method = UI_create_method("nobody is asked");
    UI_method_set_opener(method, [](UI*) {
        scepd::fuzz::require(false, "nobody is asked for a pass phrase");
        return 0;
    });
    UI_set_default_method(method);
    return 0;
}
