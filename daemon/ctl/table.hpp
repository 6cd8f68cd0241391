#pragma once

#include "ctl/console.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace scepd::ctl {

/// Colours of the terminal's own palette.
enum class Colour { none, green, yellow, red, cyan, grey };

/// The text in a colour if the console wants any.
std::string paint(const Console& console, Colour colour, const std::string& text);

/// One field of a table. Both texts are made printable by the table.
struct Cell {
    std::string text;
    std::string brief; ///< What to say when there is no room for the text; empty: the text.
    Colour colour = Colour::none;
};

/// A table whose lines fit the console: all columns take the brief text first, then the last column is cut, then
/// whichever column is widest. Nothing is cut where the width is 0. Two spaces between columns, none at the end of a
/// line.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

    /// As many cells as there are headings.
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }

    /// True when nothing has to be cut.
    [[nodiscard]] bool fits(const Console& console) const;

    /// Writes the headings, unless the console wants no legend, and the rows.
    void print(const Console& console) const;

private:
    using Widths = std::vector<std::size_t>;
    [[nodiscard]] Widths widths(const Console& console, bool brief) const;

    std::vector<std::string> headings_;
    std::vector<std::vector<Cell>> rows_;
};

/// "Label:   value" lines with the values below each other, broken at spaces where the terminal ends; a line without a
/// value is left out.
class Fields {
public:
    void add(std::string label, const std::string& value, Colour colour = Colour::none);
    [[nodiscard]] bool empty() const { return fields_.empty(); }
    /// Every line begins with `indent`.
    void print(const Console& console, const std::string& indent = {}) const;

private:
    struct Field {
        std::string label, value;
        Colour colour = Colour::none;
    };
    std::vector<Field> fields_;
};

} // namespace scepd::ctl
