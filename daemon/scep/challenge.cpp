#include "scep/challenge.hpp"

#include "scep/command_challenge.hpp"
#include "scep/dynamic_challenge.hpp"

namespace scepd::scep {
namespace {

constexpr auto commandTimeout = std::chrono::seconds(30);

Secret readChallenge(const profile::StaticChallenge& challenge, const std::filesystem::path& root) {
    if (challenge.value) return *challenge.value;
    return secretFrom("challenge", challenge.file, challenge.credential, root);
}

} // namespace

Secret obtainChallenge(const profile::Scep& scep, const std::filesystem::path& root) {
    const auto& source = scep.challenge.source;
    if (const auto* fixed = std::get_if<profile::StaticChallenge>(&source)) return readChallenge(*fixed, root);
    if (const auto* dynamic = std::get_if<profile::DynamicChallenge>(&source))
        return fetchChallenge(*dynamic, scep, root);
    if (const auto* command = std::get_if<profile::CommandChallenge>(&source))
        return commandChallenge(*command, commandTimeout);
    return {};
}

} // namespace scepd::scep
