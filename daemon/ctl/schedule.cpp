#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "bus/systemd.hpp"
#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/timers.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;

constexpr Duration checkTakes = 30s; ///< At most; both take milliseconds.
constexpr Duration jobTakes = 30s;

using Names = std::set<std::string>;
using Schedules = std::map<std::string, std::string>;

/// How a certificate is scheduled.
struct Scheduled {
    std::string certificate;
    std::string calendar; ///< Empty: it is not.
    bool runs = false;    ///< The timer does; an administrator may have stopped it.
    Time next = never, last = never;
};

// ---- what is asked for ----

/// Why systemd would not take the calendar.
std::optional<Failure> wrongCalendar(const std::string& calendar) {
    auto environment = process::pass({"TZ"});
    environment.emplace_back("LC_ALL=C");
    const auto check = process::run({.argv = {"/usr/bin/systemd-analyze", "calendar", "--", calendar},
                                     .environment = std::move(environment),
                                     .descriptors = {}},
                                    checkTakes);
    if (check.timedOut)
        throw Error(Fault::local, fmt::format("check the calendar: systemd-analyze: {}", check.describe()));
    const bool passed = check.lastOutput.contains("Next elapse: never");
    if (check.succeeded() && !passed) return std::nullopt;
    return Failure{
        Exit::usage,
        fmt::format("\"{}\" {}", calendar, passed ? "has passed: it never comes" : "is no calendar that systemd knows"),
        "The last word is the calendar, in quotes when it has spaces: daily, \"Mon..Fri 03:00\", \"*-*-01 "
        "04:30\". systemd.time(7) tells more, \"systemd-analyze calendar\" tries one."};
}

/// Schedules are files that systemd reads: polkit has no say.
std::optional<Failure> notAuthorized(const std::filesystem::path& root) {
    const auto directory = unitDirectory(root);
    if (::access(directory.c_str(), W_OK) == 0 || errno != EACCES) return std::nullopt;
    return Failure{Exit::notAuthorized,
                   fmt::format("not authorized: schedules are kept in {}, where only root writes", directory.string()),
                   "Run it as root (sudo scepctl ...)."};
}

bool isForOneOf(const record::Rule& rule, const std::vector<std::string>& groups) {
    return std::ranges::any_of(rule.groups,
                               [&](const auto& group) { return std::ranges::find(groups, group) != groups.end(); });
}

Names ofGroups(Daemon& daemon, const std::vector<std::string>& groups) {
    Names names;
    for (const auto& rule : daemon.profiles())
        if (rule.applies && isForOneOf(rule, groups)) names.insert(rule.certificates.begin(), rule.certificates.end());
    return names;
}

Names applicable(Daemon& daemon) {
    Names names;
    for (const auto& listed : daemon.list())
        if (listed.state != "not-applicable") names.insert(listed.name);
    return names;
}

/// The daemon says which certificates there are. What is scheduled already can be seen and taken away without it, also
/// when the certificate is gone.
Names chosen(const Console& console, const ScheduleRequest& wanted, const Schedules& known) {
    Daemon daemon(console.interactive);
    const bool isNew = !wanted.calendar.empty();
    if (!wanted.groups.empty()) return ofGroups(daemon, wanted.groups);
    if (wanted.names.empty() && isNew) return applicable(daemon);
    Names names(wanted.names.begin(), wanted.names.end());
    if (wanted.names.empty())
        for (const auto& entry : known)
            names.insert(entry.first);
    for (const auto& name : names)
        if (isNew || !known.contains(name)) daemon.expect(name);
    return names;
}

// ---- what is done ----

std::unique_ptr<bus::Systemd> systemd() {
    auto found = bus::Systemd::find();
    if (!found) throw Error(Fault::local, "systemd does not answer on the system bus: schedules are timers of it");
    return found;
}

bool runs(bus::Systemd& systemd, const std::string& timer) {
    return systemd.activeState(timer) == "active";
}

std::vector<std::string> timersOf(const Names& names) {
    std::vector<std::string> timers;
    std::ranges::transform(names, std::back_inserter(timers), timerOf);
    return timers;
}

