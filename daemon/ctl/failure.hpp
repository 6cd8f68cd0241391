#pragma once

#include "ctl/console.hpp"
#include "ctl/exit.hpp"
#include "profile/load.hpp"

#include <functional>
#include <string>

namespace sdbus {
class Error;
}

namespace scepd::ctl {

/// Why a verb did not do what it was asked for, for people and for scripts.
struct Failure {
    Exit code = Exit::failed;
    std::string sentence; ///< What happened and why.
    std::string remedy;   ///< What to do next; empty when nobody knows.

    bool operator==(const Failure&) const = default;
};

/// What a bus error means: our own names and those of the bus itself.
Failure explain(const sdbus::Error& error);

/// Why no certificate of this name was selected from the configuration, `why` if it is in none of its profiles.
Failure notHere(const profile::Configuration& configuration, const std::string& name, const std::string& why);

/// Writes "scepctl: SENTENCE" and, if there is one, "Remedy: ..." to the console's error stream.
void report(const Console& console, const Failure& failure);

/// The wall around a verb: whatever it throws is reported and becomes an exit code.
Exit guarded(const Console& console, const std::function<Exit()>& verb);

} // namespace scepd::ctl
