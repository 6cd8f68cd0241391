#pragma once

#include "base/loop.hpp"
#include "profile/load.hpp"
#include "profile/request_digest.hpp"
#include "scepd/engine.hpp"
#include "store/generation.hpp"
#include "store/history.hpp"
#include "store/report.hpp"
#include "temporary_root.hpp"

#include <algorithm>
#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace scepd::test {

using namespace std::chrono_literals;

/// Plays scepd-enroll: reports what lies in ROOT/report-NAME (ROOT/report-served and report-names for its other jobs)
/// and notes its arguments.
inline constexpr auto fakeEnroll = R"(#!/bin/sh
for argument; do name=$argument; done
case "$*" in *--names) name=names ;; esac
root=$(dirname "$0")
echo "$@" >> "$root/calls-$name"
case "$*" in *--served=*) name=served ;; esac
printf 'phase key\nreport\n' >&3
cat "$root/report-$name" >&3
)";

inline constexpr auto profileText = R"([scep]
url = "http://127.0.0.1:9/scep"
ca-fingerprint = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

[certificate.peer]
usage = "p2p"
subject = "CN=peer"
)";

inline record::Held held(unsigned generation, Time from, Duration lifetime) {
    record::Held result;
    result.generation = generation;
    result.subject = "CN=peer";
    result.serialNumber = "0a";
    result.notBefore = from;
    result.notAfter = from + lifetime;
    result.issued = from;
    result.machineId = "0123456789abcdef0123456789abcdef";
    const auto asked = profile::parseProfile(profileText, "peers.toml").value;
    result.configuration = profile::requestDigest(asked->scep, asked->certificates.front());
    return result;
}

/// A real engine and loop on a temporary root, with a script for scepd-enroll and functions for the deployer.
class EngineTest : public testing::Test {
protected:
    EngineTest() {
        root.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        root.write("enroll", fakeEnroll, 0755);
        root.write("etc/scepd/profiles.d/peers.toml", profileText);
        engine = makeEngine();
    }

    std::unique_ptr<Engine> makeEngine() {
        const auto answer = [this](const std::string& what, unsigned generation, Deployer::Done done) {
            deployerCalls.push_back(what + " " + std::to_string(generation));
            if (what == deployerThrowsAt) throw std::runtime_error("no memory");
            pending.push_back(loop.after(0s, [this, what, done = std::move(done)] { done(deployerAnswers[what]); }));
        };
        Deployer deployer{
            .deploy = [=](const auto&, unsigned generation,
                          auto done) { answer("deploy", generation, std::move(done)); },
            .confirm = [=](const auto&, unsigned generation,
                           auto done) { answer("confirm", generation, std::move(done)); },
            .rollback = [=](const auto&, unsigned generation,
                            auto done) { answer("rollback", generation, std::move(done)); },
            .verify =
                [this](const auto& name, auto done) {
                    inspections.push_back(name);
                    mostInspectionsAtATime = std::max(mostInspectionsAtATime, ++openInspections);
                    pending.push_back(loop.after(0s, [this, done = std::move(done)] {
                        --openInspections;
                        done(deployerAnswers["verify"]);
                    }));
                },
            .purge = [=](const auto&, auto done) { answer("purge", 0, std::move(done)); },
            .runHooks =
                [=](const auto&, const auto& event, const auto& hooks, auto done) {
                    answer(fmt::format("hooks {} {}", event, fmt::join(hooks, " ")), 0, std::move(done));
                },
        };
        Audience audience{
            .one =
                [this](const auto& status) {
                    statuses[status.name] = status;
                    phases.insert(status.phase);
                },
            .only =
                [this](const auto& names) {
                    std::erase_if(statuses, [&](const auto& shown) { return !names.contains(shown.first); });
                },
            .overview = [this](const auto& seen) { overview = seen; },
            .event = [this](const auto& name, const auto& event, const auto&,
                            const auto&) { events.push_back(name + " " + event); },
        };
        auto made = std::make_unique<Engine>(loop, Engine::Places{root.path(), root / "enroll"}, deployer, audience);
        made->clockSynchronized(true);
        return made;
    }

    /// What fails is tried again after a moment.
    void retryAtOnce() {
        auto text = std::string(profileText);
        text.insert(text.find("\n[certificate"), "retry-delay = \"1s\"\nretry-delay-max = \"1s\"\n");
        root.write("etc/scepd/profiles.d/peers.toml", text);
    }

    void reports(const std::string& name, const record::Report& report) {
        root.write("report-" + name, store::toText(report));
    }

    /// Runs the loop until the condition holds; fails the test after ten seconds.
    void runUntil(const std::function<bool()>& condition) {
        bool late = false;
        const auto deadline = loop.after(10s, [&] { late = true; });
        while (!late && !condition())
            loop.turn();
        ASSERT_TRUE(condition()) << "it did not come to that: " << testing::PrintToString(events);
    }
    /// Until an attempt of this test has ended in the state.
    void runUntilState(record::State state) {
        runUntil([=, this] {
            const auto& peer = statuses["peer"];
            return peer.attempts > 0 && peer.state == state && peer.phase.empty();
        });
    }

    TemporaryRoot root;
    Loop loop;
    std::map<std::string, std::expected<std::vector<record::TargetState>, Error>> deployerAnswers;
    std::string deployerThrowsAt;
    std::vector<std::string> deployerCalls, inspections, events;
    int openInspections = 0, mostInspectionsAtATime = 0;
    std::vector<Loop::Handle> pending;
    std::map<std::string, record::Status> statuses;
    std::set<std::string> phases; ///< All that were shown.
    record::Overview overview;
    std::unique_ptr<Engine> engine;
};

} // namespace scepd::test
