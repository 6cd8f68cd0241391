#pragma once

#include "base/error.hpp"
#include "store/generation.hpp"
#include "store/transaction.hpp"
#include "temporary_root.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <gmock/gmock.h>

/// Values in which every member differs from its default, so that a member that is forgotten is noticed.
namespace scepd::store::test {

using namespace std::chrono_literals;
using scepd::test::namesIn;
using scepd::test::TemporaryRoot;

inline record::Held sampleHeld(unsigned generation = 1) {
    return {
        .generation = generation,
        .subject = "CN=kiosk-7.example.com,O=\"Example, Inc.\",OU=back\\\\slash",
        .issuer = "CN=Example Issuing CA,O=Ünïcode",
        .serialNumber = "00ab12",
        .fingerprint = std::string(64, 'f'),
        .san = {"dns:kiosk-7.example.com", "upn:kiosk-7$@example.com"},
        .keyType = "EC P-384",
        .notBefore = Time(1795201445s),
        .notAfter = Time(1802977445s + 1us),
        .issued = Time(1795201500s + 123456us),
        .caFingerprint = std::string(64, 'c'),
        .caNotAfter = Time(2110000000s),
        .profile = "office.toml",
        .configuration = "0123456789abcdef",
        .names = std::string(64, 'a'),
        .machineId = "0123456789abcdef0123456789abcdef",
    };
}

inline Generation sampleGeneration(const std::string& mark) {
    return {.key = Secret("key " + mark),
            .certificate = "cert " + mark,
            .chain = "chain " + mark,
            .ca = "ca " + mark,
            .facts = sampleHeld()};
}

/// The sentence of the local error that `body` throws.
inline std::string errorOf(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
        return error.what();
    }
    return "no error";
}

} // namespace scepd::store::test
