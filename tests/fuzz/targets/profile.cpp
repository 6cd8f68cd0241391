#include "fuzz/harness.hpp"
#include "profile/load.hpp"
#include "profile/preset.hpp"
#include "profile/request_digest.hpp"
#include "profile/variables.hpp"

#include <algorithm>
#include <string>

using namespace scepd;

namespace {

using profile::Diagnostic;

/// What is wrong is told in lines that fit a terminal; there is a value exactly when nothing is an error.
template <typename Value>
void requireFair(const profile::Loaded<Value>& loaded) {
    const auto isError = [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Diagnostic::Severity::error;
    };
    const bool failed = std::ranges::any_of(loaded.diagnostics, isError);
    fuzz::require(loaded.value.has_value() != failed, "a file loads unless something in it is an error");
    fuzz::require(loaded.diagnostics.size() <= 101, "nobody is shown thousands of findings");
    for (const auto& diagnostic : loaded.diagnostics)
        fuzz::requireShowable(format(diagnostic), 600);
}

/// Other text than ours in all the names.
void expand(const profile::Certificate& certificate) {
    const auto lookup = [](const std::string& variable) -> std::optional<std::string> {
        if (variable == "serial") return std::nullopt;
        return variable == "hostname" ? "kiosk" : "a,CN=b+\"#\\\xc3\xa9 ";
    };
    fuzz::parsed(Fault::configuration, [&] { return expandNames(certificate, lookup); });
}

void look(const profile::Profile& profile, const profile::Certificate& certificate) {
    expand(certificate);
    const auto digest = requestDigest(profile.scep, certificate);
    fuzz::require(digest.size() == 16, "a digest of a request has sixteen digits");
    fuzz::require(requestDigest(profile.scep, certificate) == digest, "the same request has the same digest");
    for (const auto& target : certificate.targets) {
        const auto resolved = resolveTarget(target, certificate);
        fuzz::require(resolveTarget(resolved, certificate) == resolved, "what is filled in stays");
        actionOf(resolved);
        for (const auto& file : filesOf(resolved))
            fuzz::require(file.path.starts_with('/'), "a target is an absolute path");
    }
}

} // namespace

/// What an administrator, or whoever makes the administrator's files, wrote: both kinds of files, as neither says which
/// it is.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::textOf(data, size));
    const auto settings = profile::parseSettings(text, "scepd.toml");
    requireFair(settings);
    const auto loaded = profile::parseProfile(text, "office.toml");
    requireFair(loaded);
    if (!loaded.value) return 0;
    fuzz::require(profile::parseProfile(text, "office.toml").value == loaded.value,
                  "the same text is the same profile");
    for (const auto& certificate : loaded.value->certificates)
        look(*loaded.value, certificate);
    return 0;
}
