#include "ctl/chart.hpp"

#include "ctl/table.hpp"
#include "ctl/text.hpp"

#include <algorithm>
#include <ostream>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {
namespace {

constexpr std::size_t usualWidth = 80;
constexpr std::size_t narrowest = 20; ///< Of a picture: a narrower terminal wraps its lines.
constexpr std::size_t gap = 2;        ///< Between labels and picture.
constexpr std::size_t enough = 10;    ///< Events to name one by one.

/// One column of a line.
struct Spot {
    char sign = ' ';
    Colour colour = Colour::none;
};
using Line = std::vector<Spot>;

void fill(Line& line, std::size_t from, std::size_t to, Spot spot) {
    for (auto i = from; i <= to; ++i)
        line[i] = spot;
}

void addBar(Line& line, const Span& span, const Axis& axis, Time now) {
    const auto from = axis.column(span.notBefore);
    const auto to = axis.column(span.notAfter);
    fill(line, from, to, {'=', span.authority ? Colour::cyan : Colour::green});
    if (span.renewalBegins != never)
        fill(line, std::max(axis.column(span.renewalBegins), from), to, {'~', Colour::yellow});
    if (from < to) {
        line[from].sign = '[';
        line[to].sign = ']';
    }
    if (span.notAfter <= now) fill(line, std::min(to + 1, axis.column(now)), axis.column(now), {'x', Colour::red});
    if (span.notBefore < axis.begin()) line.front().sign = '<';
    if (span.notAfter > axis.end()) line.back().sign = '>';
}

Line lineOf(const Span& span, const Axis& axis, Time now) {
    Line line(axis.width());
    if (span.isHeld()) addBar(line, span, axis, now);
    const auto today = axis.column(now);
    // The line of now would hide a failure of just now, which is the one that matters.
    if (showsFailure(span, axis, now) && today > 0)
        line[std::min(axis.column(span.failedAttempt), today - 1)] = {'!', Colour::red};
    line[today] = {'|', Colour::none};
    if (span.isPlanned()) line[axis.column(std::max(span.actionTime, now))] = {markOf(span.action), Colour::none};
    return line;
}

Line rulerOf(const Axis& axis, const std::vector<Axis::Tick>& ticks, Time now) {
    Line line(axis.width(), {'-', Colour::grey});
    for (const auto& tick : ticks)
        line[tick.column].sign = '+';
    line[axis.column(now)] = {'|', Colour::none};
    return line;
}

std::string labelsOf(const std::vector<Axis::Tick>& ticks) {
    std::string text;
    for (const auto& tick : ticks)
        if (!tick.label.empty()) text += std::string(tick.column - columns(text), ' ') + tick.label;
    return text;
}

/// "| now, 20 November 19:00" below the line of now, or to its left where there is no room; "| now" where neither
/// has any.
std::string footOf(const Axis& axis, Time now) {
    const auto at = axis.column(now);
    const auto right = axis.width() - at - 1;
    auto text = "now, " + spoken(now, now);
    if (text.size() + 1 > std::max(at, right)) text = "now";
    if (text.size() + 1 <= right) return std::string(at, ' ') + "| " + text;
    return std::string(at - text.size() - 1, ' ') + text + " |";
}

std::string text(const Console& console, Line line) {
    while (!line.empty() && line.back().sign == ' ')
        line.pop_back();
    std::string result;
    std::string run;
    for (std::size_t i = 0; i < line.size(); ++i) {
        run += line[i].sign;
        if (i + 1 == line.size() || line[i + 1].colour != line[i].colour)
            result += paint(console, line[i].colour, std::exchange(run, {}));
    }
    return result;
}

/// What the signs mean, as far as they occur: bars on one line, marks on the next.
void printLegend(const Console& console, const std::set<char>& signs) {
    using Meanings = std::vector<std::pair<char, std::string_view>>;
    const Meanings bars{
        {'=', "valid"}, {'~', "renewal is due"}, {'x', "expired"}, {'<', "since before"}, {'>', "goes on"}};
    Meanings marks;
    for (const auto& step : steps)
        marks.emplace_back(step.mark, step.noun);
    marks.emplace_back('!', "failed attempt");
    for (const auto& meanings : {bars, marks}) {
        std::vector<std::string> words;
        for (const auto& [sign, meaning] : meanings)
            if (signs.contains(sign)) words.push_back(fmt::format("{} {}", sign, meaning));
        if (words.empty()) continue;
        for (const auto& line : wrapped(fmt::format("{}", fmt::join(words, ", ")), console.width))
            console.out << line << '\n';
    }
}

void drawPicture(const Console& console, const std::vector<Span>& spans, Time now) {
    const std::size_t width = console.width == 0 ? usualWidth : console.width;
    std::size_t labels = 0;
    for (const auto& span : spans)
        labels = std::max(labels, columns(printable(span.label)));
    labels = std::min(labels, width * 3 / 10);
    const auto axis = axisOf(spans, now, std::max(width, labels + gap + narrowest) - labels - gap);
    const std::string margin(labels + gap, ' ');

    const auto ticks = axis.ticks();
    console.out << margin << labelsOf(ticks) << '\n' << margin << text(console, rulerOf(axis, ticks, now)) << '\n';
    std::set<char> signs;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const bool firstAuthority = i > 0 && spans[i].authority && !spans[i - 1].authority;
        if (firstAuthority) console.out << margin << std::string(axis.column(now), ' ') << "|\n";
        const auto line = lineOf(spans[i], axis, now);
        const auto label = shortened(printable(spans[i].label), labels, "*");
        console.out << label << std::string(labels - columns(label) + gap, ' ') << text(console, line) << '\n';
        for (const auto& spot : line)
            signs.insert(spot.sign);
    }
    console.out << margin << footOf(axis, now) << '\n';
    if (console.legend) printLegend(console, signs);
}

void printComing(const Console& console, const std::vector<Coming>& events, Time now) {
    if (events.empty()) return;
    Table table({"WHEN", "NAME", "EVENT"});
    for (std::size_t i = 0; i < events.size() && i < enough; ++i) {
        const auto& [time, label, event] = events[i];
        table.add({{time <= now ? "now" : spoken(time, now), relative(time, now), Colour::none},
                   {label, "", Colour::none},
                   {event, "", Colour::none}});
    }
    table.print(console);
    if (console.legend && events.size() > enough)
        console.out << fmt::format("and {} more until {}\n", events.size() - enough, spoken(events.back().time, now));
}

} // namespace

void draw(const Console& console, const std::vector<Span>& spans, Time now) {
    const auto events = coming(spans, now);
    const bool anything = std::ranges::any_of(spans, &Span::isHeld);
    if (anything)
        drawPicture(console, spans, now);
    else if (console.legend)
        console.out << "Nothing is held yet.\nRemedy: \"scepctl status\" tells what the certificates wait for.\n";
    if (!events.empty() && (anything || console.legend)) console.out << '\n';
    printComing(console, events, now);
}

} // namespace scepd::ctl
