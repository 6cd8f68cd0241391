#include "record/authority.hpp"

#include <cstddef>

namespace scepd::record {

std::vector<std::string> fingerprintLines(std::string_view hex) {
    constexpr std::size_t pairsOnALine = 16;
    std::vector<std::string> lines;
    for (std::size_t pair = 0; pair * 2 < hex.size(); ++pair) {
        if (pair % pairsOnALine == 0)
            lines.emplace_back();
        else
            lines.back() += ':';
        for (const char digit : hex.substr(pair * 2, 2))
            lines.back() += digit >= 'a' && digit <= 'f' ? static_cast<char>(digit - 'a' + 'A') : digit;
    }
    return lines;
}

} // namespace scepd::record
