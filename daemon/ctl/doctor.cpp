#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "bus/systemd.hpp"
#include "ctl/checkup.hpp"
#include "ctl/checkup_disk.hpp"
#include "ctl/failure.hpp"
#include "ctl/output.hpp"
#include "ctl/report_text.hpp"
#include "ctl/text.hpp"
#include "ctl/timers.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

using Result = Check::Result;

constexpr auto noDaemon = "the daemon does not answer";
constexpr auto noSystemd = "there is no systemd on this bus";

/// One visit: what can be asked, and what was found.
class Visit {
public:
    explicit Visit(const DoctorRequest& wanted) : wanted_(wanted), machine_(Machine::below(wanted.root)) {}

    Checks run() {
        meet();
        lookAtMachine();
        lookAtConfiguration();
        lookAtSystemd();
        lookAtCertificates();
        return std::move(checks_);
    }

    [[nodiscard]] Told told() {
        return {.machine = machine_,
                .version = wanted_.version,
                .configuration = configuration_ ? &*configuration_ : nullptr,
                .systemd = systemd_.get(),
                .asksBus = asksBus()};
    }

private:
    /// Another root's daemon is on a bus of its own, if any; the system's bus is of the machine that we run on.
    [[nodiscard]] bool asksBus() const {
        return machine_.isThisOne() || std::getenv("DBUS_SYSTEM_BUS_ADDRESS") != nullptr;
    }

    void meet() {
        if (asksBus()) {
            systemd_ = bus::Systemd::find();
            try {
                daemon_ = std::make_unique<Daemon>(false);
                daemon_->version();
            } catch (const sdbus::Error&) {
                daemon_ = nullptr;
            }
        }
        try {
            configuration_ = profile::load(machine_.root);
        } catch (const Error& error) {
            whyNotLoaded_ = ::geteuid() == 0 ? error.what() : needsRoot;
        }
    }

    void lookAtMachine() {
        look("Clock", [&] {
            return Checks{checkSynchronized(machine_, asksBus() ? askSynchronized() : std::nullopt),
                          checkPlausible(machine_, now(), held())};
        });
        if (asksBus()) look("Daemon", [&] { return checkDaemon(wanted_.version); });
        if (machine_.isThisOne()) look("Installation", [&] { return checkInstallation(machine_); });
        if (machine_.isThisOne()) look("Accounts", [] { return checkAccounts("scepd", "scepd-admin"); });
        look("Files", [&] { return checkFiles(machine_); });
        look("State", [&] {
            auto checks = checkState(machine_);
            checks.push_back(checkDisk(machine_));
            return checks;
        });
    }

    void lookAtConfiguration() {
        if (configuration_)
            look("Profiles", [&] { return checkProfiles(machine_, *configuration_); });
        else if (daemon_)
            look("Profiles", [&] { return checkProfiles(daemon_->profiles(), daemon_->diagnostics()); });
        else
            add("Profiles", {notLookedAt("profiles", whyNotLoaded_)});
        if (!configuration_) {
            add("Secrets", {notLookedAt("secrets", whyNotLoaded_)});
            add("Hooks", {notLookedAt("hooks", whyNotLoaded_)});
            add("Targets", {notLookedAt("targets", whyNotLoaded_)});
            return;
        }
        look("Secrets", [&] { return checkSecrets(machine_, *configuration_); });
        look("Hooks", [&] { return checkHooks(machine_, *configuration_); });
        look("Targets", [&] {
            return checkTargets(machine_, *configuration_, [&](const auto& name) { return installed(name); });
        });
    }

    void lookAtSystemd() {
        if (!machine_.isThisOne()) return;
        if (!systemd_) return add("Units", {notLookedAt("units", noSystemd)});
        look("Consumers", [&] {
            if (!configuration_) return Checks{notLookedAt("consumers", whyNotLoaded_)};
            return checkConsumers(*configuration_, [&](const auto& unit) { return systemd_->activeState(unit); });
        });
        look("Units", [&] {
            auto checks = checkUnits(unitsOf(*systemd_));
            if (daemon_) std::ranges::move(checkTimers(schedules(machine_.root), names()), std::back_inserter(checks));
            return checks;
        });
    }

