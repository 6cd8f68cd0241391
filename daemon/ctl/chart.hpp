#pragma once

#include "ctl/console.hpp"
#include "ctl/span.hpp"

#include <vector>

namespace scepd::ctl {

/// Draws all on one axis, then names what comes next, and what the signs mean if the console wants a legend. Plain
/// ASCII: it looks the same on every terminal, in every locale and in a mail. Fits the console; 80 columns where that
/// has no width.
void draw(const Console& console, const std::vector<Span>& spans, Time now);

} // namespace scepd::ctl
