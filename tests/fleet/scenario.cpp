#include "fleet/scenario.hpp"

#include "schedule/spread.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace scepd::fleet {
namespace {

using namespace std::chrono_literals;

const Time start = parseRfc3339("2026-01-05T08:00:00Z");

/// So long it takes to image or boot all of the fleet.
constexpr Duration together = 1min;

Settings settingsOf(const Fleet& fleet) {
    Settings settings;
    settings.policy.spread = fleet.spread;
    return settings;
}

/// Nothing is left to dice: renewal a third of the lifetime before expiry, failed attempts again after the same delay.
Settings withoutDice() {
    Settings settings;
    settings.policy.spread = 0;
    settings.policy.retryDelay = settings.policy.retryDelayMax;
    return settings;
}

/// Between what times after the start the first renewals fall due.
struct Due {
    Duration first, last;
};

Due renewals(const Fleet& fleet) {
    const auto window = fleet.lifetime / 3;
    const auto last = fleet.lifetime - window;
    return {last - schedule::scaled(window, fleet.spread), last};
}

/// An hour, or what divides a shorter time still into so many bars.
Duration intervalFor(Duration time) {
    for (const Duration interval : {Duration(1h), Duration(10min), Duration(1min)})
        if (time / interval >= 24) return interval;
    return 10s;
}

std::string nameOf(Duration interval) {
    return interval == Duration(1h) ? "hour" : interval == Duration(1min) ? "minute" : humanDuration(interval);
}

std::uint64_t certificatesOf(const Fleet& fleet) {
    return std::uint64_t{fleet.endpoints} * fleet.certificates;
}

std::string sizeOf(const Fleet& fleet) {
    return fmt::format("{} endpoints with {} certificate{} of {}", fleet.endpoints, fleet.certificates,
                       fleet.certificates == 1 ? "" : "s", humanDuration(fleet.lifetime));
}

/// The CA is away from then on; what comes after its return is counted.
Scenario outageFrom(Duration from, const Fleet& fleet, const std::string& what) {
    const auto until = from + fleet.outage;
    Scenario scenario;
    scenario.title =
        fmt::format("{}, {} while the CA was away for {}", sizeOf(fleet), what, humanDuration(fleet.outage));
    scenario.unit = "requests per minute";
    scenario.ours = settingsOf(fleet);
    scenario.others = withoutDice();
    const auto& policy = scenario.ours.policy;
    scenario.ourWay = fmt::format("retry-delay {} to {}, each by its own dice", humanDuration(policy.retryDelay),
                                  humanDuration(policy.retryDelayMax));
    scenario.otherWay = fmt::format("retried every {}", humanDuration(policy.retryDelayMax));
    scenario.authority.lifetime = fleet.lifetime;
    scenario.authority.away = {{start + from, start + until}};
    scenario.begin = scenario.origin = until;
    scenario.meanOver = policy.retryDelayMax;
    scenario.end = until + scenario.meanOver * 3 / 2 + scenario.ours.spacing * (fleet.certificates - 1);
    scenario.interval = 1min;
    scenario.row = 1h;
    scenario.expected = certificatesOf(fleet);
    return scenario;
}

/// One endpoint's whole life.
void live(unsigned index, const std::vector<std::string>& certificates, const Scenario& scenario,
          const Settings& settings, Load& load) {
    const auto machineId = fmt::format("{:032x}", index);
    const auto began = start + schedule::scaled(together, schedule::share(schedule::hash(machineId, "power"), 0));
    const auto listen = [&](const Event& event) {
        if (event.what == Event::What::attempt) load.count(event.truth - start);
    };
    Endpoint(machineId, settings, scenario.authority, certificates, listen, began).live(start + scenario.end);
}

} // namespace

Scenario imaged(const Fleet& fleet) {
    const auto [first, last] = renewals(fleet);
    const auto interval = intervalFor(last - first);
    Scenario scenario;
    scenario.title = fmt::format("{}, all imaged in the same minute", sizeOf(fleet));
    scenario.unit = "renewals per " + nameOf(interval);
    scenario.ourWay = fmt::format("spread = {:.0f} %", fleet.spread * 100);
    scenario.otherWay = "without a spread";
    scenario.ours = settingsOf(fleet);
    scenario.others = withoutDice();
    scenario.authority.lifetime = fleet.lifetime;
    scenario.begin = first - interval * 2;
    scenario.end = last + interval * (fleet.certificates + 2);
    scenario.interval = scenario.row = interval;
    scenario.meanOver = last - first;
    scenario.expected = certificatesOf(fleet);
    return scenario;
}

Scenario booted(const Fleet& fleet) {
    Scenario scenario;
    scenario.title = fmt::format("{}, none held yet, all booted in the same minute", sizeOf(fleet));
    scenario.unit = "first requests per minute";
    scenario.ourWay = "boot-spread = " + humanDuration(fleet.bootSpread);
    scenario.otherWay = "without boot-spread";
    scenario.ours = scenario.others = settingsOf(fleet);
    scenario.ours.bootSpread = fleet.bootSpread;
    scenario.end = fleet.bootSpread + 2min;
    scenario.interval = scenario.row = 1min;
    scenario.meanOver = fleet.bootSpread;
    scenario.expected = certificatesOf(fleet);
    return scenario;
}

Scenario outage(const Fleet& fleet) {
    const auto [first, last] = renewals(fleet);
    auto scenario = outageFrom(first, fleet, "renewals due");
    if (first + fleet.outage < last) scenario.expected = 1; // some fall due later
    return scenario;
}

Scenario stranded(const Fleet& fleet) {
    return outageFrom(0s, fleet, "all imaged in the same minute");
}

Load simulate(const Fleet& fleet, const Scenario& scenario, const Settings& settings) {
    std::vector<std::string> certificates;
    for (unsigned i = 0; i < fleet.certificates; ++i)
        certificates.push_back(fmt::format("certificate-{}", i));
    std::vector<Load> parts(fleet.threads, Load(scenario.begin, scenario.end, scenario.interval));
    const auto part = [&](unsigned thread) {
        for (auto i = thread; i < fleet.endpoints; i += fleet.threads)
            live(i, certificates, scenario, settings, parts[thread]);
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < fleet.threads; ++i)
            threads.emplace_back(part, i);
    }
    auto load = std::move(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i)
        load.add(parts[i]);
    return load;
}

double mean(const Scenario& scenario, const Load& load) {
    return static_cast<double>(load.total()) * static_cast<double>(scenario.interval.count()) /
           static_cast<double>(scenario.meanOver.count());
}

double ratio(const Scenario& scenario, const Load& load) {
    return load.total() == 0 ? 0 : static_cast<double>(load.busiest()) / mean(scenario, load);
}

} // namespace scepd::fleet
