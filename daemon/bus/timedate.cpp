#include "bus/timedate.hpp"

#include "base/log.hpp"

#include <exception>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

constexpr auto name = "org.freedesktop.timedate1";

bool isTrue(const sdbus::Error* error, const sdbus::Variant& value) {
    if (error == nullptr && value.containsValueOfType<bool>()) return value.get<bool>();
    log::debug("{} does not tell whether the clock is synchronised: {}", name,
               error != nullptr ? error->getMessage() : "its answer is no boolean");
    return false;
}

/// The wall between sd-bus and who asked: nothing may be thrown through it.
void finish(const std::function<void(bool)>& answer, bool synchronized) noexcept {
    try {
        answer(synchronized);
    } catch (const std::exception& error) {
        log::error("after {} told whether the clock is synchronised: {}", name, error.what());
    }
}

} // namespace

Timedate::Timedate(sdbus::IConnection& connection)
    : proxy_(sdbus::createProxy(connection, name, "/org/freedesktop/timedate1")) {}

Timedate::~Timedate() = default;

void Timedate::askSynchronized(const std::function<void(bool synchronized)>& answer) {
    try {
        proxy_->callMethodAsync("Get")
            .onInterface("org.freedesktop.DBus.Properties")
            .withArguments(name, "NTPSynchronized")
            .uponReplyInvoke([answer](const sdbus::Error* error, const sdbus::Variant& value) {
                finish(answer, isTrue(error, value));
            });
    } catch (const sdbus::Error& error) {
        finish(answer, isTrue(&error, {}));
    }
}

} // namespace scepd::bus
