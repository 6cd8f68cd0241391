#include "support.hpp"

#include "base/error.hpp"
#include "bus/private_bus.hpp"
#include "profile/endpoint.hpp"
#include "profile/firmware.hpp"
#include "profile/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <systemd/sd-bus.h>

#include <array>
#include <atomic>
#include <thread>

#include <unistd.h>

using namespace scepd;
using namespace scepd::profile;
using scepd::profile::test::TemporaryRoot;

namespace {

const std::string anId = "0123456789abcdef0123456789abcdef";

int answerSerial(sd_bus_message* call, void* /*data*/, sd_bus_error* /*error*/) {
    return sd_bus_reply_method_return(call, "s", " SN-4711 ");
}

int answerUuid(sd_bus_message* call, void* /*data*/, sd_bus_error* /*error*/) {
    static constexpr std::array<std::uint8_t, 16> uuid{0x4C, 0x4C, 0x45, 0x44, 0x00, 0x43, 0x10, 0x4D,
                                                       0x80, 0x35, 0xB4, 0xC0, 0x4F, 0x4D, 0x33, 0x32};
    sd_bus_message* reply = nullptr;
    if (const int failed = sd_bus_message_new_method_return(call, &reply); failed < 0) return failed;
    sd_bus_message_append_array(reply, 'y', uuid.data(), uuid.size());
    const int result = sd_bus_send(nullptr, reply, nullptr);
    sd_bus_message_unref(reply);
    return result;
}

const std::array<sd_bus_vtable, 4> hostnameTable{
    {SD_BUS_VTABLE_START(0), SD_BUS_METHOD("GetHardwareSerial", "", "s", answerSerial, SD_BUS_VTABLE_UNPRIVILEGED),
     SD_BUS_METHOD("GetProductUUID", "b", "ay", answerUuid, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END}};

/// Answers as systemd-hostnamed does, on a bus of its own, until it goes away.
class FakeHostname1 {
public:
    FakeHostname1() {
        EXPECT_GE(sd_bus_open_system(&bus_), 0);
        EXPECT_GE(sd_bus_add_object_vtable(bus_, nullptr, "/org/freedesktop/hostname1", "org.freedesktop.hostname1",
                                           hostnameTable.data(), nullptr),
                  0);
        EXPECT_GE(sd_bus_request_name(bus_, "org.freedesktop.hostname1", 0), 0);
        thread_ = std::thread([this] {
            while (!stop_) {
                while (sd_bus_process(bus_, nullptr) > 0) {
                }
                sd_bus_wait(bus_, 20'000);
            }
        });
    }
    FakeHostname1(const FakeHostname1&) = delete;
    FakeHostname1& operator=(const FakeHostname1&) = delete;
    FakeHostname1(FakeHostname1&&) = delete;
    FakeHostname1& operator=(FakeHostname1&&) = delete;
    ~FakeHostname1() {
        stop_ = true;
        thread_.join();
        sd_bus_flush_close_unref(bus_);
    }

private:
    scepd::test::PrivateBus daemon_;
    sd_bus* bus_ = nullptr;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

} // namespace

TEST(Endpoint, GivesItsOverridesBeforeWhatTheMachineSays) {
    const Endpoint endpoint({{"hostname", "kiosk7"},
                             {"machine-id", "m"},
                             {"username", "jdoe"},
                             {"asset", "TC-1"},
                             {"serial", "S"},
                             {"mac", "M"}},
                            "/");
    EXPECT_EQ(endpoint.lookup("hostname"), "kiosk7");
    EXPECT_EQ(endpoint.lookup("device-name"), "kiosk7");
    EXPECT_EQ(endpoint.lookup("machine-id"), "m");
    EXPECT_EQ(endpoint.lookup("host-id"), "m");
    EXPECT_EQ(endpoint.lookup("username"), "jdoe");
    EXPECT_EQ(endpoint.lookup("asset"), "TC-1");
    EXPECT_EQ(endpoint.lookup("serial"), "S");
    EXPECT_EQ(endpoint.lookup("mac"), "M");
}

TEST(Endpoint, TakesTheDomainFromTheQualifiedName) {
    EXPECT_EQ(Endpoint({{"fqdn", "a.b.example.com"}}, "/").lookup("domain"), "b.example.com");
    EXPECT_EQ(Endpoint({{"hostname", "pc.example.com"}}, "/").lookup("fqdn"), "pc.example.com");
    EXPECT_EQ(Endpoint({{"hostname", "pc.example.com"}}, "/").lookup("domain"), "example.com");
    EXPECT_EQ(Endpoint({{"fqdn", "pc"}}, "/").lookup("domain"), std::nullopt);
}

TEST(Endpoint, NeverInventsAValue) {
    const Endpoint endpoint({}, "/");
    for (const auto* variable :
         {"username", "email", "asset", "", "mac:no-such-if", "ip:no-such-if", "mac:lo", "constructor"})
        EXPECT_EQ(endpoint.lookup(variable), std::nullopt) << variable;
    EXPECT_EQ(Endpoint({{"hostname", "localhost"}}, "/").lookup("fqdn"), std::nullopt);
}

TEST(Endpoint, KnowsTheKernelsHostname) {
    std::array<char, 256> buffer{};
    ASSERT_EQ(::gethostname(buffer.data(), buffer.size() - 1), 0);
    const std::string kernel = buffer.data();
    const auto hostname = Endpoint({}, "/").lookup("hostname");
    const bool identifies = kernel != "localhost" && kernel != "(none)";
    EXPECT_EQ(hostname, identifies ? std::optional(kernel) : std::nullopt);
}

TEST(Endpoint, ReadsTheMachineIdBelowItsRootFirst) {
    const TemporaryRoot root;
    root.write("etc/machine-id", anId + "\n", 0444);
    EXPECT_EQ(machineId(root.path()), anId);
    EXPECT_EQ(Endpoint({}, root.path()).lookup("machine-id"), anId);
    EXPECT_EQ(Endpoint({}, root.path()).lookup("host-id"), anId);
}

TEST(Endpoint, HasNoMachineIdWhereItIsNotSetUp) {
    const TemporaryRoot root;
    for (const auto* content : {"uninitialized\n", "", "0123\n", "0123456789abcdef0123456789abcdeX\n"}) {
        root.write("etc/machine-id", content, 0644);
        EXPECT_THROW(machineId(root.path()), Error) << content;
        EXPECT_EQ(Endpoint({}, root.path()).lookup("machine-id"), std::nullopt);
    }
}

TEST(Endpoint, TellsTheAddressesOfAnInterface) {
    EXPECT_EQ(Endpoint({}, "/").lookup("ip:lo"), "127.0.0.1");
    for (const auto& entry : std::filesystem::directory_iterator("/sys/class/net")) {
        std::string address;
        std::getline(std::ifstream(entry.path() / "address"), address);
        const auto interface = entry.path().filename().string();
        const auto mac = hardwareAddress(interface);
        EXPECT_TRUE(!mac || *mac == address) << interface;
    }
}

TEST(Endpoint, ChoosesOneInterfaceForAddressAndMac) {
    const auto mac = hardwareAddress("");
    const auto ip = networkAddress("");
    EXPECT_NE(ip, "127.0.0.1");
    EXPECT_TRUE(!mac || mac->size() == 17) << *mac;
}

TEST(Endpoint, AsksHostname1ForSerialAndUuid) {
    const FakeHostname1 hostname1;
    EXPECT_EQ(Endpoint({}, "/").lookup("serial"), "SN-4711");
    EXPECT_EQ(Endpoint({}, "/").lookup("uuid"), "4c4c4544-0043-104d-8035-b4c04f4d3332");
}

TEST(Endpoint, DoesNotTakeAManufacturersFillerForASerialNumber) {
    for (const auto* filler : {"To Be Filled By O.E.M.", "Default string", "None", "System Serial Number", "0",
                               "0000000", "", "   ", "Not Specified", "a\tb", "\xff\xff"})
        EXPECT_EQ(meaningfulSerial(filler), std::nullopt) << filler;
    EXPECT_EQ(meaningfulSerial(" 5CG1234XYZ  "), "5CG1234XYZ");
    EXPECT_EQ(meaningfulSerial("VMware-56 4d"), "VMware-56 4d");
}
