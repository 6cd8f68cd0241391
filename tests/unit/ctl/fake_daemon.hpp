#pragma once

#include "bus/private_bus.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <certificate_adaptor.hpp>
#include <fcntl.h>
#include <manager_adaptor.hpp>
#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

namespace scepd::ctl::test {

using Properties = std::map<std::string, sdbus::Variant>;

/// What one certificate's object shows; as much of it as scepctl's verbs look at.
struct Shown {
    std::string name;
    std::string usage = "generic", state = "waiting", reason = {}, remedy = {}, nextAction = "enroll";
    std::uint64_t notBefore = 1'000'000, notAfter = 0, nextActionTime = 0, lastAttemptTime = 0;
    std::uint32_t generation = 0, deployedGeneration = 0, attempts = 0;
    std::string lastErrorCode = {}, attemptPhase = {};
};

/// One object of org.scepd1.Certificate.
class FakeCertificate final : public sdbus::AdaptorInterfaces<org::scepd1::Certificate_adaptor,
                                                              sdbus::Properties_adaptor, sdbus::ManagedObject_adaptor> {
public:
    FakeCertificate(sdbus::IConnection& connection, Shown what)
        : AdaptorInterfaces(connection, "/org/scepd1/certificate/" + what.name), shown(std::move(what)) {
        registerAdaptor();
    }
    ~FakeCertificate() { unregisterAdaptor(); }
    FakeCertificate(const FakeCertificate&) = delete;
    FakeCertificate& operator=(const FakeCertificate&) = delete;

    Shown shown;
    Properties explanation;
    std::vector<sdbus::Struct<std::uint32_t, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                              std::uint64_t>>
        generations;
    std::string imported; ///< What the last Import brought.

    /// Becomes `what` and says so in one signal.
    void become(const Shown& what) {
        shown = what;
        emitPropertiesChangedSignal("org.scepd1.Certificate",
                                    {"State", "Reason", "Remedy", "NotAfter", "Generation", "NextAction",
                                     "NextActionTime", "LastAttemptTime", "LastErrorCode", "Attempts", "AttemptPhase",
                                     "DeployedGeneration"});
    }
    void announceRemoval() { emitInterfacesRemovedSignal({"org.scepd1.Certificate"}); }

private:
    void Request(sdbus::Result<>&& result, Properties) override { result.returnResults(); }
    void Cancel(sdbus::Result<>&& result) override { result.returnResults(); }
    void CreateRequest(sdbus::Result<std::string>&& result) override {
        result.returnResults("-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n");
    }
    void Import(sdbus::Result<>&& result, std::string pem) override {
        imported = pem;
        shown.generation += 1;
        result.returnResults();
    }
    void Redeploy(sdbus::Result<>&& result) override { result.returnResults(); }
    void Rollback(sdbus::Result<>&& result, std::uint32_t generation) override {
        shown.generation = generation != 0 ? generation : shown.generation - 1;
        result.returnResults();
    }
    void Purge(sdbus::Result<>&& result) override { result.returnResults(); }
    std::vector<sdbus::Struct<std::uint32_t, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                              std::uint64_t>>
    ListGenerations() override {
        return generations;
    }
    std::string GetPem(const std::string&) override { return {}; }
    std::map<std::string, sdbus::Variant> Explain() override { return explanation; }
    std::string Name() override { return shown.name; }
    std::string Profile() override { return "/etc/scepd/profiles.d/office.toml"; }
    std::string Usage() override { return shown.usage; }
    std::string State() override { return shown.state; }
    std::string Reason() override { return shown.reason; }
    std::string Remedy() override { return shown.remedy; }
    std::string Subject() override { return "CN=host"; }
    std::string Issuer() override { return "CN=Test CA"; }
    std::string SerialNumber() override { return "1f"; }
    std::string Fingerprint() override { return "aa"; }
    std::vector<std::string> SubjectAlternativeNames() override { return {"dns:host.example.com"}; }
    std::uint64_t NotBefore() override { return shown.notBefore; }
    std::uint64_t NotAfter() override { return shown.notAfter; }
    std::string KeyType() override { return "RSA 2048"; }
    std::uint32_t Generation() override { return shown.generation; }
    std::string NextAction() override { return shown.nextAction; }
    std::uint64_t NextActionTime() override { return shown.nextActionTime; }
    std::string NextActionReason() override { return {}; }
    std::uint64_t LastAttemptTime() override { return shown.lastAttemptTime; }
    std::string LastErrorCode() override { return shown.lastErrorCode; }
    std::string LastError() override { return {}; }
    std::uint32_t Attempts() override { return shown.attempts; }
    std::string AttemptPhase() override { return shown.attemptPhase; }
    std::uint32_t DeployedGeneration() override { return shown.deployedGeneration; }
    std::vector<sdbus::Struct<std::string, std::string, std::string>> Targets() override {
        return {{"/etc/ssl/host.pem", "deployed", ""}};
    }
};

/// A flag of a message that sdbus-c++ 1.2 does not tell.
class Flags : public sdbus::Message {
public:
    static bool mayAskPerson(const sdbus::Message& message) {
        auto* raw = static_cast<sd_bus_message*>(message.*(&Flags::msg_));
        return sd_bus_message_get_allow_interactive_authorization(raw) > 0;
    }
};

/// org.scepd1 with certificates that do what a test says when they are asked for.
class FakeDaemon final : public sdbus::AdaptorInterfaces<org::scepd1::Manager_adaptor, sdbus::ObjectManager_adaptor> {
public:
    FakeDaemon(sdbus::IConnection& connection, const std::vector<Shown>& all)
        : AdaptorInterfaces(connection, "/org/scepd1"), connection_(connection) {
        registerAdaptor();
        for (const auto& shown : all)
            certificates.emplace(shown.name, std::make_unique<FakeCertificate>(connection, shown));
        connection_.requestName("org.scepd1");
    }
    ~FakeDaemon() {
        certificates.clear();
        unregisterAdaptor();
    }
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    void leave() { connection_.releaseName("org.scepd1"); }
    void comeBack() { connection_.requestName("org.scepd1"); }
    void event(const std::string& name, const std::string& what, const Properties& details) {
        emitEvent(name, what, details);
    }

