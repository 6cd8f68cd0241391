#pragma once

#include <iosfwd>

namespace scepd::ctl {

/// Where a verb writes, and for whom.
struct Console {
    std::ostream& out;        ///< Results.
    std::ostream& err;        ///< Failures and what to do about them.
    bool terminal = false;    ///< A person watches `out`: a line may be written over.
    bool colour = false;      ///< Escape sequences for colours are welcome.
    unsigned width = 0;       ///< Columns of the terminal; 0: as wide as it gets.
    bool interactive = false; ///< Somebody can answer polkit's question for a password.
    bool json = false;        ///< --json: one JSON document instead of text.
    bool legend = true;       ///< false with --no-legend: neither headings nor a summary.
};

/// Standard output and error as they are: terminal and width are looked up, colours need a terminal that can, and an
/// environment without NO_COLOR (https://no-color.org).
Console systemConsole();

} // namespace scepd::ctl
