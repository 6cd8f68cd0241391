#pragma once

#include "base/clock.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace scepd::deploy {

/// Says one command ("STATUS") to the wpa_supplicant of a network interface, at
/// ROOT/run/wpa_supplicant/INTERFACE, and returns its answer without the end of line ("OK"); nullopt when no
/// wpa_supplicant runs there. Our own end lies in ROOT/run/scepd-deploy, because wpa_supplicant answers to a path that
/// it can see. Throws Error{local} when it does not answer within `limit` or the interface is no name of one.
std::optional<std::string> askWpaSupplicant(const std::filesystem::path& root, const std::string& interface,
                                            const std::string& command, Duration limit);

} // namespace scepd::deploy
