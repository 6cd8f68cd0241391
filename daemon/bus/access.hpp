#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {

/// Decides who may act: root and the daemon's own user always, others as polkit says. The loop never waits for polkit.
class Access {
public:
    /// Called once with nullopt when the caller may, otherwise with the error to answer with: AccessDenied or
    /// InteractiveAuthorizationRequired.
    using Verdict = std::function<void(std::optional<sdbus::Error>)>;

    explicit Access(sdbus::IConnection& connection);

    /// Asks whether the sender of `call` may do `action` ("org.scepd1.request"). Honours the caller's
    /// ALLOW_INTERACTIVE_AUTHORIZATION flag. Without polkit on the bus others are refused.
    void check(const sdbus::Message& call, const std::string& action, Verdict verdict);

private:
    std::unique_ptr<sdbus::IProxy> polkit_;
};

} // namespace scepd::bus
