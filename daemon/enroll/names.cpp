#include "enroll/names.hpp"

#include "base/error.hpp"
#include "enroll/plan.hpp"

#include <optional>
#include <string>

namespace scepd::enroll {
namespace {

std::optional<std::string> digestOf(const Wanted& wanted) {
    try {
        return namesDigest(requestContent(wanted));
    } catch (const Error& error) {
        if (error.fault() != Fault::configuration) throw;
        return std::nullopt; // a variable that is not known now says nothing
    }
}

} // namespace

record::NamesNow namesNow(const std::filesystem::path& root) {
    const auto configuration = profile::load(root);
    record::NamesNow names;
    for (const auto& profile : configuration.profiles) {
        if (!profile.appliesTo(configuration.settings.groups)) continue;
        for (const auto& certificate : profile.certificates)
            if (const auto digest = digestOf({root, profile, certificate, configuration.settings.variables}))
                names.digests.emplace(certificate.name, *digest);
    }
    return names;
}

} // namespace scepd::enroll
