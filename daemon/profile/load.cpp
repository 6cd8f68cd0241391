#include "profile/load.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "profile/rules.hpp"
#include "profile/source.hpp"
#include "profile/surroundings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace scepd::profile {
namespace {

namespace fs = std::filesystem;

fs::path settingsFile(const fs::path& root) {
    return root / "etc/scepd/scepd.toml";
}

/// Puts a configuration together, file by file.
class Loader {
public:
    Loader(const fs::path& root, const Configuration& previous) : root_(root), previous_(previous) {}

    Configuration run() {
        loadSettings();
        for (const auto& [name, path] : profileFiles(root_))
            loadProfile(name, path);
        applyRules();
        return std::move(result_);
    }

private:
    void loadSettings() {
        const auto path = settingsFile(root_);
        const auto source = readSource(path, root_);
        if (source.isMasked()) return;
        auto loaded = source.refusal ? Loaded<Settings>{} : parseSettings(source.text, path.string());
        if (source.refusal) loaded.diagnostics = {*source.refusal};
        append(loaded.diagnostics);
        if (!loaded.value) result_.failedFiles.push_back(path.string());
        result_.settings = loaded.value.value_or(previous_.settings);
    }

    void loadProfile(const std::string& name, const fs::path& path) {
        const auto source = readSource(path, root_);
        if (source.isMasked()) return;
        auto loaded = source.refusal ? Loaded<Profile>{} : parseProfile(source.text, path.string());
        if (source.refusal) loaded.diagnostics = {*source.refusal};
        append(loaded.diagnostics);
        if (!loaded.value) return keepPrevious(name, path);
        reportReadableSecret(*loaded.value, source);
        result_.profiles.push_back(std::move(*loaded.value));
    }

    void keepPrevious(const std::string& name, const fs::path& path) {
        result_.failedFiles.push_back(path.string());
        const auto sameName = [&](const Profile& profile) { return fs::path(profile.file).filename() == name; };
        const auto kept = std::ranges::find_if(previous_.profiles, sameName);
        if (kept != previous_.profiles.end()) result_.profiles.push_back(*kept);
    }

    void reportReadableSecret(const Profile& profile, const Source& source) {
        const auto* const challenge = std::get_if<StaticChallenge>(&profile.scep.challenge.source);
        if (challenge == nullptr || !challenge->value || !source.readableByOthers) return;
        result_.diagnostics.push_back(
            {profile.file, 0, 0, Diagnostic::Severity::warning,
             "the file can be read by everybody on this machine and holds the challenge; "
             "chmod 0640 and chgrp scepd it, or name a file or credential instead of a value"});
    }

    void applyRules() {
        auto agreed = withoutConflicts(result_.profiles, result_.settings.groups);
        result_.profiles = std::move(agreed.profiles);
        append(agreed.diagnostics);
        for (const auto& profile : result_.profiles)
            if (profile.appliesTo(result_.settings.groups)) append(checkSurroundings(profile, result_.settings, root_));
    }

    void append(std::vector<Diagnostic> found) { std::ranges::move(found, std::back_inserter(result_.diagnostics)); }

    const fs::path& root_;
    const Configuration& previous_;
    Configuration result_;
};

/// "office.toml:3:1: error: ...": the first of what keeps the files from loading.
std::string whyFilesFailed(const Configuration& configuration) {
    const auto& files = configuration.failedFiles;
    const auto told = std::ranges::find_if(configuration.diagnostics, [&](const Diagnostic& diagnostic) {
        return diagnostic.severity == Diagnostic::Severity::error &&
               std::ranges::find(files, diagnostic.file) != files.end();
    });
    return told != configuration.diagnostics.end() ? format(*told) : fmt::format("{}", fmt::join(files, ", "));
}

} // namespace

std::vector<fs::path> profileFolders(const fs::path& root) {
    return {root / "etc/scepd/profiles.d", root / "run/scepd/profiles.d", root / "usr/lib/scepd/profiles.d"};
}

std::vector<fs::path> configurationFiles(const fs::path& root) {
    auto files = profileFolders(root);
    files.push_back(settingsFile(root));
    for (const auto& [name, path] : profileFiles(root))
        files.push_back(path);
    return files;
}

Configuration load(const fs::path& root) {
    return load(root, {});
}

Configuration load(const fs::path& root, const Configuration& previous) {
    return Loader(root, previous).run();
}

Selected select(const Configuration& configuration, std::string_view name) {
    for (const auto& profile : configuration.profiles) {
        if (!profile.appliesTo(configuration.settings.groups)) continue;
        const auto found = std::ranges::find(profile.certificates, name, &Certificate::name);
        if (found != profile.certificates.end()) return {profile, *found};
    }
    auto sentence = fmt::format("no profile that applies here has a certificate {}", name);
    if (!configuration.failedFiles.empty())
        sentence += fmt::format("; a file did not load: {}", whyFilesFailed(configuration));
    throw Error(Fault::configuration, sentence);
}

} // namespace scepd::profile
