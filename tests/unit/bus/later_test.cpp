#include "objects_support.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

using namespace test;
using LaterTest = ObjectsTest;

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

TEST_F(LaterTest, ARequestByHandIsAnsweredWhenItIsMade) {
    const Later made(proxy("/org/scepd1/certificate/web"), "CreateRequest", {});
    receiveUntil([&] { return started(); });
    EXPECT_EQ(made.outcome, "");
    inServer([this] { laterDone("PEM"); });
    receiveUntil([&] { return !made.outcome.empty(); });
    EXPECT_EQ(made.outcome, "PEM");
}

TEST_F(LaterTest, AnImportIsAnsweredByItsError) {
    const Later import(proxy("/org/scepd1/certificate/web"), "Import", {"CERT"});
    receiveUntil([&] { return started(); });
    inServer([this] { laterDone(std::unexpected(Error(Fault::protocol, "another key"))); });
    receiveUntil([&] { return !import.outcome.empty(); });
    EXPECT_EQ(import.outcome, "org.scepd1.Error.Protocol");
    EXPECT_EQ(imported, "CERT");
}

TEST_F(LaterTest, WhatIsEndedBeforeItIsDoneIsAnsweredToo) {
    const Later made(proxy("/org/scepd1/certificate/web"), "CreateRequest", {});
    receiveUntil([&] { return started(); });
    inServer([this] { laterDone = {}; });
    receiveUntil([&] { return !made.outcome.empty(); });
    EXPECT_EQ(made.outcome, "org.scepd1.Error.Local");
}

TEST_F(LaterTest, WhileSomethingRunsNothingIsDoneByHand) {
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

TEST_F(LaterTest, ALookAtTheCaKeepsNothingFromBeingDone) {
    inServer([this] {
        auto status = statusOf("log", State::valid);
        status.phase = "look";
        objects->show(status);
    });
    const Later redeploy(proxy("/org/scepd1/certificate/log"), "Redeploy", {});
    receiveUntil([&] { return started(); });
    inServer([this] { std::exchange(laterDone, {})({}); });
    receiveUntil([&] { return !redeploy.outcome.empty(); });
    EXPECT_EQ(redeploy.outcome, "done");
}

} // namespace
} // namespace scepd::bus
