#include "ctl/svg.hpp"

#include "ctl/text.hpp"

#include <fmt/format.h>

namespace scepd::ctl::svg {
namespace {

constexpr double discRadius = 8.5;
constexpr double letterDrop = 4; ///< From a letter's middle down to its foot.

/// U+FFFE and U+FFFF, the only characters besides control characters that the bus lets through and XML does not.
bool isNoncharacter(std::string_view rest) {
    return rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf");
}

} // namespace

std::string escaped(std::string_view text) {
    const auto safe = printable(text);
    std::string result;
    for (std::size_t i = 0; i < safe.size(); ++i) {
        switch (safe[i]) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            const bool bad = isNoncharacter(std::string_view(safe).substr(i));
            result += bad ? '?' : safe[i];
            i += bad ? 2 : 0;
        }
    }
    return result;
}

std::string text(Point at, std::string_view kind, std::string_view words) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", at.x, at.y, kind, escaped(words));
}

std::string line(Point from, Point to, std::string_view kind) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", from.x, from.y,
                       to.x, to.y, kind);
}

std::string box(const Box& box, std::string_view kind) {
    return fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{:.1f}\" class=\"{}\"/>\n",
        box.corner.x, box.corner.y, box.width, box.height, box.radius, kind);
}

std::string mark(Point centre, std::string_view kind, char letter) {
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\"/>\n", centre.x, centre.y,
                       discRadius, kind) +
           text({centre.x, centre.y + letterDrop}, fmt::format("letter {}-letter", kind), std::string(1, letter));
}

} // namespace scepd::ctl::svg
