#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/loop.hpp"
#include "base/process.hpp"
#include "bus/deployer_client.hpp"
#include "bus/objects.hpp"
#include "bus/source.hpp"
#include "bus/timedate.hpp"
#include "scepd/clock_watch.hpp"
#include "scepd/engine.hpp"
#include "scepd/hostname_watch.hpp"
#include "scepd/metrics_file.hpp"
#include "scepd/network_watch.hpp"
#include "scepd/watch.hpp"

#include <csignal>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <malloc.h>
#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-daemon.h>

namespace {

using namespace scepd;

struct Options {
    std::filesystem::path root = "/";
    std::filesystem::path enrollProgram = SCEPD_LIBEXEC "/scepd-enroll";
};

void notify(const std::string& text) {
    sd_notify(0, text.c_str());
}

/// The deployer's calls as the engine wants them.
Deployer callsOf(bus::DeployerClient& client) {
    return {
        .deploy = [&client](const auto& name, unsigned generation,
                            const auto& done) { client.deploy(name, generation, done); },
        .confirm = [&client](const auto& name, unsigned generation,
                             const auto& done) { client.confirm(name, generation, done); },
        .rollback = [&client](const auto& name, unsigned generation,
                              const auto& done) { client.rollback(name, generation, done); },
        .verify = [&client](const auto& name, const auto& done) { client.verify(name, done); },
        .purge = [&client](const auto& name, const auto& done) { client.purge(name, done); },
        .runHooks = [&client](const auto& name, const auto& event, const auto& hooks,
                              const auto& done) { client.runHooks(name, event, hooks, done); },
    };
}

int serve(const Options& options) {
    Loop loop;
    const auto connection = bus::connect();
    const bus::Source source(loop, *connection);
    bus::DeployerClient deployer(*connection);

    std::unique_ptr<bus::Objects> objects;
    std::unique_ptr<Engine> engine;
    MetricsFile metricsFile;
    const auto metrics = [&] { return metricsText(engine->metrics(), SCEPD_VERSION); };
    const Audience audience{
        .one = [&](const auto& status) { objects->show(status); },
        .only = [&](const auto& names) { objects->keepOnly(names); },
        .overview =
            [&](const auto& overview) {
                objects->show(overview);
                notify("STATUS=" + engine->summary());
                metricsFile.update(engine->metricsFile(), metrics, uptime());
                ::malloc_trim(0); // profiles as text take more than what they say, and this process idles for weeks
            },
        .event = [&](const auto& name, const auto& event, const auto& reason,
                     const auto& held) { objects->announce(name, event, reason, held); },
    };
    engine = std::make_unique<Engine>(loop, Engine::Places{options.root, options.enrollProgram}, callsOf(deployer),
                                      audience);
    objects = std::make_unique<bus::Objects>(
        *connection, SCEPD_VERSION,
        bus::Handlers{
            .request = [&](const auto& names, auto asked) { return engine->request(names, std::move(asked)); },
            .cancel = [&](const auto& name) { engine->cancel(name); },
            .reload = [&] { engine->reload(); },
            .createRequest = [&](const auto& name, auto done) { return engine->createRequest(name, std::move(done)); },
            .import = [&](const auto& name, const auto& text,
                          auto done) { return engine->import(name, text, std::move(done)); },
            .purge = [&](const auto& name, auto done) { return engine->purge(name, std::move(done)); },
            .redeploy = [&](const auto& name, auto done) { return engine->redeploy(name, std::move(done)); },
            .rollback = [&](const auto& name, auto generation,
                            auto done) { return engine->rollback(name, generation, std::move(done)); },
            .keeps = [&](const auto& name) { return engine->keeps(name); },
            .pem = [&](const auto& name, const auto& what) { return engine->pem(name, what); },
            .generations = [&](const auto& name) { return engine->generations(name); },
            .authorities = [&] { return engine->authorities(); },
            .explain = [&](const auto& name) { return engine->explain(name); },
            .metrics = metrics,
        });
    engine->reload();

    std::unique_ptr<ConfigurationWatch> watch;
    const auto reload = [&] {
        try {
            engine->reload();
        } catch (const Error& error) {
            log::error("the profiles cannot be read again, what was read before goes on: {}", error.what());
        }
        watch->follow(engine->namedFiles());
    };
    watch = std::make_unique<ConfigurationWatch>(loop, options.root, reload);
    watch->follow(engine->namedFiles());
    bus::Timedate timedate(*connection);
    std::optional<ClockWatch> clock;
    clock.emplace(
        loop, options.root, [&](const auto& answer) { timedate.askSynchronized(answer); },
        [&] { engine->clockSynchronized(clock->synchronized()); }, AskingTimes{.total = engine->waitForSync()});
    engine->clockSynchronized(clock->synchronized());
    std::optional<NetworkWatch> network;
    const auto showNetwork = [&] { engine->networkOnline(network->online()); };
    network.emplace(
        loop, [&] { engine->networkChanged(); }, BurstTimes(),
        [&] {
            showNetwork();
            engine->lookAtNames();
        });
    showNetwork();
    const auto step = loop.onClockStep([&] {
        clock->clockStepped();
        engine->clockStepped();
    });
    const HostnameWatch hostname(loop, [&] { engine->lookAtNames(); });
    const auto terminate = loop.onSignal(SIGTERM, [&] { loop.exit(0); });
    const auto interrupt = loop.onSignal(SIGINT, [&] { loop.exit(0); });
    const auto hangUp = loop.onSignal(SIGHUP, reload);
    objects->claimName();
    loop.enableWatchdog();
    notify("READY=1");
    return loop.run();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Keeps this endpoint enrolled: reads profiles, decides what is due, shows it on the bus", "scepd"};
    Options options;
    app.add_option("--root", options.root, "Directory below which all configuration, state and targets lie")
        ->capture_default_str();
    app.add_option("--enroll-program", options.enrollProgram, "scepd-enroll, which makes the attempts")
        ->capture_default_str();
    app.set_version_flag("--version", "scepd " SCEPD_VERSION);
    CLI11_PARSE(app, argc, argv);
    try {
        process::keepMemoryPrivate(); // a challenge that is handed over may be in it for a moment
        return serve(options);
    } catch (const std::exception& error) {
        log::error("scepd: {}", error.what());
        return EXIT_FAILURE;
    }
}
