#pragma once

#include "ctl/daemon.hpp"
#include "ctl/exit.hpp"
#include "ctl/render.hpp"
#include "ctl/table.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How scepctl speaks of certificates and findings, the same in every verb.
namespace scepd::ctl {

/// Green for what is well, cyan for what moves, yellow for what waits or is in trouble, red for what is broken.
Colour colourOf(std::string_view state);

/// Exit::ok, warning, critical, or unknown for a newer daemon's state: as a monitoring system counts.
Exit severityOf(const std::string& state);

/// "renew in 12 days", "poll now", "" for nothing; with the day behind it when `full`.
std::string nextStep(std::string_view action, Time at, Time now, bool full);

/// "5 certificates: 4 valid, 1 pending", in the order of the states' weight; states with nobody in them are left
/// out.
std::string summary(const std::vector<Listed>& certificates);

/// "web, wifi"
std::string joined(const std::vector<std::string>& texts);

/// "2 errors, 1 warning", and how many of both there are.
struct Tally {
    std::size_t errors = 0, warnings = 0;

    [[nodiscard]] std::string text() const;
    bool operator==(const Tally&) const = default;
};
Tally tally(const std::vector<profile::Diagnostic>& diagnostics);

/// Writes each as compilers do, "FILE:LINE:COLUMN: error: TEXT".
void print(const Console& console, const std::vector<profile::Diagnostic>& diagnostics);

/// The values as JSON. Times are RFC 3339 strings, empty for never.
Json json(Time time);
Json::Object json(const Listed& listed);
Json::Object json(const Certificate& certificate);
Json json(const std::vector<profile::Diagnostic>& diagnostics);

} // namespace scepd::ctl
