#include "bus/deployer_client.hpp"

#include "base/loop.hpp"
#include "bus/deployer.hpp"
#include "bus/private_bus.hpp"
#include "bus/source.hpp"

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Targets = DeployerClient::Targets;
using Result = std::expected<Targets, Error>;

/// A deployer that writes down what it is asked for, and a client that may ask it.
class DeployerCalls : public testing::Test {
protected:
    DeployerCalls() { connection_->requestName("org.scepd1"); }

    /// What comes of a call.
    Result resultOf(const std::function<void(const DeployerClient::Done& done)>& call) {
        std::optional<Result> result;
        call([&](const Result& given) { result = given; });
        bool late = false;
        const auto deadline = loop_.after(10s, [&] { late = true; });
        while (!late && !result)
            loop_.turn();
        return result.value_or(std::unexpected(Error(Fault::local, "no answer")));
    }

    std::vector<std::string> asked_;
    const Targets targets_{{"/etc/x/cert.pem", "deployed", ""}, {"/etc/y/cert.pem", "failed", "read-only"}};

private:
    [[nodiscard]] DeployerHandlers handlers() {
        return {
            .deploy =
                [this](const auto& name, unsigned generation) {
                    asked_.push_back(fmt::format("deploy {} {}", name, generation));
                    return targets_;
                },
            .confirm =
                [this](const auto& name, unsigned generation) {
                    asked_.push_back(fmt::format("confirm {} {}", name, generation));
                },
            .rollback =
                [this](const auto& name, unsigned generation) {
                    asked_.push_back(fmt::format("rollback {} {}", name, generation));
                    return targets_;
                },
            .verify =
                [this](const auto& name) {
                    asked_.push_back(fmt::format("verify {}", name));
                    return targets_;
                },
            .runHooks =
                [this](const auto& name, const auto& event, const auto& hooks) {
                    asked_.push_back(fmt::format("hooks {} {} {}", name, event, fmt::join(hooks, ",")));
                    return targets_;
                },
            .purge =
                [this](const auto& name) {
                    asked_.push_back(fmt::format("purge {}", name));
                    if (name == "stuck") throw Error(Fault::configuration, "cannot remove /etc/x: read-only");
                },
        };
    }

    const scepd::test::PrivateBus bus_;
    Loop loop_;
    Deployer deployer_{loop_, handlers()};
    std::unique_ptr<sdbus::IConnection> connection_ = connect();
    Source source_{loop_, *connection_};

protected:
    DeployerClient client_{*connection_};
};

TEST_F(DeployerCalls, CarryTheNameAndTheGenerationAndBringTheTargets) {
    EXPECT_EQ(resultOf([&](const auto& done) { client_.deploy("wifi", 7, done); }).value(), targets_);
    EXPECT_EQ(resultOf([&](const auto& done) { client_.rollback("wifi", 0, done); }).value(), targets_);
    EXPECT_EQ(resultOf([&](const auto& done) { client_.verify("wifi", done); }).value(), targets_);
    EXPECT_THAT(resultOf([&](const auto& done) { client_.confirm("wifi", 7, done); }).value(), IsEmpty());
    EXPECT_THAT(resultOf([&](const auto& done) { client_.purge("wifi", done); }).value(), IsEmpty());
    EXPECT_EQ(resultOf([&](const auto& done) {
                  client_.runHooks("wifi", "deployed", {"a", "b"}, done);
              }).value(),
              targets_);
    EXPECT_THAT(asked_, ElementsAre("deploy wifi 7", "rollback wifi 0", "verify wifi", "confirm wifi 7", "purge wifi",
                                    "hooks wifi deployed a,b"));
}

TEST_F(DeployerCalls, TellWhatTheDeployerCannotDo) {
    const auto result = resultOf([&](const auto& done) { client_.purge("stuck", done); });
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().fault(), Fault::configuration);
    EXPECT_STREQ(result.error().what(), "cannot remove /etc/x: read-only");
}

} // namespace
} // namespace scepd::bus