    void lookAtCertificates() {
        if (!asksBus()) return;
        if (!daemon_) {
            add("CAs", {notLookedAt("CAs", noDaemon)});
            return add("Certificates", {notLookedAt("certificates", noDaemon)});
        }
        look("CAs", [&] { return checkAuthorities(daemon_->authorities(), now()); });
        look("Certificates", [&] { return checkCertificates(*daemon_); });
    }

    [[nodiscard]] std::vector<std::string> names() {
        std::vector<std::string> all;
        for (const auto& listed : daemon_->list())
            all.push_back(listed.name);
        return all;
    }

    [[nodiscard]] std::vector<Certificate> held() {
        std::vector<Certificate> all;
        if (!daemon_) return all;
        for (const auto& listed : daemon_->list())
            if (listed.state != "not-applicable") all.push_back(daemon_->certificate(listed.name));
        return all;
    }

    [[nodiscard]] std::optional<bool> installed(const std::string& name) {
        if (!daemon_) return std::nullopt;
        try {
            return daemon_->certificate(name).deployedGeneration > 0;
        } catch (const sdbus::Error&) { // the daemon has not read the profile, or removed it
            return std::nullopt;
        }
    }

    void add(const std::string& area, Checks found) {
        for (auto& check : found) {
            check.area = area;
            checks_.push_back(std::move(check));
        }
    }

    /// The wall around an area: what goes wrong in one leaves the others alone.
    template <typename Body>
    void look(const std::string& area, Body body) {
        try {
            add(area, body());
        } catch (const sdbus::Error& error) {
            const auto why = explain(error);
            add(area, {failure(area, why.sentence, why.remedy)});
        } catch (const std::exception& error) {
            add(area, {failure(area, error.what(), "")});
        }
    }

    const DoctorRequest& wanted_;
    Machine machine_;
    std::unique_ptr<bus::Systemd> systemd_;
    std::unique_ptr<Daemon> daemon_;
    std::optional<profile::Configuration> configuration_;
    std::string whyNotLoaded_;
    Checks checks_;
};

std::size_t count(const Checks& checks, Result result) {
    return static_cast<std::size_t>(std::ranges::count(checks, result, &Check::result));
}

Json json(const Check& check) {
    constexpr std::array words{"ok", "skipped", "warning", "failed"};
    return Json::Object{{"area", check.area},
                        {"subject", check.subject},
                        {"result", words.at(static_cast<std::size_t>(check.result))},
                        {"detail", check.detail},
                        {"remedy", check.remedy}};
}

void printJson(const Console& console, const Checks& checks) {
    Json::Array rows;
    for (const auto& check : checks)
        rows.push_back(json(check));
    console.out << document({{"checks", std::move(rows)},
                             {"warnings", static_cast<std::int64_t>(count(checks, Result::warning))},
                             {"failures", static_cast<std::int64_t>(count(checks, Result::failed))}});
}

} // namespace

Exit doctor(const Console& console, const DoctorRequest& wanted) {
    Visit visit(wanted);
    const auto checks = visit.run();
    if (!wanted.report.empty()) writeOutput(console, wanted.report, reportText(checks, visit.told()), 0600);
    const auto code = count(checks, Result::failed) > 0 ? Exit::failed : Exit::done;
    if (wanted.report == "-") return code;
    if (console.json) {
        printJson(console, checks);
        return code;
    }
    print(console, checks);
    if (!wanted.report.empty())
        console.out << fmt::format(
            "\nThe report is in {}. Challenges and passwords are masked in it; have a look before "
            "you send it.\n",
            printable(wanted.report));
    return code;
}

} // namespace scepd::ctl
