#pragma once

#include "base/error.hpp"
#include "unit/crypto/forge.hpp"
#include "unit/crypto/forge_cms.hpp"

#include <functional>
#include <string>

#include <gtest/gtest.h>

/// Who takes part in the tests of crypto's messages.
namespace scepd::test {

inline const Identity& ca() {
    static const auto identity =
        selfSigned({.subject = "CN=ca", .ca = true, .keyUsage = "keyCertSign,cRLSign"}, testKey(1));
    return identity;
}

inline const Identity& device() {
    static const auto identity = issued({.subject = "CN=device", .serial = 77}, testKey(2), ca());
    return identity;
}

inline const Identity& ecDevice() {
    static const auto identity = issued({.subject = "CN=ec", .serial = 78}, ecTestKey(), ca());
    return identity;
}

/// The sentence with which something is refused; empty when it is not.
inline std::string refusal(const std::function<void()>& action, Fault fault = Fault::protocol) {
    try {
        action();
        return {};
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), fault);
        return error.what();
    }
}

} // namespace scepd::test
