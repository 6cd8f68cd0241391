#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"
#include "profile/load.hpp"

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

    template <typename Value>
    std::optional<Value> take(profile::Loaded<Value> loaded) {
        std::ranges::move(loaded.diagnostics, std::back_inserter(diagnostics));
        return std::move(loaded.value);
    }
};

void addFile(Found& found, const std::string& file) {
    try {
        const auto text = file::read(file);
        if (std::filesystem::path(file).filename() == "scepd.toml")
            found.take(profile::parseSettings(text, file));
        else if (auto value = found.take(profile::parseProfile(text, file)))
            found.profiles.push_back(std::move(*value));
    } catch (const Error& error) {
        found.diagnostics.push_back({file, 0, 0, Diagnostic::Severity::error, error.what()});
    }
}

Found everythingBelow(const std::filesystem::path& root) {
    auto configuration = profile::load(root);
    return {std::move(configuration.profiles), std::move(configuration.diagnostics)};
}

std::size_t certificates(const Found& found) {
    std::size_t count = 0;
    for (const auto& profile : found.profiles)
        count += profile.certificates.size();
    return count;
}

} // namespace

Exit verify(const Console& console, const std::vector<std::string>& files, const std::filesystem::path& root) {
    Found found = files.empty() ? everythingBelow(root) : Found{};
    for (const auto& file : files)
        addFile(found, file);
    const auto count = tally(found.diagnostics);
    if (console.json) {
        console.out << document({{"diagnostics", json(found.diagnostics)},
                                 {"profiles", static_cast<std::int64_t>(found.profiles.size())},
                                 {"certificates", static_cast<std::int64_t>(certificates(found))},
                                 {"errors", static_cast<std::int64_t>(count.errors)},
                                 {"warnings", static_cast<std::int64_t>(count.warnings)}});
    } else {
        print(console, found.diagnostics);
        console.out << fmt::format("{} with {}: {}.\n", counted(found.profiles.size(), "profile"),
                                   counted(certificates(found), "certificate"), count.text());
    }
    return count.errors > 0 ? Exit::failed : Exit::done;
}

} // namespace scepd::ctl
