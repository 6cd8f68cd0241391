// scepd-fleet: a fleet of endpoints in virtual time, by the rules of schedule/ that the daemon lives by.

#include "base/error.hpp"
#include "fleet/plot.hpp"
#include "fleet/result.hpp"
#include "profile/quantity.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace scepd;
using namespace scepd::fleet;

/// An option that is written as in scepd.toml; nothing can be compared with a mean over no time.
template <typename Value>
void addQuantity(CLI::App& app, const std::string& option, Value& value, Value (*parse)(const std::string&),
                 const std::string& meaning) {
    const auto set = [&value, parse, option](const std::string& text) {
        value = parse(text);
        if (value <= Value{}) throw Error(Fault::configuration, fmt::format("{} must be more than 0", option));
    };
    app.add_option_function<std::string>(option, set, meaning);
}

void describe(CLI::App& app, Fleet& fleet, std::string& picture) {
    app.add_option("--endpoints", fleet.endpoints, "How many")->capture_default_str()->check(CLI::PositiveNumber);
    app.add_option("--certificates", fleet.certificates, "Of each endpoint")
        ->capture_default_str()
        ->check(CLI::Range(1, 50));
    addQuantity(app, "--lifetime", fleet.lifetime, profile::parseDuration, "Of a certificate (default: 90d)");
    addQuantity(app, "--spread", fleet.spread, profile::parseShare, "renewal.spread (default: 10%)");
    addQuantity(app, "--boot-spread", fleet.bootSpread, profile::parseDuration,
                "enrollment.boot-spread (default: 30min)");
    addQuantity(app, "--outage", fleet.outage, profile::parseDuration, "How long the CA is away (default: 7d)");
    app.add_option("--threads", fleet.threads, "How many work")->capture_default_str()->check(CLI::Range(1, 64));
    app.add_option("--plot", picture, "Writes a picture (SVG)")->type_name("FILE");
}

void write(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    if (!(file << text << std::flush)) throw Error(Fault::local, fmt::format("{} cannot be written", path));
}

/// Prints what happened; false when it may not.
bool simulateAll(const Fleet& fleet, const std::string& picture) {
    std::vector<Result> results;
    bool good = true;
    for (const auto& scenario : {imaged(fleet), booted(fleet), outage(fleet), stranded(fleet)}) {
        results.push_back(run(fleet, scenario));
        fmt::print("{}", table(results.back()));
        std::fflush(stdout);
        good &= complaint(results.back()).empty();
    }
    if (!picture.empty()) write(picture, plot(results));
    return good;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Simulates a fleet of endpoints by scepd's own rules, prints the load on their CA, beside it that of a "
        "schedule without dice, and fails when an interval has more than twice the mean.");
    Fleet fleet;
    std::string picture;
    try {
        describe(app, fleet, picture);
        app.parse(argc, argv);
        return simulateAll(fleet, picture) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        fmt::print(stderr, "scepd-fleet: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
