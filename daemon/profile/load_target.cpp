#include "profile/load_parts.hpp"
#include "profile/preset.hpp"
#include "profile/quantity.hpp"
#include "profile/shape.hpp"
#include "profile/target_path.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace scepd::profile {
namespace {

constexpr unsigned readableByOthers = 0004;
constexpr std::array pathKeys{"certificate", "key", "chain", "ca", "fullchain", "combined", "pkcs12"};

std::string parseTargetPath(const std::string& text) {
    auto path = parsePath(text);
    if (const auto reason = forbiddenBecause(path))
        throw Error(Fault::configuration, fmt::format("{} {}", inQuotes(path), *reason));
    return path;
}

void readPaths(Table& table, Target& target) {
    target.certificate = table.parsed("certificate", parseTargetPath);
    target.key = table.parsed("key", parseTargetPath);
    target.chain = table.parsed("chain", parseTargetPath);
    target.ca = table.parsed("ca", parseTargetPath);
    target.fullchain = table.parsed("fullchain", parseTargetPath);
    target.combined = table.parsed("combined", parseTargetPath);
}

/// A file in DER ends where its one object ends, and the presets' programs read PEM.
void checkDer(Table& table, const Target& target) {
    if (target.preset != Preset::files)
        return table.error("encoding", fmt::format("preset \"{}\" reads PEM; write DER with a deploy table of its own, "
                                                   "whose preset is \"files\"",
                                                   name(target.preset)));
    for (const auto* key : {"chain", "fullchain", "combined"})
        if (table.has(key))
            table.error(key, "holds several objects, and a file in DER holds one; write certificate, key and ca in "
                             "DER, or leave encoding out");
    if (std::ranges::none_of(pathKeys, [&](const auto* key) { return table.has(key); }))
        table.error("encoding", "needs the paths of files in DER, for instance certificate = \"/etc/ssl/cert.der\"; "
                                "the usual ones are PEM");
}

void readPkcs12(Table& table, Target& target) {
    target.pkcs12 = table.parsed("pkcs12", parseTargetPath);
    target.pkcs12PasswordFile = table.parsed("pkcs12-password-file", parsePath);
    if (target.pkcs12PasswordFile && !table.has("pkcs12"))
        table.error("pkcs12-password-file", "is used for pkcs12 only, and no pkcs12 is given");
    if (target.pkcs12 && !table.has("pkcs12-password-file"))
        table.error("pkcs12", "needs a password: without one it protects nothing, and many programs refuse to import "
                              "it; name a file that holds one, pkcs12-password-file = \"/etc/scepd/secrets/pkcs12\"");
}

void readFormat(Table& table, Target& target) {
    target.encoding = table.choice("encoding", encodingWords).value_or(target.encoding);
    if (target.encoding == Encoding::der) checkDer(table, target);
    target.keyFormat = table.choice("key-format", keyFormatWords).value_or(target.keyFormat);
}

void readOwnership(Table& table, Target& target) {
    target.owner = table.parsed("owner", parseAccount);
    target.group = table.parsed("group", parseAccount);
    target.mode = table.parsed("mode", parseMode);
    target.keyMode = table.parsed("key-mode", parseMode);
    if (target.mode && (*target.mode & 0022U) != 0)
        table.warning("mode", "lets others than the owner replace what was installed");
    if ((target.keyMode.value_or(0) & readableByOthers) != 0)
        table.warning("key-mode", "lets everybody read the private key");
}

void readAction(Table& table, Target& target) {
    target.reload = table.choice("reload", reloadWords).value_or(target.reload);
    target.check = table.parsedList("check", anyText);
    if (target.check && (target.check->empty() || !target.check->front().starts_with('/')))
        table.error("check", "begins with the absolute path of a program");
    target.served = table.parsed("served", parseHostPort);
}

void checkWhatThePresetNeeds(Table& table, const Target& target) {
    const auto& row = facts(target.preset);
    const bool ofNetworkManager = target.preset == Preset::networkmanager;
    if (target.interface && target.preset != Preset::wpaSupplicant && !ofNetworkManager)
        table.error("interface", fmt::format("means nothing to preset \"{}\"", name(target.preset)));
    if (target.connection && !ofNetworkManager)
        table.error("connection", fmt::format("means nothing to preset \"{}\"", name(target.preset)));
    if (ofNetworkManager && target.reload == Reload::reload) {
        if (!target.connection) table.error("reload", "activates a connection; name it, connection = \"office\"");
        return;
    }
    const bool asksForUnit = target.reload == Reload::reload || target.reload == Reload::tryRestart;
    const bool presetAsks = row.needsUnit && target.reload == Reload::preset;
    if ((asksForUnit || presetAsks) && !target.unit && row.unit.empty())
        table.error(fmt::format(R"(preset "{}" knows no unit to reload; name it, unit = "example.service")",
                                name(target.preset)));
}

} // namespace

Target readTarget(Table table) {
    Target target;
    target.line = table.place().line;
    target.preset = table.choice("preset", presetWords).value_or(target.preset);
    target.interface = table.parsed("interface", parseInterface);
    target.connection = table.text("connection");
    target.unit = table.parsed("unit", parseUnit);
    readPaths(table, target);
    readPkcs12(table, target);
    readFormat(table, target);
    readOwnership(table, target);
    readAction(table, target);
    checkWhatThePresetNeeds(table, target);
    table.finish();
    return target;
}

} // namespace scepd::profile
