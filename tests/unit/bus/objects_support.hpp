#pragma once

#include "base/error.hpp"
#include "base/loop.hpp"
#include "bus/objects.hpp"
#include "bus/private_bus.hpp"
#include "bus/source.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace scepd::bus::test {

using namespace std::chrono_literals;
using record::State;
using record::Status;
using scepd::test::PrivateBus;

inline constexpr auto manager = "org.scepd1.Manager";
inline constexpr auto certificate = "org.scepd1.Certificate";

inline Status statusOf(const std::string& name, State state) {
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

    PrivateBus bus;
    std::unique_ptr<sdbus::IConnection> client;
    std::unique_ptr<Objects> objects;
    std::vector<std::string> requested;
    record::RequestOptions lastOptions;
    Handlers::Done laterDone; ///< Of what takes a while.
    std::string imported, purged;
    std::string metrics = "scepd_build_info{version=\"1\"} 1\n";
    unsigned rolledBackTo = 0;
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
                                                .purge =
                                                    [this](const auto& name, auto done) {
                                                        purged = name;
                                                        laterDone = std::move(done);
                                                        return !occupied;
                                                    },
                                                .redeploy =
                                                    [this](const auto&, auto done) {
                                                        laterDone = std::move(done);
                                                        return !occupied;
                                                    },
                                                .rollback =
                                                    [this](const auto&, auto generation, auto done) {
                                                        rolledBackTo = generation;
                                                        laterDone = std::move(done);
                                                        return !occupied;
                                                    },
                                                .keeps = [](const auto& name) { return name == "former"; },
                                                .pem = [](const auto& name, const auto& what) -> std::string {
                                                    if (what != "ca") throw Error(Fault::configuration, "no such part");
                                                    return name + " PEM";
                                                },
                                                .generations =
                                                    [](const auto&) {
                                                        record::Held facts;
                                                        facts.generation = 7;
                                                        facts.serialNumber = "1f";
                                                        facts.fingerprint = "ab12";
                                                        facts.issued = Time(1s);
                                                        facts.notBefore = Time(2s);
                                                        facts.notAfter = Time(3s);
                                                        return std::vector{record::Kept{facts, "deployed"}};
                                                    },
                                                .authorities =
                                                    [] {
                                                        return std::vector<record::KnownAuthority>{
                                                            {"/etc/scepd/profiles.d/office.toml",
                                                             {"ca", "CN=ca", "ab12", Time(1s), Time(2s)},
                                                             {"log", "web"}}};
                                                    },
                                                .explain =
                                                    [](const auto& name) {
                                                        record::Explanation explanation;
                                                        explanation.rule = "a rule for " + name;
                                                        explanation.due = Time(1s);
                                                        explanation.before = {"log"};
                                                        return explanation;
                                                    },
                                                .metrics = [this] { return metrics; },
                                            });
        objects->show(statusOf("web", State::valid));
        objects->show(statusOf("log", State::waiting));
        objects->show(statusOf("kiosk", State::notApplicable));
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

} // namespace scepd::bus::test