    std::map<std::string, std::unique_ptr<FakeCertificate>> certificates;
    std::vector<std::string> elsewhere; ///< Certificates that do not apply here.
    /// Before the answer to Request: which of the names are worked on. Throws sdbus::Error to refuse.
    std::function<std::vector<std::string>(const std::vector<std::string>& names, const Properties& options)> onRequest;
    std::function<void()> afterRequest; ///< After that answer.
    std::vector<sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>> findings;
    std::vector<sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                              std::vector<std::string>>>
        authorities;
    std::string metrics;       ///< What GetMetrics answers.
    Properties options;        ///< Of the last request.
    bool mayAskPerson = false; ///< The last request allowed interactive authorization.
    sdbus::UnixFd trace;       ///< Of the last request; stays open until a test closes it.
    std::string purged;        ///< The last name that Purge brought.
    std::string challenge;     ///< What the descriptor of the last request could read.

private:
    using Paths = std::vector<sdbus::ObjectPath>;

    void Request(sdbus::Result<Paths>&& result, std::vector<std::string> names, Properties with) override {
        try {
            options = with;
            mayAskPerson = Flags::mayAskPerson(*getObject().getCurrentlyProcessedMessage());
            if (with.contains("trace")) trace = with.at("trace").get<sdbus::UnixFd>();
            if (with.contains("challenge")) challenge = readAll(with.at("challenge").get<sdbus::UnixFd>());
            for (const auto& name : names)
                GetCertificate(name);
            Paths paths;
            for (const auto& name : onRequest(names, with))
                paths.emplace_back("/org/scepd1/certificate/" + name);
            result.returnResults(paths);
            if (afterRequest) afterRequest();
        } catch (const sdbus::Error& error) {
            result.returnError(error);
        }
    }

    static std::string readAll(const sdbus::UnixFd& fd) {
        char text[256];
        const auto length = ::read(fd.get(), text, sizeof text);
        return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
    }

    std::vector<
        sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t, std::string>>
    List() override {
        decltype(List()) rows;
        for (const auto& [name, object] : certificates)
            rows.emplace_back(name, object->shown.usage, object->shown.state, object->shown.reason,
                              object->shown.notAfter, object->shown.nextActionTime, object->shown.nextAction);
        for (const auto& name : elsewhere)
            rows.emplace_back(name, "generic", "not-applicable", "the profile is for the groups kiosk", 0, 0,
                              "nothing");
        return rows;
    }

    std::vector<sdbus::Struct<std::string, bool, std::vector<std::string>, std::string, std::vector<std::string>,
                              std::string, std::vector<std::string>>>
    ListProfiles() override {
        return {{"/etc/scepd/profiles.d/office.toml",
                 true,
                 {"office"},
                 "Office",
                 {"http://ca.example.com/scep"},
                 "sha256:aa",
                 {"wifi"}}};
    }

    std::vector<sdbus::Struct<std::string, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
                              std::vector<std::string>>>
    ListAuthorities() override {
        return authorities;
    }

    void Reload(
        sdbus::Result<std::vector<sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>>>&&
            result) override {
        result.returnResults(findings);
    }

    void Purge(sdbus::Result<>&& result, std::string name) override {
        if (!certificates.contains(name))
            return result.returnError(sdbus::Error("org.scepd1.Error.NoSuchCertificate", "no profile names " + name));
        purged = std::move(name);
        result.returnResults();
    }

    sdbus::ObjectPath GetCertificate(const std::string& name) override {
        for (const auto& other : elsewhere)
            if (other == name) throw sdbus::Error("org.scepd1.Error.NotApplicable", name + " does not apply here");
        if (!certificates.contains(name))
            throw sdbus::Error("org.scepd1.Error.NoSuchCertificate", "no profile names " + name);
        return "/org/scepd1/certificate/" + name;
    }

    std::string GetMetrics() override { return metrics; }
    std::string Version() override { return "0.9"; }
    bool ClockSynchronized() override { return true; }
    bool NetworkOnline() override { return true; }
    std::vector<std::string> Groups() override { return {}; }
    std::vector<std::string> Queue() override { return {}; }
    std::vector<sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>>
    Diagnostics() override {
        return findings;
    }

    sdbus::IConnection& connection_;
};

/// A private bus with a daemon that answers on a thread of its own, as a test's own thread waits for the answers.
class FakeSystem {
public:
    explicit FakeSystem(const std::vector<Shown>& certificates = {})
        : connection_(sdbus::createSystemBusConnection()), daemon(*connection_, certificates) {
        daemon.onRequest = [](const auto& names, const auto&) { return names; };
    }
    ~FakeSystem() { rest(); }
    FakeSystem(const FakeSystem&) = delete;
    FakeSystem& operator=(const FakeSystem&) = delete;

    /// From here on the daemon belongs to its thread.
    void answer() { connection_->enterEventLoopAsync(); }
    /// From here on it belongs to the test again.
    void rest() { connection_->leaveEventLoop(); }

private:
    scepd::test::PrivateBus bus_;
    std::unique_ptr<sdbus::IConnection> connection_;

public:
    FakeDaemon daemon;
};

} // namespace scepd::ctl::test
