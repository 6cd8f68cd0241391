#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"
#include "profile/load.hpp"
#include "profile/surroundings.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using profile::Diagnostic;

struct Found {
    std::vector<profile::Profile> profiles;
    std::vector<Diagnostic> diagnostics;
    std::size_t settings = 0; ///< Files with settings among those that were named.

    template <typename Value>
    std::optional<Value> take(profile::Loaded<Value> loaded) {
        std::ranges::move(loaded.diagnostics, std::back_inserter(diagnostics));
        return std::move(loaded.value);
    }
};

/// What this machine would not let it install is a warning only: the file may be meant for another one.
void addProfile(Found& found, profile::Profile profile, const std::filesystem::path& root) {
    for (auto& finding : profile::checkTargets(profile, root)) {
        finding.severity = Diagnostic::Severity::warning;
        found.diagnostics.push_back(std::move(finding));
    }
    found.profiles.push_back(std::move(profile));
}

void addFile(Found& found, const std::string& file, const std::filesystem::path& root) {
    try {
        const auto text = file::read(file);
        if (std::filesystem::path(file).filename() == "scepd.toml")
            found.settings += found.take(profile::parseSettings(text, file)) ? 1 : 0;
        else if (auto value = found.take(profile::parseProfile(text, file)))
            addProfile(found, *std::move(value), root);
    } catch (const Error& error) {
        found.diagnostics.push_back({file, 0, 0, Diagnostic::Severity::error, error.what()});
    }
}

Found everythingBelow(const std::filesystem::path& root) {
    auto configuration = profile::load(root);
    return {.profiles = std::move(configuration.profiles), .diagnostics = std::move(configuration.diagnostics)};
}

std::size_t certificates(const Found& found) {
    std::size_t count = 0;
    for (const auto& profile : found.profiles)
        count += profile.certificates.size();
    return count;
}

/// What was looked at: "2 profiles with 3 certificates", or the settings where only they were named.
std::string subject(const Found& found) {
    if (found.settings > 0 && found.profiles.empty()) return counted(found.settings, "file") + " with settings";
    return fmt::format("{} with {}", counted(found.profiles.size(), "profile"),
                       counted(certificates(found), "certificate"));
}

} // namespace

Exit verify(const Console& console, const std::vector<std::string>& files, const std::filesystem::path& root) {
    Found found = files.empty() ? everythingBelow(root) : Found{};
    for (const auto& file : files)
        addFile(found, file, root);
    const auto count = tally(found.diagnostics);
    if (console.json) {
        console.out << document({{"diagnostics", json(found.diagnostics)},
                                 {"profiles", static_cast<std::int64_t>(found.profiles.size())},
                                 {"certificates", static_cast<std::int64_t>(certificates(found))},
                                 {"errors", static_cast<std::int64_t>(count.errors)},
                                 {"warnings", static_cast<std::int64_t>(count.warnings)}});
    } else {
        print(console, found.diagnostics);
        if (console.legend) console.out << fmt::format("{}: {}.\n", subject(found), count.text());
    }
    return count.errors > 0 ? Exit::failed : Exit::done;
}

} // namespace scepd::ctl
