#include "enroll/own_held.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "profile/endpoint.hpp"
#include "store/generation.hpp"

namespace scepd::enroll {

std::optional<record::Held> ownHeld(const Wanted& wanted) {
    const auto& name = wanted.certificate.name;
    try {
        auto held = store::readHeld(wanted.root, name);
        if (!held || held->machineId == profile::machineId(wanted.root)) return held;
        log::warning("{}: generation {} was made on another machine and is not used", name, held->generation);
    } catch (const Error& error) {
        if (error.code() != Code::stateDamaged) throw;
        log::warning("{}: what is held is not used: {}", name, error.what());
    }
    return std::nullopt;
}

} // namespace scepd::enroll
