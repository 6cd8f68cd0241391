#pragma once

#include <optional>
#include <string>

/// What the firmware says of the machine: asked from systemd-hostnamed (an unprivileged service may, with the shipped
/// polkit rule), else read from /sys. May wait a few seconds for the bus.
namespace scepd::profile {

/// The serial number; nullopt for none and for what manufacturers leave in its place ("To be filled by O.E.M.").
std::optional<std::string> firmwareSerial();

/// The product's UUID as "4c4c4544-0043-...", lower case.
std::optional<std::string> firmwareUuid();

/// The text without surrounding white space, or nullopt when it is one of the fillers that identify no machine.
std::optional<std::string> meaningfulSerial(std::string text);

} // namespace scepd::profile
