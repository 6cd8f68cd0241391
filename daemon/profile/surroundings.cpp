#include "profile/surroundings.hpp"

#include "profile/suggest.hpp"
#include "profile/variables.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <string_view>

namespace scepd::profile {
namespace {

using Path = std::optional<std::string>;
using Severity = Diagnostic::Severity;

constexpr std::array<std::string_view, 12> builtInVariables{"hostname", "fqdn",     "domain", "machine-id",
                                                            "host-id",  "serial",   "uuid",   "mac",
                                                            "ip",       "username", "email",  "device-name"};

/// Gathers what one profile is told.
class Inspection {
public:
    Inspection(const Profile& profile, const Settings& settings, const std::filesystem::path& root)
        : profile_(profile), settings_(settings), root_(root) {}

    std::vector<Diagnostic> run() {
        inspectScep();
        for (const auto& certificate : profile_.certificates)
            inspect(certificate);
        std::ranges::move(checkTargets(profile_, root_), std::back_inserter(found_));
        return std::move(found_);
    }

private:
    void inspectScep() {
        const auto& scep = profile_.scep;
        if (const auto* const challenge = std::get_if<StaticChallenge>(&scep.challenge.source))
            secret("the challenge's file", challenge->file);
        if (const auto* const challenge = std::get_if<DynamicChallenge>(&scep.challenge.source))
            secret("password-file", challenge->passwordFile);
        if (const auto* const pin = std::get_if<CertificatePin>(&scep.trust)) needed("ca-certificate", pin->file, 0);
        secret("tls.client-key", scep.tlsClientKey);
        needed("tls.client-certificate", scep.tlsClientCertificate, 0);
        needed("tls.ca-certificates", scep.tlsCaCertificates, 0);
    }

    void inspect(const Certificate& certificate) {
        for (const auto& rdn : certificate.subject)
            for (const auto& attribute : rdn)
                variables(attribute.value, certificate);
        for (const auto& san : certificate.san)
            variables(san.value, certificate);
        for (const auto& hook : certificate.hooks)
            inspectHook(hook, certificate);
        for (const auto& target : certificate.targets)
            secret("pkcs12-password-file", target.pkcs12PasswordFile, "0600");
    }

    void variables(const std::string& text, const Certificate& certificate) {
        for (const auto& variable : variablesIn(text)) {
            const auto plain = variable.substr(0, variable.find(':'));
            if (settings_.variables.contains(plain) ||
                std::ranges::find(builtInVariables, plain) != builtInVariables.end())
                continue;
            std::vector<std::string_view> known(builtInVariables.begin(), builtInVariables.end());
            for (const auto& [name, value] : settings_.variables)
                known.emplace_back(name);
            tell(Severity::warning, certificate.line,
                 fmt::format("${{{}}} is no variable of this machine; give it a value in [endpoint] of "
                             "/etc/scepd/scepd.toml{}",
                             variable, didYouMean(plain, known)));
        }
    }

    void inspectHook(const std::string& hook, const Certificate& certificate) {
        const auto local = root_ / "etc/scepd/hooks.d" / hook;
        const auto shipped = root_ / "usr/lib/scepd/hooks" / hook;
        if (isMissing(local) && isMissing(shipped))
            tell(Severity::warning, certificate.line,
                 fmt::format("hook {} is neither in /etc/scepd/hooks.d nor in /usr/lib/scepd/hooks", inQuotes(hook)));
    }

    void needed(std::string_view key, const Path& path, std::uint32_t line) {
        if (path && isMissing(below(*path)))
            tell(Severity::warning, line, fmt::format("{} {} does not exist", key, inQuotes(*path)));
    }

    void secret(std::string_view key, const Path& path, std::string_view mode = "0640") {
        needed(key, path, 0);
        struct stat status {};
        if (!path || ::stat(below(*path).c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return;
        tell(
            Severity::warning, 0,
            fmt::format("{0} {1} can be read by everybody on this machine; chmod {2} {1}", key, inQuotes(*path), mode));
    }

    /// A file that is not there; one that may only not be looked at counts as there.
    static bool isMissing(const std::filesystem::path& path) {
        struct stat status {};
        return ::stat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
    }

    [[nodiscard]] std::filesystem::path below(const std::string& path) const { return root_ / path.substr(1); }

    void tell(Severity severity, std::uint32_t line, std::string text) {
        found_.push_back({profile_.file, line, line > 0 ? 1U : 0U, severity, std::move(text)});
    }

    const Profile& profile_;
    const Settings& settings_;
    const std::filesystem::path& root_;
    std::vector<Diagnostic> found_;
};

} // namespace

std::vector<Diagnostic> checkSurroundings(const Profile& profile, const Settings& settings,
                                          const std::filesystem::path& root) {
    return Inspection(profile, settings, root).run();
}

} // namespace scepd::profile
