#include "ctl/table.hpp"

#include "ctl/text.hpp"

#include <algorithm>
#include <numeric>
#include <ostream>
#include <string_view>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t lastColumnKeeps = 10; ///< Before the other columns are cut as well.

std::string shown(const Cell& cell, bool brief) {
    return printable(brief && !cell.brief.empty() ? cell.brief : cell.text);
}

std::size_t lineWidth(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

/// What is left of a terminal's line behind so many columns; 0 for as much as one wants. A line of less than a few
/// words helps nobody.
std::size_t roomFor(const Console& console, std::size_t taken) {
    constexpr std::size_t least = 24;
    return console.width == 0 ? 0 : std::max(least, console.width - std::min<std::size_t>(console.width, taken));
}

/// The lines below the first one begin below it.
std::string indented(const std::string& lines, std::size_t indent) {
    std::string text;
    for (const char c : lines) {
        text += c;
        if (c == '\n') text += std::string(indent, ' ');
    }
    return text;
}

void shrink(std::vector<std::size_t>& widths, std::size_t limit) {
    auto& last = widths.back();
    const auto excess = [&] { return std::max(lineWidth(widths), limit) - limit; };
    last -= std::min(excess(), last - std::min(last, lastColumnKeeps));
    while (excess() > 0) {
        auto& widest = *std::ranges::max_element(widths);
        if (widest <= 1) return;
        --widest;
    }
}

std::string_view sequence(Colour colour) {
    switch (colour) {
    case Colour::green:
        return "\033[32m";
    case Colour::yellow:
        return "\033[33m";
    case Colour::red:
        return "\033[31m";
    case Colour::cyan:
        return "\033[36m";
    case Colour::grey:
        return "\033[90m";
    case Colour::none:
        break;
    }
    return "";
}

} // namespace

std::string paint(const Console& console, Colour colour, const std::string& text) {
    if (!console.colour || colour == Colour::none || text.empty()) return text;
    return fmt::format("{}{}\033[0m", sequence(colour), text);
}

bool Table::fits(const Console& console) const {
    return console.width == 0 || lineWidth(widths(console, true)) <= console.width;
}

Table::Widths Table::widths(const Console& console, bool brief) const {
    Widths widest(headings_.size(), 0);
    if (console.legend)
        std::ranges::transform(headings_, widest.begin(), [](const auto& text) { return columns(text); });
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widest[i] = std::max(widest[i], columns(shown(row[i], brief)));
    return widest;
}

void Table::print(const Console& console) const {
    if (rows_.empty()) return;
    auto widest = widths(console, false);
    const bool brief = console.width > 0 && lineWidth(widest) > console.width;
    if (brief) widest = widths(console, true);
    if (brief) shrink(widest, console.width);

    const auto line = [&](const std::vector<Cell>& cells) {
        std::string text;
        std::size_t padding = 0;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto field = cut(shown(cells[i], brief), widest[i]);
            if (!field.empty()) text += std::string(padding, ' ') + paint(console, cells[i].colour, field);
            padding = (field.empty() ? padding : 0) + widest[i] - columns(field) + gap;
        }
        console.out << text << '\n';
    };
    std::vector<Cell> head;
    for (const auto& heading : headings_)
        head.push_back({heading, "", Colour::none});
    if (console.legend) line(head);
    std::ranges::for_each(rows_, line);
}

void Fields::add(std::string label, const std::string& value, Colour colour) {
    if (value.empty()) return;
    fields_.push_back({std::move(label), printable(value), colour});
}

void Fields::print(const Console& console, const std::string& indent) const {
    std::size_t widest = 0;
    for (const auto& field : fields_)
        widest = std::max(widest, field.label.empty() ? 0 : columns(field.label) + 1);
    for (const auto& field : fields_) {
        const auto label = field.label.empty() ? std::string() : field.label + ":";
        const std::string padding(widest - columns(label) + 1, ' ');
        const auto room = roomFor(console, indent.size() + widest + 1);
        const char* separator = "";
        std::string lines;
        for (const auto& line : wrapped(field.value, room)) {
            lines += separator + paint(console, field.colour, line);
            separator = "\n";
        }
        console.out << indent << label << padding << indented(lines, indent.size() + widest + 1) << '\n';
    }
}

} // namespace scepd::ctl
