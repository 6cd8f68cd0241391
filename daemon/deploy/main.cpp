#include "base/error.hpp"
#include "base/log.hpp"
#include "base/loop.hpp"
#include "base/process.hpp"
#include "bus/deployer.hpp"
#include "deploy/deployer.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

namespace {

using namespace scepd;

/// Exits the loop when no call came for so long; every call begins the time anew when it has been answered. The first
/// argument of a call is the certificate, which stands in all that the journal is told meanwhile.
class IdleExit {
public:
    IdleExit(Loop& loop, Duration limit) : loop_(loop), limit_(limit) { rearm(); }

    template <typename Body>
    auto during(Body body) {
        return [this, body](const std::string& certificate, const auto&... arguments) {
            const Rearm afterwards(*this);
            const log::Scope scope({{"SCEPD_CERTIFICATE", certificate}});
            return body(certificate, arguments...);
        };
    }

private:
    class Rearm {
    public:
        explicit Rearm(IdleExit& idle) : idle_(idle) {}
        ~Rearm() { idle_.rearm(); }
        Rearm(const Rearm&) = delete;
        Rearm& operator=(const Rearm&) = delete;

    private:
        IdleExit& idle_;
    };
    void rearm() {
        timer_ = loop_.after(limit_, [this] { loop_.exit(EXIT_SUCCESS); });
    }

    Loop& loop_;
    Duration limit_;
    Loop::Handle timer_;
};

int serve(deploy::Deployer& deployer, Duration idleLimit) {
    Loop loop;
    IdleExit idle(loop, idleLimit);
    using Name = std::string;
    bus::Deployer service(
        loop, {.deploy = idle.during([&](const Name& c, unsigned g) { return deployer.deploy(c, g, now()); }),
               .confirm = idle.during([&](const Name& c, unsigned g) { deployer.confirm(c, g); }),
               .rollback = idle.during([&](const Name& c, unsigned g) { return deployer.rollback(c, g, now()); }),
               .verify = idle.during([&](const Name& c) { return deployer.verify(c); }),
               .runHooks = idle.during([&](const Name& c, const Name& event, const std::vector<Name>& hooks) {
                   return deployer.runHooks(c, event, hooks);
               }),
               .purge = idle.during([&](const Name& c) { deployer.purge(c); })});
    const auto onTerminate = loop.onSignal(SIGTERM, [&] { loop.exit(EXIT_SUCCESS); });
    const auto onInterrupt = loop.onSignal(SIGINT, [&] { loop.exit(EXIT_SUCCESS); });
    deployer.recover(deploy::Deployer::Reach::consumersToo); // Calls that come meanwhile wait for it.
    const int code = loop.run();
    if (code == EXIT_SUCCESS) service.retire(); // Otherwise the bus itself is lost.
    return code;
}

} // namespace

int main(int argc, char** argv) {
    process::keepMemoryPrivate(); // private keys pass through it
    CLI::App app("Installs certificates for their consumers. Started by the bus when scepd asks for it.",
                 "scepd-deploy");
    std::filesystem::path root = "/";
    bool recover = false;
    unsigned idleSeconds = 30;
    app.add_option("--root", root, "Everything is read and written below this directory")
        ->check(CLI::ExistingDirectory);
    app.add_flag("--recover", recover, "Bring interrupted installations to their end, without a bus, and exit");
    app.add_option("--idle", idleSeconds, "Exit after so many seconds without a call")->capture_default_str();
    app.set_version_flag("--version", "scepd-deploy " SCEPD_VERSION);
    CLI11_PARSE(app, argc, argv);
    try {
        deploy::Deployer deployer(std::filesystem::absolute(root));
        if (!recover) return serve(deployer, std::chrono::seconds(idleSeconds));
        return deployer.recover(deploy::Deployer::Reach::filesOnly) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        log::error("scepd-deploy: {}", error.what());
        return EXIT_FAILURE;
    }
}
