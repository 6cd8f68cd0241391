#pragma once

#include "profile/profile.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What this software knows of each consumer: where it reads a certificate, as whom, and what makes it use a new one.
namespace scepd::profile {

/// What is done so that a consumer uses what was installed.
enum class Action {
    none,           ///< Nothing: the consumer reads its files again by itself.
    reload,         ///< systemd's ReloadOrTryRestartUnit on the target's unit.
    tryRestart,     ///< systemd's TryRestartUnit on the target's unit.
    hangUp,         ///< SIGHUP through systemd's KillUnit, for units without ExecReload.
    reauthenticate, ///< A new EAP session on the target's interface.
    activate,       ///< NetworkManager's ActivateConnection on the target's connection, where it is active.
    command         ///< The preset's command, and nothing before it.
};

/// One row of the table. `NAME` in a path stands for the certificate's name; an empty text means that the consumer has
/// no such thing.
struct PresetFacts {
    Preset preset = Preset::files;
    std::string_view unit = {};
    std::string_view certificate = {}, key = {}, chain = {}, ca = {}, fullchain = {}, combined = {};
    std::string_view owner = "root", group = "root";
    unsigned mode = 0600;    ///< Of files without a private key.
    unsigned keyMode = 0600; ///< Of key, combined and pkcs12.
    Action action = Action::none;
    std::string_view check =
        {}; ///< Command line that looks at the consumer's configuration, words separated by spaces.
    std::string_view command = {}; ///< Command line that makes the running unit use what was installed, likewise.
    bool needsUnit = false;        ///< No unit is known and the action needs one.
};

/// The words of a command line of the table.
std::vector<std::string> words(std::string_view commandLine);

/// The row of a preset.
const PresetFacts& facts(Preset preset);

/// The preset that a usage deploys to when a certificate has no [[deploy]].
Preset defaultPreset(Usage usage);

/// The target with all that the administrator left out filled in from the preset: paths, unit, owner, group, modes,
/// check. `connection`, `interface`, `served` and `pkcs12` have no default and stay as they are. A "files" target that
/// names a path of its own gets no default path besides it, because no consumer expects the others.
Target resolveTarget(const Target& target, const Certificate& certificate);

/// What makes the consumer use the new certificate; looks at `reload` first, then at the preset. A preset's own action
/// that lacks what it needs (an interface, a unit) is none.
Action actionOf(const Target& resolved);

/// One file that a target writes.
struct TargetFile {
    std::string_view
        key; ///< The configuration's key: "certificate", "key", "chain", "ca", "fullchain", "combined", "pkcs12".
    std::string path; ///< Absolute, without --root in front.
    bool holdsPrivateKey = false;

    bool operator==(const TargetFile&) const = default;
};

/// The files of a resolved target, in the order of the configuration's keys.
std::vector<TargetFile> filesOf(const Target& resolved);

} // namespace scepd::profile