void stop(bus::Systemd& systemd, const Names& names) {
    for (const auto& timer : timersOf(names))
        if (runs(systemd, timer)) systemd.stop(timer, jobTakes);
}

/// A timer that runs would see the new calendar with the old one's last time, and perhaps find that it missed one: so
/// it is stopped first, and begins anew.
void set(bus::Systemd& systemd, const ScheduleRequest& wanted, const Names& names) {
    stop(systemd, names);
    for (const auto& name : names)
        writeSchedule(wanted.root, name, wanted.calendar);
    systemd.enable(timersOf(names));
    systemd.reload();
    for (const auto& timer : timersOf(names)) {
        systemd.forgetElapses(timer);
        systemd.start(timer, jobTakes);
    }
}

/// Without its calendar a timer is none for systemd, so that goes last.
void takeAway(bus::Systemd& systemd, const ScheduleRequest& wanted, const Names& names, const Schedules& known) {
    stop(systemd, names);
    systemd.disable(timersOf(names));
    for (const auto& name : names) {
        if (known.contains(name)) systemd.forgetElapses(timerOf(name));
        removeSchedule(wanted.root, name);
    }
    systemd.reload();
}

// ---- what is shown ----

std::vector<Scheduled> look(bus::Systemd& systemd, const Names& names, const Schedules& known) {
    std::vector<Scheduled> rows;
    for (const auto& name : names) {
        const auto found = known.find(name);
        if (found == known.end()) {
            rows.push_back({.certificate = name, .calendar = {}});
            continue;
        }
        const auto timer = timerOf(name);
        const auto times = systemd.elapses(timer);
        rows.push_back({name, found->second, runs(systemd, timer), times.next, times.last});
    }
    return rows;
}

Json::Object json(const Scheduled& row) {
    return {{"certificate", row.certificate},
            {"calendar", row.calendar},
            {"running", row.runs},
            {"nextTime", ctl::json(row.next)},
            {"lastTime", ctl::json(row.last)}};
}

Cell moment(Time time, Time at) {
    return {ctl::moment(time, at), time == never ? "" : relative(time, at), Colour::none};
}

void print(const Console& console, const std::vector<Scheduled>& rows) {
    Table table({"CERTIFICATE", "CALENDAR", "NEXT", "LAST"});
    const auto at = now();
    for (const auto& row : rows) {
        if (row.calendar.empty())
            console.out << fmt::format("{}: not scheduled\n", printable(row.certificate));
        else
            table.add({{row.certificate, "", Colour::none},
                       {row.calendar, "", Colour::none},
                       row.runs ? moment(row.next, at) : Cell{"stopped", "", Colour::yellow},
                       moment(row.last, at)});
    }
    table.print(console);
    if (rows.empty() && console.legend)
        console.out << "Nothing is scheduled.\n\"scepctl schedule NAME CALENDAR\" asks for a certificate regularly; "
                       "renewals need none.\n";
}

Exit show(const Console& console, const std::vector<Scheduled>& rows) {
    if (!console.json) {
        print(console, rows);
        return Exit::done;
    }
    Json::Array result;
    for (const auto& row : rows)
        result.emplace_back(json(row));
    console.out << document({{"schedules", std::move(result)}});
    return Exit::done;
}

} // namespace

Exit schedule(const Console& console, const ScheduleRequest& wanted) {
    const bool changes = wanted.off || !wanted.calendar.empty();
    auto obstacle = wanted.calendar.empty() ? std::nullopt : wrongCalendar(wanted.calendar);
    if (!obstacle && changes) obstacle = notAuthorized(wanted.root);
    if (obstacle) {
        report(console, *obstacle);
        return obstacle->code;
    }
    const auto known = schedules(wanted.root);
    const auto names = chosen(console, wanted, known);
    const auto manager = systemd();
    if (names.empty() || !changes) return show(console, look(*manager, names, known));
    wanted.off ? takeAway(*manager, wanted, names, known) : set(*manager, wanted, names);
    return show(console, look(*manager, names, schedules(wanted.root)));
}

} // namespace scepd::ctl
