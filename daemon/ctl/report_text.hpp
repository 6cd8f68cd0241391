#pragma once

#include "ctl/checkup.hpp"
#include "ctl/console.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scepd::ctl {

/// Writes the checks for people, by area, each trouble with its cause and remedy, and a sentence that counts them.
void print(const Console& console, const Checks& checks);

/// What a report tells beside the checks, or whom it asks.
struct Told {
    const Machine& machine;
    std::string version;                                   ///< scepctl's.
    const profile::Configuration* configuration = nullptr; ///< Null where it cannot be read.
    bus::Systemd* systemd = nullptr;
    bool asksBus = true;
};

/// A text for a ticket: versions, checks, certificates, profiles as loaded, settings and journal, without secrets.
std::string reportText(const Checks& checks, const Told& told);

/// The text with every occurrence of a secret, what stands before "@" in an address, and the query of every URL
/// replaced by "***", line by line and safe on a terminal.
std::string masked(std::string_view text, std::vector<std::string_view> secrets);

} // namespace scepd::ctl
