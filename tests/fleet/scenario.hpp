#pragma once

#include "fleet/authority.hpp"
#include "fleet/endpoint.hpp"
#include "fleet/load.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace scepd::fleet {

/// A fleet, as the command line describes it.
struct Fleet {
    unsigned endpoints = 1'000'000;
    unsigned certificates = 1; ///< Of each endpoint.
    Duration lifetime = std::chrono::days(90);
    double spread = 0.1;                            ///< renewal.spread
    Duration bootSpread = std::chrono::minutes(30); ///< enrollment.boot-spread
    Duration outage = std::chrono::days(7);         ///< How long the CA is away.
    unsigned threads = 2;
};

/// What happens to the fleet, and when its requests are counted. Times count from the start of the simulation.
struct Scenario {
    std::string title;
    std::string unit;     ///< What is counted: "renewals per hour".
    std::string ourWay;   ///< Of scepd.
    std::string otherWay; ///< Of a schedule without dice.
    Settings ours, others;
    Authority authority;
    Duration begin{}, end{};    ///< Of the load that is looked at.
    Duration interval{};        ///< It is counted by these, ...
    Duration row{};             ///< ... which are put together in a table to one of these.
    Duration origin{};          ///< What people call zero.
    Duration meanOver{};        ///< The requests are compared with as many that come evenly within this time.
    std::uint64_t expected = 0; ///< So many requests come at least.
};

/// All endpoints are imaged within one minute; the renewals are counted.
Scenario imaged(const Fleet& fleet);
/// Endpoints that hold nothing boot within one minute; their first requests are counted.
Scenario booted(const Fleet& fleet);
/// A fleet that was imaged within one minute meets a CA that is away from the first renewal on; what comes after its
/// return is counted.
Scenario outage(const Fleet& fleet);
/// A fleet is imaged within one minute and meets no CA: only the dice of the retries keep it apart.
Scenario stranded(const Fleet& fleet);

/// The load that the fleet makes with these settings. The same on every machine and with every number of threads.
Load simulate(const Fleet& fleet, const Scenario& scenario, const Settings& settings);

/// How many requests would come in an interval if they came evenly.
double mean(const Scenario& scenario, const Load& load);

/// How many times the mean the busiest interval has.
double ratio(const Scenario& scenario, const Load& load);

} // namespace scepd::fleet
