#pragma once

#include "base/error.hpp"

#include <exception>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {

/// The bus error for a failure: org.scepd1.Error.{Configuration, Unreachable, Refused, Protocol, Local}, with its code
/// at the end of the message.
sdbus::Error busError(const Error& error);

/// The bus errors for a name that no profile has, and for one that does not apply here for a reason.
sdbus::Error noSuchCertificate(const std::string& name);
sdbus::Error notApplicable(const std::string& name, const std::string& reason);

/// The bus error for what cannot be done while something runs for a certificate.
sdbus::Error busy(const std::string& name);

/// The bus error for a caller whom polkit could not be asked about, or whom it did not decide on: AccessDenied, with a
/// text that begins with "polkit" and tells who may act meanwhile.
sdbus::Error undecided(const std::string& action, const sdbus::Error& why);

/// Body of every method handler: whatever it throws leaves as an sdbus::Error. Anything else would give the caller no
/// reply and leave the connection unusable (sdbus-c++ 1.2).
template <typename Body>
auto answer(Body&& body) -> decltype(body()) {
    try {
        return body();
    } catch (const sdbus::Error&) {
        throw;
    } catch (const Error& error) {
        throw busError(error);
    } catch (const std::exception& error) {
        throw sdbus::Error("org.scepd1.Error.Local", error.what());
    }
}

} // namespace scepd::bus
