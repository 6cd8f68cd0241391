#include "profile/preset.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace scepd::profile {
namespace {

constexpr std::array presetTable{
    PresetFacts{
        .preset = Preset::files,
        .certificate = "/etc/ssl/scepd/NAME/cert.pem",
        .key = "/etc/ssl/scepd/NAME/key.pem",
        .chain = "/etc/ssl/scepd/NAME/chain.pem",
        .ca = "/etc/ssl/scepd/NAME/ca.pem",
        .fullchain = "/etc/ssl/scepd/NAME/fullchain.pem",
        .mode = 0644,
    },
    PresetFacts{
        .preset = Preset::wpaSupplicant,
        .certificate = "/etc/wpa_supplicant/scepd/NAME/cert.pem",
        .key = "/etc/wpa_supplicant/scepd/NAME/key.pem",
        .ca = "/etc/wpa_supplicant/scepd/NAME/ca.pem",
        .action = Action::reauthenticate,
    },
    PresetFacts{
        .preset = Preset::networkmanager,
        .certificate = "/etc/NetworkManager/scepd/NAME/cert.pem",
        .key = "/etc/NetworkManager/scepd/NAME/key.pem",
        .ca = "/etc/NetworkManager/scepd/NAME/ca.pem",
    },
    PresetFacts{
        .preset = Preset::rsyslog,
        .unit = "rsyslog.service",
        .certificate = "/etc/rsyslog.d/scepd/NAME/cert.pem",
        .key = "/etc/rsyslog.d/scepd/NAME/key.pem",
        .ca = "/etc/rsyslog.d/scepd/NAME/ca.pem",
        .action = Action::tryRestart,
    },
    PresetFacts{
        .preset = Preset::nginx,
        .unit = "nginx.service",
        .key = "/etc/nginx/scepd/NAME/key.pem",
        .fullchain = "/etc/nginx/scepd/NAME/fullchain.pem",
        .action = Action::reload,
        .check = "/usr/sbin/nginx -t",
    },
    PresetFacts{
        .preset = Preset::apache,
        .unit = "apache2.service",
        .key = "/etc/apache2/scepd/NAME/key.pem",
        .fullchain = "/etc/apache2/scepd/NAME/fullchain.pem",
        .action = Action::reload,
    },
    PresetFacts{
        .preset = Preset::lighttpd,
        .unit = "lighttpd.service",
        .combined = "/etc/lighttpd/scepd/NAME/combined.pem",
        .action = Action::tryRestart, // at a reload it reads its files as www-data, which may not, and ends
        .check = "/usr/sbin/lighttpd -tt -f /etc/lighttpd/lighttpd.conf",
    },
    PresetFacts{
        .preset = Preset::haproxy,
        .unit = "haproxy.service",
        .combined = "/etc/haproxy/scepd/NAME.pem",
        .action = Action::reload,
        .check = "/usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg",
    },
    PresetFacts{
        .preset = Preset::stunnel,
        .key = "/etc/stunnel/scepd/NAME/key.pem",
        .fullchain = "/etc/stunnel/scepd/NAME/fullchain.pem",
        .action = Action::hangUp,
        .needsUnit = true,
    },
    PresetFacts{
        .preset = Preset::cockpit,
        .unit = "cockpit.service",
        .key = "/etc/cockpit/ws-certs.d/50-scepd.key",
        .fullchain = "/etc/cockpit/ws-certs.d/50-scepd.cert",
        .action = Action::tryRestart,
        // A pair of the administrator's own whose name sorts after ours and that does not fit would end it.
        .check = "/usr/lib/cockpit/cockpit-certificate-ensure --check",
    },
    PresetFacts{
        .preset = Preset::strongswan,
        .unit = "strongswan.service",
        .certificate = "/etc/swanctl/x509/NAME.pem",
        .key = "/etc/swanctl/private/NAME.pem",
        .ca = "/etc/swanctl/x509ca/NAME.pem",
        // A reload reads the connections as well and drops them all when somebody has made a mistake in one.
        .action = Action::command,
        .command = "/usr/sbin/swanctl --load-creds --noprompt",
    },
    PresetFacts{
        .preset = Preset::xrdp,
        .certificate = "/etc/xrdp/scepd/cert.pem",
        .key = "/etc/xrdp/scepd/key.pem",
        .group = "ssl-cert",
        .mode = 0640,
        .keyMode = 0640,
    },
    PresetFacts{
        .preset = Preset::postgresql,
        .unit = "postgresql.service",
        .key = "/etc/postgresql-common/scepd/NAME/key.pem",
        .fullchain = "/etc/postgresql-common/scepd/NAME/fullchain.pem",
        .owner = "postgres",
        .group = "postgres",
        .action = Action::reload,
    },
};

using Path = std::optional<std::string>;

Path orDefault(const Path& given, std::string_view fallback, const std::string& certificateName) {
    if (given || fallback.empty()) return given;
    std::string path(fallback);
    const auto at = path.find("NAME");
    return at == std::string::npos ? path : path.replace(at, 4, certificateName);
}

bool namesAPath(const Target& target) {
    const std::array paths{&target.certificate, &target.key,      &target.chain, &target.ca,
                           &target.fullchain,   &target.combined, &target.pkcs12};
    return std::ranges::any_of(paths, [](const Path* path) { return path->has_value(); });
}

Target withPaths(Target target, const PresetFacts& row, const std::string& name) {
    target.certificate = orDefault(target.certificate, row.certificate, name);
    target.key = orDefault(target.key, row.key, name);
    target.chain = orDefault(target.chain, row.chain, name);
    target.ca = orDefault(target.ca, row.ca, name);
    target.fullchain = orDefault(target.fullchain, row.fullchain, name);
    target.combined = orDefault(target.combined, row.combined, name);
    return target;
}

Action presetAction(const Target& resolved) {
    const auto action = facts(resolved.preset).action;
    if (resolved.preset == Preset::files) return resolved.unit ? Action::reload : Action::none;
    if (action == Action::reauthenticate) return resolved.interface ? action : Action::none;
    return action == Action::none || resolved.unit ? action : Action::none;
}

} // namespace

