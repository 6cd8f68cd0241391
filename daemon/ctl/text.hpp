#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

/// Text for people: safe on a terminal, of a known width, with times they can read.
namespace scepd::ctl {

/// The text with every control character (C0, DEL, C1) replaced by "?": subjects and reasons may carry what a server
/// chose, and that must not steer the terminal.
std::string printable(std::string_view text);

/// The same for text of several lines, which stay; bytes that are no ASCII become "?" too.
std::string printableLines(std::string_view text);

/// Columns that UTF-8 text takes: its characters are counted, combining ones and double width are not known.
std::size_t columns(std::string_view text);

/// The text cut to so many columns, the last of them the mark when something was left out.
std::string cut(const std::string& text, std::size_t width, std::string_view mark = "…");

/// The label without its middle where it is too long: names that begin alike often end differently.
std::string shortened(const std::string& label, std::size_t width, std::string_view mark);

/// The text in lines of at most so many columns, broken at spaces; a word that is longer stays whole. 0: one line.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

/// "in 23 days", "in 5 h", "3 min ago", "now": one unit, rounded down.
std::string relative(Time time, Time now);

/// The time's parts as clocks on the wall here show them. No year is too far away: CAs expire in 9999.
std::tm localTime(Time time);

/// The day in local time, "2026-12-13"; with the time of day when it is less than two days away: "2026-12-13 19:04:05".
/// Empty for never.
std::string absolute(Time time, Time now);

/// As people say it, in local time: "9 February 04:12", with the year when it is another one: "3 March 2027 10:15".
/// Empty for never.
std::string spoken(Time time, Time now);

/// "2026-12-13 (in 23 days)"; "" for never.
std::string moment(Time time, Time now);

/// "1 certificate", "5 certificates".
std::string counted(std::size_t count, std::string_view noun);

} // namespace scepd::ctl
