#include "deploy/rehearsal.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "bus/systemd.hpp"
#include "deploy/consumer.hpp"
#include "deploy/directory.hpp"
#include "deploy/transaction.hpp"
#include "profile/preset.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;
using Command = std::vector<std::string>;

/// A check that looks up names of hosts in its configuration may wait for a name server.
constexpr Duration limit = std::chrono::seconds(30);

/// Only over files that are there: systemd would make the others, empty ones.
std::vector<bus::Systemd::Bind> bindsOf(const fs::path& root, const profile::Target& target) {
    std::vector<bus::Systemd::Bind> binds;
    for (const auto& file : profile::filesOf(target)) {
        const auto path = below(root, file.path);
        if (fs::exists(fs::symlink_status(path)))
            binds.push_back({path.parent_path() / nameBeside(path.filename().string()), path});
    }
    return binds;
}

class Rehearsal {
public:
    Rehearsal(const fs::path& root, const Subject& subject, bus::Systemd& systemd)
        : name_(subject.certificate.name), systemd_(systemd) {
        for (const auto& target : subject.targets)
            std::ranges::move(bindsOf(root, target), std::back_inserter(binds_));
    }

    void ask(const fs::path& root, const profile::Target& target) {
        if (!target.check || target.check->empty() || bindsOf(root, target).empty()) return;
        if (target.unit && !isRunning(systemd_, *target.unit)) return;
        if (asked_.insert(*target.check).second) ask(*target.check);
    }

private:
    void ask(const Command& command) {
        const auto line = fmt::format("{}", fmt::join(command, " "));
        const auto unit = fmt::format("scepd-check-{}-{}.service", name_, asked_.size());
        const auto before = fmt::format("scepd-check-{}-{}-before.service", name_, asked_.size());
        if (passes(unit, command, binds_)) return;
        if (passes(before, command, {}))
            throw Error(Code::checkFailed,
                        fmt::format("`{}` fails with the new certificate and passes with the one that is installed, "
                                    "which stays; journalctl -u {} tells why",
                                    line, unit));
        log::warning("{}: `{}` fails with the old certificate as well as with the new one, which is installed; "
                     "journalctl -u {} tells why",
                     name_, line, before);
    }

    bool passes(const std::string& unit, const Command& command, const std::vector<bus::Systemd::Bind>& binds) {
        try {
            return systemd_.runCommand(unit, command, binds, limit).succeeded;
        } catch (const Error& error) {
            log::warning("{}: the consumer's check is left out: {}", name_, error.what());
            return true;
        }
    }

    const std::string& name_;
    bus::Systemd& systemd_;
    std::vector<bus::Systemd::Bind> binds_;
    std::set<Command> asked_;
};

} // namespace

void rehearse(const fs::path& root, const Subject& subject) {
    const auto systemd = findSystemd(root);
    if (!systemd) return;
    Rehearsal rehearsal(root, subject, *systemd);
    for (const auto& target : subject.targets)
        rehearsal.ask(root, target);
}

} // namespace scepd::deploy
