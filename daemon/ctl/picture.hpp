#pragma once

#include "ctl/span.hpp"

#include <string>
#include <vector>

namespace scepd::ctl {

/// The same as the chart on a terminal, as a picture to show to others: an SVG document of one file, without scripts,
/// on a light ground, with fonts that are named and not brought along.
std::string picture(const std::string& title, const std::vector<Span>& spans, Time now);

} // namespace scepd::ctl
