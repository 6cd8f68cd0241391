#include "base/process.hpp"
#include "bus/fake_systemd.hpp"
#include "bus/private_bus.hpp"
#include "support.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::deploy::test {
namespace {

using scepd::test::PrivateBus;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Rows = std::vector<sdbus::Struct<std::string, std::string, std::string>>;

constexpr const char* name = "org.scepd1.Deployer";

/// The real program, started by a real bus when somebody calls it.
class Program : public Endpoint, public ::testing::Test {
protected:
    Program() {
        profile("");
        connection->enterEventLoopAsync();
    }
    ~Program() override { connection->leaveEventLoop(); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    PrivateBus bus{{{name, fmt::format("{} --root={} --idle=1", DEPLOY_PROGRAM, root().string())}}};
    std::unique_ptr<sdbus::IConnection> connection = sdbus::createSystemBusConnection();
    std::unique_ptr<sdbus::IProxy> deployer = sdbus::createProxy(*connection, name, "/org/scepd1/Deployer");

    Rows deploy(const std::string& certificate, std::uint32_t generation) const {
        Rows rows;
        deployer->callMethod("Deploy").onInterface(name).withArguments(certificate, generation).storeResultsTo(rows);
        return rows;
    }

    template <typename Body>
    static sdbus::Error busErrorOf(Body body) {
        try {
            body();
        } catch (const sdbus::Error& error) {
            return error;
        }
        throw std::runtime_error("nothing was thrown");
    }

    static process::Result run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), DEPLOY_PROGRAM);
        return process::run({arguments, {}, {}, -1}, 20s);
    }
};

TEST_F(Program, DeploysForTheOwnerOfScepdsName) {
    connection->requestName("org.scepd1");
    const auto rows = deploy("web", commit());
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].get<0>(), "/etc/ssl/scepd/web/cert.pem");
    EXPECT_EQ(rows[0].get<1>(), "deployed");
    EXPECT_TRUE(pairMatches());
    deployer->callMethod("Confirm").onInterface(name).withArguments("web", std::uint32_t{1});
    EXPECT_EQ(readDeployed(root(), "web").confirmed, 1U);
    Rows verified;
    deployer->callMethod("Verify").onInterface(name).withArguments("web").storeResultsTo(verified);
    EXPECT_EQ(verified.at(0).get<1>(), "deployed");
    deployer->callMethod("Purge").onInterface(name).withArguments("web");
    EXPECT_FALSE(fs::exists(*this / "etc/ssl/scepd/web"));
}

TEST_F(Program, RefusesEveryMethodToWhoeverDoesNotOwnScepdsName) {
    const auto generation = commit();
    const auto denied = [&](auto&& call) {
        EXPECT_EQ(busErrorOf(call).getName(), "org.freedesktop.DBus.Error.AccessDenied");
    };
    denied([&] { deploy("web", generation); });
    const auto another = sdbus::createSystemBusConnection();
    another->requestName("org.scepd1");
    denied([&] { deploy("web", generation); });
    denied([&] { deployer->callMethod("Confirm").onInterface(name).withArguments("web", std::uint32_t{1}); });
    denied([&] { deployer->callMethod("Rollback").onInterface(name).withArguments("web", std::uint32_t{1}); });
    denied([&] { deployer->callMethod("Verify").onInterface(name).withArguments("web"); });
    denied([&] {
        deployer->callMethod("RunHooks").onInterface(name).withArguments("web", "failed", std::vector<std::string>());
    });
    denied([&] { deployer->callMethod("Purge").onInterface(name).withArguments("web"); });
    EXPECT_FALSE(fs::exists(*this / "etc/ssl"));
}

TEST_F(Program, AnswersErrorsByTheirFaultAndGoesOn) {
    connection->requestName("org.scepd1");
    EXPECT_EQ(busErrorOf([&] { deploy("nobody", 1); }).getName(), "org.scepd1.Error.Configuration");
    EXPECT_EQ(busErrorOf([&] { deploy("web", 1); }).getName(), "org.scepd1.Error.Local");
    EXPECT_EQ(busErrorOf([&] { deploy("web", commit(makeGeneration({.issuer = foreignCa()}))); }).getName(),
              "org.scepd1.Error.Protocol");
    EXPECT_THAT(deploy("web", commit()), SizeIs(1));
}

TEST_F(Program, WaitsForSystemdsJobsWhileItAnswersACall) {
    scepd::test::FakeSystemd systemd;
    systemd.set("app.service", {});
    profile("[[certificate.web.deploy]]\npreset = \"files\"\nunit = \"app.service\"\nreload = \"reload\"\n");
    connection->requestName("org.scepd1");
    EXPECT_EQ(deploy("web", commit()).at(0).get<2>(), "");
    EXPECT_THAT(systemd.calls(), ::testing::ElementsAre("ReloadOrTryRestartUnit app.service"));
}

TEST_F(Program, ExitsWhenIdleAndIsStartedAgain) {
    connection->requestName("org.scepd1");
    std::mutex mutex;
    std::condition_variable changed;
    bool gone = false;
    const auto daemon = sdbus::createProxy(*connection, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    daemon->uponSignal("NameOwnerChanged")
        .onInterface("org.freedesktop.DBus")
        .call([&](const std::string& who, const std::string&, const std::string& owner) {
            if (who != name || !owner.empty()) return;
            const std::lock_guard lock(mutex);
            gone = true;
            changed.notify_all();
        });
    daemon->finishRegistration();
    deploy("web", commit());
    {
        std::unique_lock lock(mutex);
        EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return gone; }));
    }
    EXPECT_THAT(deploy("web", 1), SizeIs(1));
}

TEST_F(Program, EndsWhatWasInterruptedWhenItStarts) {
    Deployer(root()).deploy("web", commit(), today());
    write(root(), Intent{"web", 1, 0, "deployed", Phase::reload, {}});
    connection->requestName("org.scepd1");
    Rows rows;
    deployer->callMethod("Verify").onInterface(name).withArguments("web").storeResultsTo(rows);
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

TEST_F(Program, RecoversWithoutABus) {
    Deployer(root()).deploy("web", commit(), today());
    const auto subject = findSubject(root(), "web");
    commit(makeGeneration({.key = 1}));
    Transaction transaction(root(), {"web", 2, 1, "deployed", Phase::stage, {}});
    transaction.stage(
        planAll(root(), subject, check(store::readGeneration(root(), "web", 2), subject.scep, root(), today())));
    auto intent = transaction.intent();
    intent.phase = Phase::install;
    write(root(), intent);
    Directory::open(root(), "/etc/ssl/scepd/web").exchange(nameBeside("key.pem"), "key.pem");
    ASSERT_FALSE(pairMatches());

    const auto result = run({"--root=" + root().string(), "--recover"}); // without DBUS_SYSTEM_BUS_ADDRESS
    EXPECT_TRUE(result.succeeded()) << result.lastOutput;
    EXPECT_TRUE(pairMatches());
    EXPECT_EQ(readIntent(root(), "web")->phase, Phase::reload);
    EXPECT_TRUE(run({"--root=" + root().string(), "--recover"}).succeeded());
}

TEST_F(Program, HasHelpAndAVersion) {
    const auto help = run({"--help"});
    EXPECT_TRUE(help.succeeded());
    EXPECT_THAT(help.lastOutput, HasSubstr("--recover"));
    EXPECT_TRUE(run({"--version"}).succeeded());
    EXPECT_FALSE(run({"--no-such-option"}).succeeded());
    EXPECT_FALSE(run({"--root=/no/such/directory"}).succeeded());
}

} // namespace
} // namespace scepd::deploy::test
