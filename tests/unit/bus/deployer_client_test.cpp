#include "bus/deployer_client.hpp"

#include "base/loop.hpp"
#include "bus/deployer.hpp"
#include "bus/private_bus.hpp"
#include "bus/source.hpp"

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

using namespace std::chrono_literals;
using scepd::test::PrivateBus;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Targets = DeployerClient::Targets;
using Answer = std::expected<Targets, Error>;

/// A client that has the daemon's name, and a real deployer on the bus that notes what it is asked.
class DeployerClientTest : public testing::Test {
protected:
    DeployerClientTest() { connection->requestName("org.scepd1"); }

    Targets note(const std::string& call) {
        calls.push_back(call);
        return rows;
    }
    /// What `call` is answered.
    Answer answerTo(const std::function<void(const DeployerClient::Done&)>& call) {
        Answer answer = std::unexpected(Error(Fault::local, "no answer came"));
        bool isOver = false;
        call([&](const Answer& given) {
            answer = given;
            isOver = true;
        });
        const auto deadline = loop.after(10s, [&] { isOver = true; });
        while (!isOver)
            loop.turn();
        return answer;
    }

    const PrivateBus bus;
    Loop loop;
    std::unique_ptr<sdbus::IConnection> connection = connect();
    const Source source{loop, *connection};
    DeployerClient client{*connection};
    const Targets rows{{"/etc/ssl/cert.pem", "drifted", "key.pem is missing"}};
    std::vector<std::string> calls;
    Deployer deployer{
        loop,
        {
            .deploy = [this](const auto& name,
                             unsigned number) { return note(fmt::format("deploy {} {}", name, number)); },
            .confirm = [this](const auto& name, unsigned number) { note(fmt::format("confirm {} {}", name, number)); },
            .rollback = [this](const auto& name,
                               unsigned number) { return note(fmt::format("rollback {} {}", name, number)); },
            .verify = [this](const auto& name) -> Targets {
                if (name == "gone") throw Error(Fault::configuration, "no profile asks for gone");
                return note(fmt::format("verify {}", name));
            },
            .runHooks = [](const auto&, const auto&) {},
            .purge = [](const auto&) {},
        }};
};

TEST_F(DeployerClientTest, CallsReachTheDeployerAndTargetsComeBack) {
    EXPECT_EQ(*answerTo([this](const auto& done) { client.deploy("wifi", 7, done); }), rows);
    EXPECT_EQ(*answerTo([this](const auto& done) { client.rollback("wifi", 6, done); }), rows);
    EXPECT_EQ(*answerTo([this](const auto& done) { client.verify("wifi", done); }), rows);
    EXPECT_THAT(*answerTo([this](const auto& done) { client.confirm("wifi", 7, done); }), IsEmpty());
    EXPECT_THAT(calls, ElementsAre("deploy wifi 7", "rollback wifi 6", "verify wifi", "confirm wifi 7"));
}

TEST_F(DeployerClientTest, WhatTheDeployerRefusesIsAnErrorWithItsSentence) {
    const auto answer = answerTo([this](const auto& done) { client.verify("gone", done); });
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().what(), HasSubstr("no profile asks for gone"));
}

} // namespace
} // namespace scepd::bus
