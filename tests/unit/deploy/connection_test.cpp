#include "deploy/connection.hpp"

#include "bus/fake_network_manager.hpp"
#include "bus/private_bus.hpp"
#include "support.hpp"

#include <vector>

#include <gmock/gmock.h>

namespace scepd::deploy::test {
namespace {

using scepd::test::FakeNetworkManager;
using scepd::test::PrivateBus;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Way = FakeNetworkManager::Way;
using Outcome = bus::NetworkManager::Outcome;

profile::Target office() {
    profile::Target target;
    target.preset = profile::Preset::networkmanager;
    target.connection = "office";
    target.reload = profile::Reload::reload;
    return target;
}

class Connections : public Endpoint, public ::testing::Test {
protected:
    /// A generation is deployed, a second one is ready.
    void deployFirst() {
        profile("[[certificate.web.deploy]]\npreset = \"networkmanager\"\nconnection = \"office\"\n"
                "reload = \"reload\"\n");
        deployer.deploy("web", commit(), today());
        before = readFile(certificate);
        commit(makeGeneration({.key = 1}));
    }

    PrivateBus bus;
    FakeNetworkManager manager{{{"office", "eth0"}, {"home", "wlan0"}, {"spare", "eth1", false}}};
    Deployer deployer{root()};
    fs::path certificate = *this / "etc/NetworkManager/scepd/web/cert.pem";
    std::string before;
};

TEST_F(Connections, AreActivatedAnewOnTheirDeviceEachOnce) {
    auto home = office();
    home.connection = "uuid-of-home";
    EXPECT_THAT(tellConsumers(root(), {office(), home, office()}), ElementsAre(Told{}, Told{}, Told{}));
    EXPECT_THAT(manager.activations(), ElementsAre("office on eth0", "home on wlan0"));
}

TEST_F(Connections, AreLeftAloneWhenNobodyAsks) {
    auto target = office();
    target.reload = profile::Reload::preset;
    EXPECT_THAT(tellConsumers(root(), {target}), ElementsAre(Told{}));
    EXPECT_THAT(manager.activations(), IsEmpty());
}

TEST_F(Connections, ThatAreNotActiveOrNotThereAreNotActivated) {
    auto spare = office(), elsewhere = office(), unknown = office();
    spare.connection = "spare";
    elsewhere.interface = "eth1";
    unknown.connection = "offcie";
    const auto told = tellConsumers(root(), {spare, unknown});
    EXPECT_EQ(told[0], (Told{false, "connection spare is not active: it will read the certificate when it is "
                                    "activated"}));
    EXPECT_EQ(told[1], (Told{false, "NetworkManager has no connection offcie: nothing was activated"}));
    EXPECT_THAT(tellConsumers(root(), {elsewhere})[0].note, HasSubstr("connection office is not active"));
    EXPECT_THAT(manager.activations(), IsEmpty());
}

TEST_F(Connections, AreTheSameWithTheInterfaceNamed) {
    auto target = office();
    target.interface = "eth0";
    EXPECT_THAT(tellConsumers(root(), {target}), ElementsAre(Told{}));
    EXPECT_THAT(manager.activations(), ElementsAre("office on eth0"));
}

TEST_F(Connections, ThatAreRefusedComeBackWithTheFormerCertificate) {
    deployFirst();
    manager.next({Way::badly});
    const auto error = errorOf([&] { deployer.deploy("web", 2, today()); });
    EXPECT_EQ(error.fault(), Fault::local);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("what lay there before was put back"),
                                    HasSubstr("connection office cannot be activated on eth0")));
    EXPECT_EQ(readFile(certificate), before);
    EXPECT_THAT(manager.activations(), ElementsAre("office on eth0", "office on eth0", "office on eth0"))
        << "of the first certificate, of the second, and of the first again";
    EXPECT_THAT(interrupted(root()), IsEmpty());
}

TEST_F(Connections, AreActivatedAgainWhileASwitchThatRefusedDoesNotListen) {
    deployFirst();
    manager.next({Way::badlyAtOnce, Way::badly, Way::badlyAtOnce, Way::well});
    EXPECT_THROW(deployer.deploy("web", 2, today()), Error);
    EXPECT_EQ(manager.activations().size(), 5U);
    EXPECT_THAT(activeConnections(root(), {office()}), ::testing::SizeIs(1));
}

TEST_F(Connections, AreGivenUpAfterSomeAttempts) {
    deployFirst();
    manager.next(std::vector<Way>(20, Way::badlyAtOnce));
    EXPECT_THROW(deployer.deploy("web", 2, today()), Error);
    EXPECT_EQ(manager.activations().size(), 7U);
    EXPECT_EQ(readFile(certificate), before);
}

TEST_F(Connections, AnActivationThatDoesNotEndIsNeitherGoodNorBad) {
    manager.next({Way::endless});
    const auto real = bus::NetworkManager::find();
    const auto active = real->active();
    ASSERT_EQ(active.size(), 2U);
    EXPECT_EQ(active[0].id, "office");
    EXPECT_EQ(active[0].uuid, "uuid-of-office");
    EXPECT_EQ(active[0].interface, "eth0");
    EXPECT_EQ(real->activate(active[0], 50ms), Outcome::pending);
}

TEST(NetworkManager, IsNotFoundWithoutItOrWithoutABusAndFailsNoDeployment) {
    const Endpoint endpoint;
    {
        const PrivateBus bus;
        EXPECT_EQ(bus::NetworkManager::find(), nullptr);
        EXPECT_EQ(tellConsumers(endpoint.root(), {office()}).front(),
                  (Told{false, "NetworkManager is not on the bus: connection office was not told"}));
    }
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/socket", 1);
    EXPECT_EQ(bus::NetworkManager::find(), nullptr);
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    EXPECT_EQ(findNetworkManager("/tmp"), nullptr);
}

} // namespace
} // namespace scepd::deploy::test