std::vector<std::string> words(std::string_view commandLine) {
    std::vector<std::string> result;
    while (!commandLine.empty()) {
        const auto end = std::min(commandLine.find(' '), commandLine.size());
        result.emplace_back(commandLine.substr(0, end));
        commandLine.remove_prefix(std::min(end + 1, commandLine.size()));
    }
    return result;
}

const PresetFacts& facts(Preset preset) {
    return *std::ranges::find(presetTable, preset, &PresetFacts::preset);
}

Preset defaultPreset(Usage usage) {
    switch (usage) {
    case Usage::ieee8021x:
        return Preset::wpaSupplicant;
    case Usage::web:
        return Preset::nginx;
    case Usage::syslog:
        return Preset::rsyslog;
    default:
        return Preset::files;
    }
}

Target resolveTarget(const Target& target, const Certificate& certificate) {
    const auto& row = facts(target.preset);
    const bool onlyItsOwn = target.preset == Preset::files && namesAPath(target);
    Target resolved = onlyItsOwn ? target : withPaths(target, row, certificate.name);
    if (!resolved.unit && !row.unit.empty()) resolved.unit = row.unit;
    if (!resolved.check && !row.check.empty()) resolved.check = words(row.check);
    if (!resolved.owner) resolved.owner = row.owner;
    if (!resolved.group) resolved.group = row.group;
    if (!resolved.mode) resolved.mode = row.mode;
    if (!resolved.keyMode) resolved.keyMode = row.keyMode;
    return resolved;
}

Action actionOf(const Target& resolved) {
    switch (resolved.reload) {
    case Reload::none:
        return Action::none;
    case Reload::reload:
        return resolved.preset == Preset::networkmanager ? Action::activate : Action::reload;
    case Reload::tryRestart:
        return Action::tryRestart;
    case Reload::preset:
        break;
    }
    return presetAction(resolved);
}

std::vector<TargetFile> filesOf(const Target& resolved) {
    std::vector<TargetFile> files;
    const auto add = [&](std::string_view key, const Path& path, bool holdsPrivateKey) {
        if (path) files.push_back({key, *path, holdsPrivateKey});
    };
    add("certificate", resolved.certificate, false);
    add("key", resolved.key, true);
    add("chain", resolved.chain, false);
    add("ca", resolved.ca, false);
    add("fullchain", resolved.fullchain, false);
    add("combined", resolved.combined, true);
    add("pkcs12", resolved.pkcs12, true);
    return files;
}

} // namespace scepd::profile
