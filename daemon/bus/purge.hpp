#pragma once

#include "bus/later.hpp"
#include "bus/objects.hpp"

#include <string>
#include <utility>

namespace scepd::bus {

/// Purge of both interfaces: asks polkit, then has the certificate forgotten, and answers when it is.
inline void purgeWhenAllowed(Access& access, const sdbus::Message& call, sdbus::Result<>&& result, Handlers& handlers,
                             const std::string& name) {
    whenAllowedLater(access, call, "org.scepd1.manage", std::move(result), [&handlers, name](const auto& reply) {
        const auto done = [reply](const std::expected<std::string, Error>& purged) {
            purged ? reply->give() : reply->fail(busError(purged.error()));
        };
        if (!handlers.purge(name, done)) throw busy(name);
    });
}

} // namespace scepd::bus
