#include "bus/access.hpp"

#include "bus/raw.hpp"

#include <cstdint>
#include <map>
#include <utility>

#include <systemd/sd-bus.h>
#include <unistd.h>

namespace scepd::bus {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t allowUserInteraction = 1;

/// sdbus-c++ 1.2 does not tell this flag.
bool allowsInteraction(const sdbus::Message& call) {
    return sd_bus_message_get_allow_interactive_authorization(raw::behind(call)) > 0;
}

std::optional<sdbus::Error> denial(const std::string& action, bool challenge) {
    if (challenge)
        return sdbus::Error("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
                            action + " needs an authorization that has to be asked for interactively");
    return sdbus::Error("org.freedesktop.DBus.Error.AccessDenied",
                        action + " is for root and, by the shipped rule, for members of group scepd-admin");
}

} // namespace

Access::Access(sdbus::IConnection& connection)
    : polkit_(sdbus::createProxy(connection, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority")) {}

void Access::check(const sdbus::Message& call, const std::string& action, Verdict verdict) {
    const auto uid = call.getCredsEuid();
    if (uid == 0 || uid == ::geteuid()) return verdict(std::nullopt);
    const bool interactive = allowsInteraction(call);
    using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
    using Answer = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;
    const Subject subject{"system-bus-name", {{"name", sdbus::Variant(call.getSender())}}};
    polkit_->callMethodAsync("CheckAuthorization")
        .onInterface("org.freedesktop.PolicyKit1.Authority")
        .withTimeout(interactive ? std::chrono::microseconds(2min) : std::chrono::microseconds(10s))
        .withArguments(subject, action, std::map<std::string, std::string>{}, interactive ? allowUserInteraction : 0U,
                       std::string())
        .uponReplyInvoke([action, interactive, verdict = std::move(verdict)](const sdbus::Error* error, Answer answer) {
            if (error != nullptr) return verdict(undecided(action, *error));
            if (answer.get<0>()) return verdict(std::nullopt);
            verdict(denial(action, answer.get<1>() && !interactive));
        });
}

} // namespace scepd::bus
