#include "bus/objects.hpp"

#include "base/error.hpp"
#include "base/loop.hpp"
#include "bus/private_bus.hpp"
#include "bus/source.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace scepd::bus {
namespace {

using namespace std::chrono_literals;
using record::State;
using record::Status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr auto manager = "org.scepd1.Manager";
constexpr auto certificate = "org.scepd1.Certificate";

Status statusOf(const std::string& name, State state) {
    Status status;
    status.name = name;
    status.usage = "web";
    status.state = state;
    status.reason = "a reason";
    return status;
}

/// Objects on a real bus, served by a loop on a thread of its own; the test is the client.
class ObjectsTest : public testing::Test {
protected:
    ObjectsTest() {
        server_ = std::thread([this] { serve(); });
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        client = sdbus::createSystemBusConnection();
        while (!hasOwner() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
    }
    ~ObjectsTest() override {
        inServer([this] { loop_->exit(0); });
        server_.join();
    }
    ObjectsTest(const ObjectsTest&) = delete;
    ObjectsTest& operator=(const ObjectsTest&) = delete;

    /// Runs this on the server's thread and waits until it is done.
    void inServer(std::function<void()> work) {
        work_ = std::move(work);
        done_ = false;
        const std::uint64_t one = 1;
        ASSERT_EQ(::write(wake_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
        done_.wait(false);
    }

    std::unique_ptr<sdbus::IProxy> proxy(const std::string& path) {
        return sdbus::createProxy(*client, "org.scepd1", path);
    }

    /// True when something that takes a while was begun.
    bool started() {
        bool begun = false;
        inServer([&] { begun = laterDone != nullptr; });
        return begun;
    }

    /// Handles what came for the client until the condition holds, ten seconds at most.
    void receiveUntil(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition() && std::chrono::steady_clock::now() < deadline)
            if (!client->processPendingRequest()) std::this_thread::yield();
        ASSERT_TRUE(condition());
    }

    test::PrivateBus bus;
    std::unique_ptr<sdbus::IConnection> client;
    std::unique_ptr<Objects> objects;
    std::vector<std::string> requested;
    record::RequestOptions lastOptions;
    Handlers::Done laterDone; ///< Of what takes a while.
    std::string imported;
    bool occupied = false; ///< Something runs for the certificate by then.

private:
    bool hasOwner() {
        bool owned = false;
        sdbus::createProxy(*client, "org.freedesktop.DBus", "/org/freedesktop/DBus")
            ->callMethod("NameHasOwner")
            .onInterface("org.freedesktop.DBus")
            .withArguments("org.scepd1")
            .storeResultsTo(owned);
        return owned;
    }

    void serve() {
        Loop loop;
        loop_ = &loop;
        const auto connection = connect();
        const Source source(loop, *connection);
        objects = std::make_unique<Objects>(*connection, "1.2.3",
                                            Handlers{
                                                .request =
                                                    [this](const auto& names, auto options) {
                                                        requested = names;
                                                        lastOptions = std::move(options);
                                                        return names;
                                                    },
                                                .cancel = [](const auto&) {},
                                                .reload = [] {},
                                                .createRequest =
                                                    [this](const auto&, auto done) {
                                                        laterDone = std::move(done);
                                                        return !occupied;
                                                    },
                                                .import =
                                                    [this](const auto&, const auto& text, auto done) {
                                                        imported = text;
                                                        laterDone = std::move(done);
                                                        return !occupied;
                                                    },
                                                .pem = [](const auto& name, const auto& what) -> std::string {
                                                    if (what != "ca") throw Error(Fault::configuration, "no such part");
                                                    return name + " PEM";
                                                },
                                                .authorities =
                                                    [] {
                                                        return std::vector<record::KnownAuthority>{
                                                            {"/etc/scepd/profiles.d/office.toml",
                                                             {"ca", "CN=ca", "ab12", Time(1s), Time(2s)},
                                                             {"log", "web"}}};
                                                    },
                                            });
        objects->show(
            {statusOf("web", State::valid), statusOf("log", State::waiting), statusOf("kiosk", State::notApplicable)});
        const auto wake = loop.onReadable(wake_.get(), [this] {
            std::uint64_t count = 0;
            EXPECT_GT(::read(wake_.get(), &count, sizeof count), 0);
            work_();
            done_ = true;
            done_.notify_one();
        });
        objects->claimName();
        loop.run();
        laterDone = {}; // it answers over the connection
        objects.reset();
    }

    UniqueFd wake_{::eventfd(0, EFD_CLOEXEC)};
    std::function<void()> work_;
    std::atomic<bool> done_ = false;
    Loop* loop_ = nullptr;
    std::thread server_;
};

using Row =
    sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t, std::string>;

TEST_F(ObjectsTest, ListTellsEveryCertificateAlsoThoseForOtherEndpoints) {
    std::vector<Row> rows;
    proxy("/org/scepd1")->callMethod("List").onInterface(manager).storeResultsTo(rows);

    std::map<std::string, std::string> states;
    for (const auto& row : rows)
        states[row.get<0>()] = row.get<2>();
    EXPECT_THAT(states, ElementsAre(std::pair("kiosk", "not-applicable"), std::pair("log", "waiting"),
                                    std::pair("web", "valid")));
}

TEST_F(ObjectsTest, TheObjectManagerListsThoseThatApplyHere) {
    std::map<sdbus::ObjectPath, std::map<std::string, std::map<std::string, sdbus::Variant>>> objectsThere;
    proxy("/org/scepd1")
        ->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .storeResultsTo(objectsThere);

    ASSERT_EQ(objectsThere.size(), 2U);
    const auto& web = objectsThere.at("/org/scepd1/certificate/web").at(certificate);
    EXPECT_EQ(web.at("State").get<std::string>(), "valid");
    EXPECT_EQ(web.at("Reason").get<std::string>(), "a reason");
}

TEST_F(ObjectsTest, AChangeIsOneSignalWithTheNamesOfWhatChanged) {
    std::vector<std::vector<std::string>> signals;
    auto web = proxy("/org/scepd1/certificate/web");
    web->uponSignal("PropertiesChanged")
        .onInterface("org.freedesktop.DBus.Properties")
        .call([&](const std::string&, const std::map<std::string, sdbus::Variant>& changed,
                  const std::vector<std::string>&) {
            auto& names = signals.emplace_back();
            for (const auto& [name, value] : changed)
                names.push_back(name);
        });
    web->finishRegistration();

    inServer([this] {
        objects->show(statusOf("web", State::valid)); // the same again is no change
        auto status = statusOf("web", State::renewing);
        status.phase = "key";
        objects->show(status);
    });

    receiveUntil([&] { return !signals.empty(); });
    EXPECT_THAT(signals, ElementsAre(UnorderedElementsAre("AttemptPhase", "State")));
}

TEST_F(ObjectsTest, CertificatesAppearAndDisappear) {
    std::vector<std::string> seen;
    auto root = proxy("/org/scepd1");
    root->uponSignal("InterfacesAdded")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .call([&](const sdbus::ObjectPath& path, const std::map<std::string, std::map<std::string, sdbus::Variant>>&) {
            seen.push_back("+" + path);
        });
    root->uponSignal("InterfacesRemoved")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .call([&](const sdbus::ObjectPath& path, const std::vector<std::string>&) { seen.push_back("-" + path); });
    root->finishRegistration();

    inServer([this] { objects->show({statusOf("web", State::valid), statusOf("a-b", State::waiting)}); });

    receiveUntil([&] { return seen.size() >= 2; });
    EXPECT_THAT(seen, UnorderedElementsAre("+/org/scepd1/certificate/a_2db", "-/org/scepd1/certificate/log"));
}

TEST_F(ObjectsTest, ARequestCarriesItsOptions) {
    std::vector<sdbus::ObjectPath> paths;
    proxy("/org/scepd1")
        ->callMethod("Request")
        .onInterface(manager)
        .withArguments(
            std::vector<std::string>{"web"},
            std::map<std::string, sdbus::Variant>{{"renew", sdbus::Variant(true)},
                                                  {"challenge", sdbus::Variant(sdbus::UnixFd(STDERR_FILENO))}})
        .storeResultsTo(paths);

    EXPECT_THAT(paths, ElementsAre("/org/scepd1/certificate/web"));
    EXPECT_THAT(requested, ElementsAre("web"));
    EXPECT_TRUE(lastOptions.renew);
    EXPECT_FALSE(lastOptions.force);
    EXPECT_TRUE(lastOptions.challenge);
}

TEST_F(ObjectsTest, ATraceIsADescriptorForOneCertificateThatNothingRunsFor) {
    const std::map<std::string, sdbus::Variant> options{{"trace", sdbus::Variant(sdbus::UnixFd(STDERR_FILENO))}};
    const auto askManager = [&](const std::vector<std::string>& names) {
        proxy("/org/scepd1")->callMethod("Request").onInterface(manager).withArguments(names, options);
    };
    const auto askWeb = [&] {
        proxy("/org/scepd1/certificate/web")->callMethod("Request").onInterface(certificate).withArguments(options);
    };
    const auto errorOfCall = [](auto&& call) -> std::string {
        try {
            call();
        } catch (const sdbus::Error& error) {
            return error.getName();
        }
        return {};
    };
    EXPECT_EQ(errorOfCall([&] { askManager({"web"}); }), "");
    EXPECT_TRUE(lastOptions.trace);
    EXPECT_EQ(errorOfCall([&] { askManager({}); }), "org.freedesktop.DBus.Error.InvalidArgs");

    inServer([this] {
        auto status = statusOf("web", State::renewing);
        status.phase = "key";
        objects->show(status);
    });
    EXPECT_EQ(errorOfCall([&] { askManager({"web"}); }), "org.scepd1.Error.Busy");
    EXPECT_EQ(errorOfCall([&] { askWeb(); }), "org.scepd1.Error.Busy");
}

/// A call whose answer comes later.
class Later {
public:
    Later(std::unique_ptr<sdbus::IProxy> proxy, const char* method, const std::vector<std::string>& arguments)
        : proxy_(std::move(proxy)) {
        auto call = proxy_->createMethodCall(certificate, method);
        for (const auto& argument : arguments)
            call << argument;
        proxy_->callMethod(call, [this](sdbus::MethodReply& reply, const sdbus::Error* error) {
            if (error != nullptr)
                outcome = error->getName();
            else if (reply.isEmpty())
                outcome = "done";
            else
                reply >> outcome;
        });
    }
    std::string outcome; ///< Empty until it came: what it brought, "done" for nothing, or the error's name.

private:
    std::unique_ptr<sdbus::IProxy> proxy_;
};

TEST_F(ObjectsTest, ARequestByHandIsAnsweredWhenItIsMade) {
    const Later made(proxy("/org/scepd1/certificate/web"), "CreateRequest", {});
    receiveUntil([&] { return started(); });
    EXPECT_EQ(made.outcome, "");
    inServer([this] { laterDone("PEM"); });
    receiveUntil([&] { return !made.outcome.empty(); });
    EXPECT_EQ(made.outcome, "PEM");
}

TEST_F(ObjectsTest, AnImportIsAnsweredByItsError) {
    const Later import(proxy("/org/scepd1/certificate/web"), "Import", {"CERT"});
    receiveUntil([&] { return started(); });
    inServer([this] { laterDone(std::unexpected(Error(Fault::protocol, "another key"))); });
    receiveUntil([&] { return !import.outcome.empty(); });
    EXPECT_EQ(import.outcome, "org.scepd1.Error.Protocol");
    EXPECT_EQ(imported, "CERT");
}

TEST_F(ObjectsTest, WhatIsEndedBeforeItIsDoneIsAnsweredToo) {
    const Later made(proxy("/org/scepd1/certificate/web"), "CreateRequest", {});
    receiveUntil([&] { return started(); });
    inServer([this] { laterDone = {}; });
    receiveUntil([&] { return !made.outcome.empty(); });
    EXPECT_EQ(made.outcome, "org.scepd1.Error.Local");
}

TEST_F(ObjectsTest, WhileSomethingRunsNothingIsDoneByHand) {
    inServer([this] {
        occupied = true;
        auto status = statusOf("log", State::enrolling);
        status.phase = "key";
        objects->show(status);
    });
    for (const auto* name : {"log", "web"}) {
        const Later made(proxy(std::string("/org/scepd1/certificate/") + name), "CreateRequest", {});
        const Later import(proxy(std::string("/org/scepd1/certificate/") + name), "Import", {"CERT"});
        receiveUntil([&] { return !made.outcome.empty() && !import.outcome.empty(); });
        EXPECT_EQ(made.outcome, "org.scepd1.Error.Busy") << name;
        EXPECT_EQ(import.outcome, "org.scepd1.Error.Busy") << name;
    }
}

/// The name of the error that a call ends with; empty when it succeeds.
std::string errorOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdbus::Error& error) {
        return error.getName();
    }
    return {};
}

TEST_F(ObjectsTest, ErrorsAreToldByName) {
    const auto request = [&](const std::vector<std::string>& names,
                             const std::map<std::string, sdbus::Variant>& options) {
        return errorOf([&] {
            std::vector<sdbus::ObjectPath> paths;
            proxy("/org/scepd1")
                ->callMethod("Request")
                .onInterface(manager)
                .withArguments(names, options)
                .storeResultsTo(paths);
        });
    };
    EXPECT_EQ(request({"nobody"}, {}), "org.scepd1.Error.NoSuchCertificate");
    EXPECT_EQ(request({"kiosk"}, {}), "org.scepd1.Error.NotApplicable");
    EXPECT_EQ(request({"web"}, {{"colour", sdbus::Variant("red")}}), "org.freedesktop.DBus.Error.InvalidArgs");
    EXPECT_EQ(request({"web"}, {{"renew", sdbus::Variant("yes")}}), "org.freedesktop.DBus.Error.InvalidArgs");
    EXPECT_EQ(request({}, {{"challenge", sdbus::Variant(sdbus::UnixFd(STDERR_FILENO))}}),
              "org.freedesktop.DBus.Error.InvalidArgs");
}

TEST_F(ObjectsTest, AFailedHandlerIsAnAnswerAndTheBusGoesOn) {
    const auto pem = [&](const std::string& what) {
        std::string text;
        proxy("/org/scepd1/certificate/web")
            ->callMethod("GetPem")
            .onInterface(certificate)
            .withArguments(what)
            .storeResultsTo(text);
        return text;
    };
    EXPECT_EQ(errorOf([&] { pem("key"); }), "org.scepd1.Error.Configuration");
    EXPECT_EQ(pem("ca"), "web PEM");
}

TEST_F(ObjectsTest, AuthoritiesAreListedWithWhoDependsOnThem) {
    std::vector<sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                              std::vector<std::string>>>
        rows;
    proxy("/org/scepd1")->callMethod("ListAuthorities").onInterface(manager).storeResultsTo(rows);

    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0],
              (decltype(rows)::value_type{
                  "/etc/scepd/profiles.d/office.toml", "ca", "CN=ca", "ab12", 1'000'000, 2'000'000, {"log", "web"}}));
}

TEST_F(ObjectsTest, TheVersionIsAProperty) {
    const auto version = proxy("/org/scepd1")->getProperty("Version").onInterface(manager);
    EXPECT_EQ(version.get<std::string>(), "1.2.3");
}

} // namespace
} // namespace scepd::bus
