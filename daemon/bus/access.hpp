#pragma once

#include "bus/answer.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

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
    /// ALLOW_INTERACTIVE_AUTHORIZATION flag. While polkit does not answer others are refused and told so.
    void check(const sdbus::Message& call, const std::string& action, Verdict verdict);

private:
    std::unique_ptr<sdbus::IProxy> polkit_;
};

/// Runs an action once polkit has allowed it, and answers the call with its result or its error.
template <typename Result, typename Body>
void whenAllowed(Access& access, const sdbus::Message& call, const std::string& action, Result&& result, Body body) {
    auto shared = std::make_shared<std::decay_t<Result>>(std::forward<Result>(result));
    access.check(call, action, [shared, body = std::move(body)](const std::optional<sdbus::Error>& refusal) {
        if (refusal) return shared->returnError(*refusal);
        try {
            answer([&] { body(*shared); });
        } catch (const sdbus::Error& error) {
            shared->returnError(error);
        }
    });
}

} // namespace scepd::bus
