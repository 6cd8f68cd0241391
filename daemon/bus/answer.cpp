#include "bus/answer.hpp"

#include "base/code.hpp"

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

} // namespace scepd::bus
