#pragma once

#include "deploy/check.hpp"
#include "deploy/hook.hpp"
#include "deploy/plan.hpp"
#include "profile/load.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scepd::deploy {

/// What the root-owned configuration says of one certificate that this endpoint holds.
struct Subject {
    profile::Scep scep;
    profile::Certificate certificate;
    std::vector<profile::Target> targets; ///< Resolved.

    bool operator==(const Subject&) const = default;
};

/// Reads the profiles below root anew and finds the certificate among those that apply here. Throws
/// Error{configuration} when there is none of this name, or it asks for what this version does not do.
Subject findSubject(const std::filesystem::path& root, const std::string& name);
/// The same in profiles that were read.
Subject findSubject(const profile::Configuration& configuration, const std::string& name);

/// All files of all its targets.
std::vector<PlannedFile> planAll(const std::filesystem::path& root, const Subject& subject, const Material& material);

/// What hooks are told of a generation; without a certificate the fields about it are empty.
HookFacts hookFacts(const std::filesystem::path& root, const Subject& subject, const std::string& event,
                    unsigned generation, const std::optional<crypto::Certificate>& certificate);

} // namespace scepd::deploy
