#include "ctl/picture.hpp"

#include "ctl/svg.hpp"
#include "ctl/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using svg::Point;

constexpr double width = 1080, margin = 28;
constexpr double head = 78;        ///< Title and the line below it.
constexpr double scaleHeight = 54; ///< The sign of now, and the dates.
constexpr double rowHeight = 34, barHeight = 14, authorityHeight = 8, gone = 4;
constexpr double letterWidth = 7.6;  ///< Of a label, at most on the average.
constexpr double longestLabel = 250; ///< Longer ones lose their middle.
constexpr double shortestLabel = 80;
constexpr double notes = 210; ///< The column of what comes next.
constexpr double legendHeight = 46;
constexpr double tip = 9;           ///< Of an arrow: it goes on beyond the axis.
constexpr double besideNow = 22;    ///< Nearer to the line of now no date has room.
constexpr double columnWidth = 8.5; ///< Of the axis, whose ticks leave room for labels of so many columns.

constexpr std::string_view style = R"(<style>
text { font-family: "DejaVu Sans", Verdana, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 13px; fill: #1f2933 }
.title { font-size: 20px; font-weight: bold }
.subtitle { fill: #5b6875 }
.label { font-weight: bold }
.authority-label { fill: #34617f }
.note { fill: #3e4c59 }
.trouble { fill: #b3261e; font-weight: bold }
.date { font-size: 12px; fill: #5b6875; text-anchor: middle }
.now-text { font-size: 12px; fill: #ffffff; text-anchor: middle }
.legend { font-size: 12px; fill: #3e4c59 }
.ground { fill: #ffffff }
.stripe { fill: #f5f7f9 }
.grid { stroke: #dde3e8 }
.border { stroke: #9aa5b1 }
.now { stroke: #1f2933; stroke-width: 1.5 }
.now-sign { fill: #1f2933 }
.valid { fill: #3a9d6e }
.due { fill: #f0b429 }
.over { fill: #c5ccd3 }
.expired { fill: #d64545 }
.ca { fill: #6c9bc0 }
.step { fill: #ffffff; stroke: #1f2933; stroke-width: 1.5 }
.failure { fill: #d64545; stroke: #ffffff; stroke-width: 1.5 }
.letter { font-size: 11px; font-weight: bold; text-anchor: middle }
.failure-letter { fill: #ffffff }
</style>
)";

/// What a picture of these rows needs, in pixels.
struct Layout {
    double labels, left, right, top, bottom;

    explicit Layout(const std::vector<Span>& spans) {
        std::size_t longest = 0;
        for (const auto& span : spans)
            longest = std::max(longest, columns(span.label));
        labels = std::clamp(static_cast<double>(longest) * letterWidth, shortestLabel, longestLabel);
        left = margin + labels + 26;
        right = width - margin - notes - 26;
        top = head + scaleHeight;
        bottom = top + rowHeight * static_cast<double>(spans.size());
    }
    [[nodiscard]] double middle(std::size_t row) const { return top + rowHeight * (static_cast<double>(row) + 0.5); }
    [[nodiscard]] std::size_t axisColumns() const { return static_cast<std::size_t>((right - left) / columnWidth); }
    [[nodiscard]] double height() const { return bottom + legendHeight + margin; }
};

class Drawing {
public:
    Drawing(const std::vector<Span>& spans, Time now)
        : spans_(spans), now_(now), layout_(spans), axis_(axisOf(spans, now, layout_.axisColumns())) {}

    [[nodiscard]] std::string draw(const std::string& title) {
        auto drawn = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
                                 "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\">\n<title>{2}</title>\n",
                                 width, layout_.height(), svg::escaped(title));
        drawn += style;
        drawn += svg::box({{0, 0}, width, layout_.height()}, "ground");
        drawn += svg::text({margin, 40}, "title", title);
        drawn += svg::text({margin, 62}, "subtitle", subtitle());
        drawn += stripes() + scale();
        std::string rows;
        for (std::size_t row = 0; row < spans_.size(); ++row)
            rows += bar(spans_[row], row);
        drawn += rows + nowLine();
        for (std::size_t row = 0; row < spans_.size(); ++row)
            drawn += marks(spans_[row], row) + words(spans_[row], row);
        return drawn + legend() + "</svg>\n";
    }

private:
    [[nodiscard]] double across(Time time) const {
        return layout_.left + (layout_.right - layout_.left) * axis_.share(time);
    }

    [[nodiscard]] std::string subtitle() const {
        if (std::ranges::none_of(spans_, &Span::isHeld)) return "Nothing is held yet.";
        const auto authorities = static_cast<std::size_t>(std::ranges::count_if(spans_, &Span::authority));
        auto text = counted(spans_.size() - authorities, "certificate");
        if (authorities > 0) text += " and " + counted(authorities, "CA");
        return text + fmt::format(" on {:%Y-%m-%d at %H:%M}", localTime(now_));
    }

    [[nodiscard]] std::string stripes() const {
        std::string drawn;
        for (std::size_t row = 0; row < spans_.size(); row += 2)
            drawn += svg::box({{margin - 10, layout_.middle(row) - rowHeight / 2}, width - 2 * margin + 20, rowHeight},
                              "stripe");
        return drawn;
    }

    [[nodiscard]] std::string scale() const {
        auto drawn = svg::line({layout_.left, layout_.top}, {layout_.right, layout_.top}, "border");
        for (const auto& tick : axis_.ticks()) {
            const auto x = across(tick.time);
            drawn += svg::line({x, layout_.top - 5}, {x, layout_.bottom}, "grid");
            if (!tick.label.empty() && std::abs(x - across(now_)) > besideNow)
                drawn += svg::text({x, layout_.top - 11}, "date", tick.label);
        }
        const auto first = std::ranges::find_if(spans_, &Span::authority);
        const auto row = static_cast<double>(first - spans_.begin());
        if (first != spans_.begin() && first != spans_.end())
            drawn += svg::line({margin - 10, layout_.top + rowHeight * row},
                               {width - margin + 10, layout_.top + rowHeight * row}, "border");
        return drawn;
    }

    /// A bar from here to there, pointed where it goes on beyond the axis.
    [[nodiscard]] std::string stretch(Time from, Time to, double middle, double height, std::string_view kind) const {
        const auto x1 = across(from);
        const auto x2 = std::max(across(to), x1 + 2);
        const auto half = height / 2;
        const auto tail = from < axis_.begin() ? x1 - tip : x1;
        const auto point = to > axis_.end() ? x2 + tip : x2;
        return fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}H{:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}H{:.1f}Z\" "
                           "class=\"{}\"/>\n",
                           tail, middle, x1, middle - half, x2, point, middle, x2, middle + half, x1, kind);
    }

    [[nodiscard]] std::string bar(const Span& span, std::size_t row) {
        if (!span.isHeld()) return {};
        const auto middle = layout_.middle(row);
        const bool expired = span.notAfter <= now_;
        const auto height = span.authority ? authorityHeight : barHeight;
        const auto* const kind = expired ? "over" : span.authority ? "ca" : "valid";
        seen_.insert(kind);
        auto drawn = stretch(span.notBefore, span.notAfter, middle, height, kind);
        if (expired) {
            seen_.insert("expired");
            return drawn + svg::box({{across(span.notAfter), middle - gone / 2},
                                     std::max(across(now_) - across(span.notAfter), 2.0),
                                     gone},
                                    "expired");
        }
        if (span.renewalBegins == never || span.renewalBegins >= span.notAfter) return drawn;
        seen_.insert("due");
        return drawn + stretch(std::max({span.renewalBegins, span.notBefore, axis_.begin()}), span.notAfter, middle,
                               height, "due");
    }

    [[nodiscard]] std::string nowLine() const {
        const auto x = across(now_);
        const auto words = "now, " + spoken(now_, now_);
        const auto half = static_cast<double>(columns(words)) * 3.6 + 10;
        const auto centre = std::clamp(x, margin + half, width - margin - half);
        return svg::line({x, layout_.top - 28}, {x, layout_.bottom + 4}, "now") +
               svg::box({{centre - half, layout_.top - 49}, 2 * half, 21, 4}, "now-sign") +
               svg::text({centre, layout_.top - 34}, "now-text", words);
    }

    [[nodiscard]] std::string marks(const Span& span, std::size_t row) {
        const auto middle = layout_.middle(row);
        const auto next = across(std::max(span.actionTime, now_));
        std::string drawn;
        if (showsFailure(span, axis_, now_)) {
            // The mark of what comes next, or the line of now, must not hide a failure of just now.
            const auto limit = span.isPlanned() ? std::min(across(now_), next - 19) : across(now_);
            drawn += svg::mark({std::min(across(span.failedAttempt), limit), middle}, "failure", '!');
            letters_.insert('!');
        }
        if (!span.isPlanned()) return drawn;
        letters_.insert(markOf(span.action));
        return drawn + svg::mark({next, middle}, "step", markOf(span.action));
    }

    /// The name, and what comes next.
    [[nodiscard]] std::string words(const Span& span, std::size_t row) const {
        const auto foot = layout_.middle(row) + 4.5;
        const auto room = static_cast<std::size_t>(longestLabel / letterWidth);
        auto drawn = svg::text({margin, foot}, span.authority ? "authority-label" : "label",
                               shortened(printable(span.label), room, "…"));
        if (columns(span.label) > room)
            drawn.insert(drawn.rfind("</text>"), fmt::format("<title>{}</title>", svg::escaped(span.label)));
        const auto events = coming({span}, now_);
        const bool expired = span.isHeld() && span.notAfter <= now_;
        const Point at{layout_.right + 26, foot};
        if (expired) return drawn + svg::text(at, "trouble", "expired " + spoken(span.notAfter, now_));
        if (events.empty()) return drawn;
        const auto& [time, label, event] = events.front();
        return drawn + svg::text(at, "note", event + " " + (time <= now_ ? "now" : spoken(time, now_)));
    }

    [[nodiscard]] std::string legend() const {
        struct Sign {
            std::string_view kind, meaning;
        };
        constexpr std::array bars{Sign{"valid", "valid"}, Sign{"due", "renewal is due"}, Sign{"ca", "CA"},
                                  Sign{"over", "was valid"}, Sign{"expired", "expired"}};
        const auto middle = layout_.bottom + legendHeight - 8;
        auto x = margin;
        std::string drawn;
        const auto write = [&](double room, std::string_view meaning) {
            drawn += svg::text({x + room, middle + 4}, "legend", meaning);
            x += room + static_cast<double>(columns(meaning)) * 6.8 + 20;
        };
        for (const auto& [kind, meaning] : bars) {
            if (!seen_.contains(kind)) continue;
            const auto height = kind == "expired" ? gone : kind == "ca" ? authorityHeight : barHeight;
            drawn += svg::box({{x, middle - height / 2}, 22, height}, kind);
            write(28, meaning);
        }
        for (const auto letter : std::string_view("REPD?!")) {
            if (!letters_.contains(letter)) continue;
            drawn += svg::mark({x + 9, middle}, letter == '!' ? "failure" : "step", letter);
            write(24, meaningOf(letter));
        }
        return drawn;
    }

    static std::string_view meaningOf(char letter) {
        if (letter == '!') return "failed attempt";
        const auto* const step = std::ranges::find(steps, letter, &Step::mark);
        return step == steps.end() ? "another step" : step->noun;
    }

    const std::vector<Span>& spans_;
    Time now_;
    Layout layout_;
    Axis axis_;
    std::set<std::string_view> seen_;
    std::set<char> letters_;
};

} // namespace

std::string picture(const std::string& title, const std::vector<Span>& spans, Time now) {
    return Drawing(spans, now).draw(title);
}

} // namespace scepd::ctl
