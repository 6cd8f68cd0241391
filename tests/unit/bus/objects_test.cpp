#include "objects_support.hpp"

#include "base/file.hpp"

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

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

TEST_F(ObjectsTest, TenThousandFitIntoOneAnswerOfTheObjectManager) {
    inServer([this] {
        for (int i = 0; i < 10'000; ++i) {
            auto status = statusOf(fmt::format("many-{}", i), State::failed);
            status.reason = status.remedy = std::string(400, 'r'); // as long as they come
            objects->show(status);
        }
    });
    std::map<sdbus::ObjectPath, std::map<std::string, std::map<std::string, sdbus::Variant>>> objectsThere;
    proxy("/org/scepd1")
        ->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .withTimeout(60s)
        .storeResultsTo(objectsThere);

    EXPECT_EQ(objectsThere.size(), 10'002U);
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

TEST_F(ObjectsTest, WhatIsKnownOfTheMachineIsShownAndItsChangesAreToldOnce) {
    std::vector<std::map<std::string, sdbus::Variant>> signals;
    auto whole = proxy("/org/scepd1");
    whole->uponSignal("PropertiesChanged")
        .onInterface("org.freedesktop.DBus.Properties")
        .call([&](const std::string&, const std::map<std::string, sdbus::Variant>& changed,
                  const std::vector<std::string>&) { signals.push_back(changed); });
    whole->finishRegistration();
    EXPECT_FALSE(whole->getProperty("ClockSynchronized").onInterface(manager).get<bool>());

    inServer([this] {
        record::Overview overview;
        overview.surroundings = {.clockSynchronized = true, .networkOnline = true};
        objects->show(overview);
        objects->show(overview);
    });

    receiveUntil([&] { return !signals.empty(); });
    ASSERT_EQ(signals.size(), 1U);
    EXPECT_TRUE(signals.front().at("ClockSynchronized").get<bool>());
    EXPECT_TRUE(whole->getProperty("NetworkOnline").onInterface(manager).get<bool>());
}

TEST_F(ObjectsTest, AnExplanationHasOnlyTheFactsThatApply) {
    std::map<std::string, sdbus::Variant> facts;
    proxy("/org/scepd1/certificate/web")->callMethod("Explain").onInterface(certificate).storeResultsTo(facts);

    EXPECT_EQ(facts.at("Rule").get<std::string>(), "a rule for web");
    EXPECT_EQ(facts.at("Due").get<std::uint64_t>(), 1'000'000U);
    EXPECT_THAT(facts.at("Before").get<std::vector<std::string>>(), ElementsAre("log"));
    EXPECT_FALSE(facts.contains("Expected"));
    EXPECT_FALSE(facts.contains("Overtakes"));
}

TEST_F(ObjectsTest, GenerationsAreListedWithTheirTimes) {
    std::vector<sdbus::Struct<std::uint32_t, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                              std::uint64_t>>
        rows;
    proxy("/org/scepd1/certificate/web")->callMethod("ListGenerations").onInterface(certificate).storeResultsTo(rows);

    EXPECT_THAT(rows,
                ElementsAre(decltype(rows)::value_type(7, "deployed", "1f", "ab12", 1'000'000, 2'000'000, 3'000'000)));
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

    inServer([this] {
        objects->show(statusOf("a-b", State::waiting));
        objects->keepOnly({"web", "a-b"});
    });

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

TEST_F(ObjectsTest, APurgeIsAnsweredWhenItIsDoneAlsoForANameThatNoProfileHasAnyMore) {
    const auto purge = [&](const std::string& path, const std::string& interface, const std::string& name) {
        std::string ended = "nothing";
        auto object = proxy(path);
        auto call = object->createMethodCall(interface, "Purge");
        if (!name.empty()) call << name;
        object->callMethod(
            call, [&](sdbus::MethodReply&, const sdbus::Error* error) { ended = error ? error->getName() : "done"; },
            0);
        receiveUntil([&] { return started() || ended != "nothing"; });
        inServer([this] {
            if (laterDone) std::exchange(laterDone, {})({});
        });
        receiveUntil([&] { return ended != "nothing"; });
        return ended + " " + std::exchange(purged, {});
    };
    EXPECT_EQ(purge("/org/scepd1", manager, "web"), "done web");
    EXPECT_EQ(purge("/org/scepd1/certificate/web", certificate, ""), "done web");
    EXPECT_EQ(purge("/org/scepd1", manager, "kiosk"), "done kiosk");
    EXPECT_EQ(purge("/org/scepd1", manager, "former"), "done former");
    EXPECT_EQ(purge("/org/scepd1", manager, "../etc"), "org.scepd1.Error.NoSuchCertificate ");
    inServer([this] { occupied = true; });
    EXPECT_EQ(purge("/org/scepd1", manager, "web"), "org.scepd1.Error.Busy web");
}

TEST_F(ObjectsTest, ARollbackIsAnsweredWhenTheEarlierOneIsInUse) {
    std::string outcome = "none";
    auto web = proxy("/org/scepd1/certificate/web");
    web->callMethodAsync("Rollback")
        .onInterface(certificate)
        .withArguments(5U)
        .uponReplyInvoke([&](const sdbus::Error* error) { outcome = error == nullptr ? "done" : error->getMessage(); });
    receiveUntil([&] { return started(); });
    EXPECT_EQ(rolledBackTo, 5U);
    EXPECT_EQ(outcome, "none");
    inServer([&] { laterDone(std::unexpected(Error(Fault::local, "read-only"))); });
    receiveUntil([&] { return outcome != "none"; });
    EXPECT_EQ(outcome, "read-only");
}

TEST_F(ObjectsTest, WhatIsHeldIsNotInstalledAnewWhileSomethingRuns) {
    occupied = true;
    EXPECT_EQ(errorOf([&] { proxy("/org/scepd1/certificate/web")->callMethod("Redeploy").onInterface(certificate); }),
              "org.scepd1.Error.Busy");
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

TEST_F(ObjectsTest, MetricsAreOneTextForEveryone) {
    std::string text;
    proxy("/org/scepd1")->callMethod("GetMetrics").onInterface(manager).storeResultsTo(text);
    EXPECT_EQ(text, "scepd_build_info{version=\"1\"} 1\n");
}

TEST_F(ObjectsTest, MetricsThatNoMessageCanCarryAreAnError) {
    inServer([this] { metrics.assign(25UL * 1024 * 1024, '#'); });
    std::string text;
    try {
        proxy("/org/scepd1")->callMethod("GetMetrics").onInterface(manager).storeResultsTo(text);
        FAIL() << "it was answered";
    } catch (const sdbus::Error& error) {
        EXPECT_EQ(error.getName(), "org.scepd1.Error.Local");
        EXPECT_THAT(error.getMessage(), HasSubstr("metrics.textfile"));
    }
}

TEST_F(ObjectsTest, TheVersionIsAProperty) {
    const auto version = proxy("/org/scepd1")->getProperty("Version").onInterface(manager);
    EXPECT_EQ(version.get<std::string>(), "1.2.3");
}

/// The members of org.scepd1.Certificate in an introspection document, in its order: "method Import", "arg pem s in",
/// "property Name s read".
std::vector<std::string> membersIn(const std::string& xml) {
    std::vector<std::string> members;
    const auto from = xml.find("<interface name=\"org.scepd1.Certificate\"");
    std::istringstream lines(xml.substr(from, xml.find("</interface>", from) - from));
    for (std::string line; std::getline(lines, line);) {
        const auto attribute = [&](const std::string& name) {
            const auto begin = line.find(" " + name + "=\"");
            if (begin == std::string::npos) return std::string();
            const auto value = begin + name.size() + 3;
            return " " + line.substr(value, line.find('"', value) - value);
        };
        for (const std::string what : {"method", "arg", "property"})
            if (line.contains("<" + what + " "))
                members.push_back(what + attribute("name") + attribute("type") + attribute("direction") +
                                  attribute("access"));
    }
    return members;
}

TEST_F(ObjectsTest, ACertificateHasTheMembersThatAreDocumented) {
    std::string shown;
    proxy("/org/scepd1/certificate/web")
        ->callMethod("Introspect")
        .onInterface("org.freedesktop.DBus.Introspectable")
        .storeResultsTo(shown);

    const auto documented = membersIn(file::read(SCEPD_CERTIFICATE_XML));
    EXPECT_GT(documented.size(), 30U);
    EXPECT_EQ(membersIn(shown), documented);
}

TEST_F(ObjectsTest, WhereNoCertificateIsThereIsNoObject) {
    EXPECT_EQ(errorOf([&] { proxy("/org/scepd1/certificate/none")->getProperty("State").onInterface(certificate); }),
              "org.freedesktop.DBus.Error.UnknownObject");
    EXPECT_EQ(errorOf([&] { proxy("/org/scepd1/certificate/kiosk")->getProperty("State").onInterface(certificate); }),
              "org.freedesktop.DBus.Error.UnknownObject");
}

} // namespace
} // namespace scepd::bus
