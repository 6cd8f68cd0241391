#pragma once

#include "crypto/request.hpp"
#include "profile/load.hpp"
#include "profile/profile.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace scepd::enroll {

/// A certificate of the configuration that this endpoint should hold, with the profile it comes from.
struct Wanted {
    std::filesystem::path root;
    profile::Profile profile;
    profile::Certificate certificate;
    std::map<std::string, std::string> variables; ///< [endpoint] of the settings.
};

/// Finds a certificate by name among those that apply to this endpoint. Throws Error{configuration} when there is none.
Wanted findWanted(const std::filesystem::path& root, const std::string& name);

/// What the certificate request will ask for, with all variables expanded. Throws Error{configuration} naming the
/// variable that this machine cannot tell now.
crypto::RequestContent requestContent(const Wanted& wanted);

/// A digest of the names in it, as record::Held::names: another one is another certificate in the eyes of a CA.
std::string namesDigest(const crypto::RequestContent& content);

/// A digest of all that decides what is asked for and of whom. A transaction that was begun under another one is not
/// resumed: its answer would be to another question.
std::string configurationDigest(const Wanted& wanted, const crypto::RequestContent& content);

/// A path of the configuration below the root.
std::filesystem::path below(const std::filesystem::path& root, const std::string& path);

} // namespace scepd::enroll
