#include "profile/rules.hpp"

#include "profile/preset.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace scepd::profile {
namespace {

/// A certificate that stays, and where it is written.
struct Holder {
    const Profile* profile;
    const Certificate* certificate;
    std::uint32_t line;

    [[nodiscard]] std::string description() const {
        return fmt::format("certificate \"{}\" ({}:{})", certificate->name, profile->file, line);
    }
};

/// What the certificates so far have taken.
class Taken {
public:
    /// Takes everything that the certificate wants, or says what another one has already.
    std::optional<Diagnostic> take(const Profile& profile, const Certificate& certificate) {
        if (auto conflict = conflictOf(profile, certificate)) return conflict;
        const Holder holder{&profile, &certificate, certificate.line};
        names_.emplace(certificate.name, holder);
        usages_.emplace(certificate.usage, holder);
        for (const auto& target : certificate.targets)
            for (const auto& file : filesOf(resolveTarget(target, certificate)))
                paths_.emplace(file.path, Holder{&profile, &certificate, lineOf(target, certificate)});
        return std::nullopt;
    }

private:
    static std::uint32_t lineOf(const Target& target, const Certificate& certificate) {
        return target.line > 0 ? target.line : certificate.line;
    }

    [[nodiscard]] std::optional<Diagnostic> conflictOf(const Profile& profile, const Certificate& certificate) const {
        const auto complain = [&](std::uint32_t line, const std::string& text) {
            return Diagnostic{profile.file, line, 1, Diagnostic::Severity::error, text};
        };
        if (const auto name = names_.find(certificate.name); name != names_.end())
            return complain(certificate.line,
                            fmt::format("a certificate of this name stands already in {}:{}; names are "
                                        "unique on an endpoint",
                                        name->second.profile->file, name->second.line));
        const auto usage = usages_.find(certificate.usage);
        if (usage != usages_.end() && certificate.usage != Usage::generic)
            return complain(
                certificate.line,
                fmt::format(R"(usage "{}" is taken by {}; only "generic" may occur more than once on an endpoint)",
                            name(certificate.usage), usage->second.description()));
        return pathConflict(certificate, complain);
    }

    [[nodiscard]] std::optional<Diagnostic> pathConflict(const Certificate& certificate, const auto& complain) const {
        std::map<std::string, std::uint32_t> own;
        for (const auto& target : certificate.targets) {
            const auto line = lineOf(target, certificate);
            for (const auto& file : filesOf(resolveTarget(target, certificate))) {
                if (const auto holder = paths_.find(file.path); holder != paths_.end())
                    return complain(line, fmt::format("{} \"{}\" is written by {} already", file.key, file.path,
                                                      holder->second.description()));
                if (const auto [before, isNew] = own.emplace(file.path, line); !isNew)
                    return complain(line, fmt::format("{} \"{}\" is written already by the target in line {}", file.key,
                                                      file.path, before->second));
            }
        }
        return std::nullopt;
    }

    std::map<std::string, Holder> names_;
    std::map<Usage, Holder> usages_;
    std::map<std::string, Holder> paths_;
};

} // namespace

Agreed withoutConflicts(const std::vector<Profile>& profiles, const std::vector<std::string>& groups) {
    Agreed agreed;
    Taken taken;
    for (const auto& profile : profiles) {
        auto& kept = agreed.profiles.emplace_back(profile);
        if (!profile.appliesTo(groups)) continue;
        kept.certificates.clear();
        for (const auto& certificate : profile.certificates) {
            if (auto conflict = taken.take(profile, certificate))
                agreed.diagnostics.push_back(std::move(*conflict));
            else
                kept.certificates.push_back(certificate);
        }
    }
    return agreed;
}

} // namespace scepd::profile
