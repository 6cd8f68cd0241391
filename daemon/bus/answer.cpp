#include "bus/answer.hpp"

#include "base/code.hpp"

#include <fmt/format.h>

namespace scepd::bus {

sdbus::Error busError(const Error& error) {
    const auto suffix = [&] {
        switch (error.fault()) {
        case Fault::configuration:
            return "Configuration";
        case Fault::unreachable:
            return "Unreachable";
        case Fault::refused:
            return "Refused";
        case Fault::protocol:
            return "Protocol";
        case Fault::local:
            break;
        }
        return "Local";
    }();
    return {std::string("org.scepd1.Error.") + suffix, withCode(error)};
}

sdbus::Error noSuchCertificate(const std::string& name) {
    return {"org.scepd1.Error.NoSuchCertificate", "no profile has a certificate " + name};
}

sdbus::Error notApplicable(const std::string& name, const std::string& reason) {
    return {"org.scepd1.Error.NotApplicable", "the certificate " + name + " does not apply here: " + reason};
}

sdbus::Error busy(const std::string& name) {
    return {"org.scepd1.Error.Busy",
            "an attempt or a deployment runs for " + name + " now; ask again when it has ended"};
}

sdbus::Error undecided(const std::string& action, const sdbus::Error& why) {
    // What comes from the bus or from systemd (no owner, masked, no reply in time) says that nobody answers.
    const bool fails = why.getName().starts_with("org.freedesktop.PolicyKit1.");
    return {"org.freedesktop.DBus.Error.AccessDenied",
            fmt::format("polkit {}, and only root may do {} until it does; see \"systemctl status polkit\"",
                        fails ? fmt::format("does not decide ({})", why.getMessage()) : "does not answer", action)};
}

} // namespace scepd::bus
