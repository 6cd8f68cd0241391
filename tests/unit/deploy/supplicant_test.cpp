#include "deploy/supplicant.hpp"

#include "deploy/wpa_control.hpp"
#include "support.hpp"

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace scepd::deploy::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A wpa_supplicant's control socket; what it does not know it refuses, as the real one does.
class FakeSupplicant {
public:
    using Answers = std::map<std::string, std::string>;

    /// `first` is what it says to its first STATUS, where that is another answer.
    FakeSupplicant(const fs::path& path, Answers answers, std::optional<std::string> first = std::nullopt)
        : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)), answers_(std::move(answers)), first_(std::move(first)) {
        makeDirectory(path.parent_path());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.native().copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot bind " + path.string());
        thread_ = std::thread([this] { serve(); });
    }
    ~FakeSupplicant() { stop(); }
    FakeSupplicant(const FakeSupplicant&) = delete;
    FakeSupplicant& operator=(const FakeSupplicant&) = delete;

    std::vector<std::string> heard() {
        stop();
        return heard_;
    }

private:
    void stop() {
        ::shutdown(fd_.get(), SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
    }
    void serve() {
        for (;;) {
            char buffer[256];
            sockaddr_un peer{};
            socklen_t size = sizeof peer;
            const auto got = ::recvfrom(fd_.get(), buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&peer), &size);
            if (got <= 0) return;
            const auto& command = heard_.emplace_back(buffer, static_cast<std::size_t>(got));
            const auto known = answers_.find(command);
            std::string answer = known == answers_.end() ? "FAIL\n" : known->second;
            if (first_ && command == "STATUS") answer = *std::exchange(first_, std::nullopt);
            if (!answer.empty())
                ::sendto(fd_.get(), answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&peer), size);
        }
    }

    UniqueFd fd_;
    Answers answers_;
    std::optional<std::string> first_;
    std::thread thread_;
    std::vector<std::string> heard_;
};

class Wpa : public Endpoint, public ::testing::Test {
protected:
    fs::path socket = *this / "run/wpa_supplicant/eth0";
};

TEST_F(Wpa, SupplicantWithAnOpenPortForgetsItsSessionAndReauthenticates) {
    FakeSupplicant supplicant(socket, {{"STATUS", "ssid=\nid=3\nwpa_state=COMPLETED\nsuppPortStatus=Authorized\n"},
                                       {"GET_NETWORK 3 eap_workaround", "-1"},
                                       {"SET_NETWORK 3 eap_workaround 0", "OK\n"},
                                       {"SET_NETWORK 3 eap_workaround 1", "OK\n"},
                                       {"SET_NETWORK 3 eap_workaround -1", "OK\n"},
                                       {"REAUTHENTICATE", "OK\n"}});
    profile("[[certificate.web.deploy]]\npreset = \"wpa_supplicant\"\ninterface = \"eth0\"\n");
    EXPECT_THAT(Deployer(root()).deploy("web", commit(), today()),
                ElementsAre(record::TargetState{"/etc/wpa_supplicant/scepd/web/cert.pem", "deployed", ""}));
    EXPECT_THAT(supplicant.heard(),
                ElementsAre("STATUS", "GET_NETWORK 3 eap_workaround", "SET_NETWORK 3 eap_workaround 1",
                            "SET_NETWORK 3 eap_workaround -1", "REAUTHENTICATE"));
    EXPECT_EQ(modeOf(*this / "run/scepd-deploy"), 0700U);
    EXPECT_TRUE(fs::is_empty(*this / "run/scepd-deploy"));
}

TEST_F(Wpa, SupplicantWithAClosedPortAsksForItAnew) {
    FakeSupplicant supplicant(socket, {{"STATUS", "id=0\nsuppPortStatus=Unauthorized\n"}, {"REASSOCIATE", "OK\n"}});
    EXPECT_EQ(reauthenticate(root(), "eth0"), Reauthentication::begun);
    EXPECT_THAT(supplicant.heard(), ElementsAre("STATUS", "REASSOCIATE"));
}

TEST_F(Wpa, SupplicantThatAuthenticatesIsToldWhenItHasEnded) {
    FakeSupplicant supplicant(
        socket,
        {{"STATUS", "Supplicant PAE state=AUTHENTICATED\nsuppPortStatus=Authorized\n"}, {"REAUTHENTICATE", "OK\n"}},
        "Supplicant PAE state=AUTHENTICATING\nsuppPortStatus=Authorized\n");
    EXPECT_EQ(reauthenticate(root(), "eth0"), Reauthentication::begun);
    EXPECT_THAT(supplicant.heard(), ElementsAre("STATUS", "STATUS", "REAUTHENTICATE"));
}

TEST_F(Wpa, SupplicantThatIsNotThereIsFine) {
    EXPECT_EQ(askWpaSupplicant(root(), "eth0", "PING", 1s), std::nullopt);
    { const FakeSupplicant died(socket, {}); }
    EXPECT_EQ(askWpaSupplicant(root(), "eth0", "PING", 1s), std::nullopt) << "it left its socket behind";
}

TEST_F(Wpa, SupplicantThatIsSilentFailsNoDeployment) {
    const FakeSupplicant silent(socket, {{"PING", ""}});
    EXPECT_THAT(errorOf([&] { askWpaSupplicant(root(), "eth0", "PING", 50ms); }).what(), HasSubstr("does not answer"));
    EXPECT_THROW(askWpaSupplicant(root(), "../../x", "PING", 50ms), Error);
}

TEST_F(Wpa, SupplicantThatRefusesFailsNoDeployment) {
    FakeSupplicant supplicant(socket, {});
    profile("[[certificate.web.deploy]]\npreset = \"wpa_supplicant\"\ninterface = \"eth0\"\n");
    const auto states = Deployer(root()).deploy("web", commit(), today());
    EXPECT_EQ(states[0].state, "deployed");
    EXPECT_THAT(states[0].detail, HasSubstr("does not authenticate anew now"));
}

} // namespace
} // namespace scepd::deploy::test
