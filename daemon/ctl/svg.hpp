#pragma once

#include <string>
#include <string_view>

/// The few shapes that pictures here are made of, as SVG. Every kind is a class of the picture's style sheet.
namespace scepd::ctl::svg {

struct Point {
    double x = 0, y = 0;
};

/// Text for an XML document: markup is escaped, and what XML does not allow at all is "?".
std::string escaped(std::string_view text);

/// `words` is plain text, and escaped here.
std::string text(Point at, std::string_view kind, std::string_view words);
std::string line(Point from, Point to, std::string_view kind);

struct Box {
    Point corner; ///< Top left.
    double width = 0, height = 0, radius = 0;
};
std::string box(const Box& box, std::string_view kind);

/// A disc with a letter in it.
std::string mark(Point centre, std::string_view kind, char letter);

} // namespace scepd::ctl::svg
