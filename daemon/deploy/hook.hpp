#pragma once

#include "base/clock.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scepd::deploy {

/// What hooks are told, as SCEPD_CERTIFICATE and so on (scepd-hooks(7)). No server chooses any of it but numbers and
/// hex.
struct HookFacts {
    std::string certificate, usage;
    std::string event; ///< deployed, rolled-back, failed, expiring
    unsigned generation = 0;
    std::string serial, fingerprint; ///< Lower-case hex; empty when nothing is deployed.
    std::string notAfter;            ///< RFC 3339
    /// As they are opened, with --root in front; PEM, DER or PKCS#12.
    std::string certificateFile, keyFile, chainFile, caFile;

    bool operator==(const HookFacts&) const = default;
};

/// "SCEPD_CERTIFICATE=wifi" and the others.
std::vector<std::string> hookEnvironment(const HookFacts& facts);

/// How a hook ended.
struct HookEnd {
    std::string hook;
    bool succeeded = false;
    std::string detail; ///< How it ended and after how long; when it failed also the last it said.

    bool operator==(const HookEnd&) const = default;
};

/// Runs one hook, found by name in ROOT/etc/scepd/hooks.d, then in ROOT/usr/lib/scepd/hooks, and waits until it ends,
/// at most `timeout`; then it and all its children are killed. With systemd on the bus it runs as
/// scepd-hook@CERTIFICATE:HOOK.service, in that unit's sandbox; otherwise as our own child with the same environment.
/// Never throws: a hook that is missing, refused or cannot start has failed like one that ends with another code than
/// 0.
HookEnd runHook(const std::filesystem::path& root, const std::string& hook, const HookFacts& facts, Duration timeout);

} // namespace scepd::deploy
