#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "profile/profile.hpp"
#include "record/authority.hpp"
#include "record/explanation.hpp"
#include "record/held.hpp"
#include "record/history.hpp"
#include "record/overview.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

/// scepd as scepctl sees it: org.scepd1 on the bus. Everything here throws sdbus::Error; failure.hpp says what that
/// means.
namespace scepd::ctl {

/// One certificate in the compact answer for all of them. Words are kept as they come: a newer daemon may know more.
struct Listed {
    std::string name, usage, state, reason;
    Time notAfter, nextActionTime;
    std::string nextAction;

    bool operator==(const Listed&) const = default;
};

/// One certificate in full, as its object shows it; the members are the properties of org.scepd1.Certificate.
struct Certificate {
    std::string name, profile, usage, state, reason, remedy;
    std::string subject, issuer, serialNumber, fingerprint, keyType;
    std::vector<std::string> subjectAlternativeNames;
    Time notBefore, notAfter;
    std::uint32_t generation = 0;
    std::string nextAction, nextActionReason;
    Time nextActionTime, lastAttemptTime;
    std::string lastErrorCode, lastError, attemptPhase;
    std::uint32_t attempts = 0;
    std::uint32_t deployedGeneration = 0;
    std::vector<record::TargetState> targets;

    bool operator==(const Certificate&) const = default;
};

using Properties = std::map<std::string, sdbus::Variant>;

/// Takes over the properties that are there; others stay as they were.
void update(Certificate& certificate, const Properties& properties);

/// What to ask for, as Manager.Request wants it.
struct Ask {
    std::vector<std::string> names = {}; ///< Empty: all that apply here.
    std::vector<std::string> groups = {};
    bool renew = false, force = false;
    /// Opened here and handed over as a descriptor: no challenge passes through us.
    std::optional<std::string> challengeFile = {};
    /// Where the daemon writes what is said to the CA and back, borrowed; -1: nowhere.
    int trace = -1;
};

/// The path of a certificate's object, whether there is one or not; and its inverse, empty for a path of another kind.
std::string pathOf(const std::string& name);
std::string nameOf(const std::string& path);

/// A connection to the daemon. Without a thread: calls block, signals arrive when somebody runs the connection.
class Daemon {
public:
    static constexpr const char* service = "org.scepd1";
    static constexpr const char* path = "/org/scepd1";
    static constexpr const char* certificates = "/org/scepd1/certificate";

    /// Connects to the bus. `interactive`: actions that need an authorization may ask the person for it.
    explicit Daemon(bool interactive);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    std::vector<Listed> list();
    Certificate certificate(const std::string& name);
    record::Explanation explain(const std::string& name);
    /// What is kept of a certificate, the newest first; of the facts as much as a person looks for.
    std::vector<record::Kept> generations(const std::string& name);
    /// Throws unless there is such a certificate and it applies here.
    void expect(const std::string& name);
    std::vector<record::Rule> profiles();
    std::vector<record::KnownAuthority> authorities();
    std::vector<profile::Diagnostic> diagnostics();
    std::vector<profile::Diagnostic> reload();
    std::string version();
    std::string metrics();

    /// Asks, and returns the names of the certificates that were asked for.
    std::vector<std::string> request(const Ask& ask);

    /// A request for a CA that is asked by hand, as PEM; and such a CA's answer.
    std::string createRequest(const std::string& name);
    void import(const std::string& name, const std::string& text);

    /// Has what is held installed once more, or an earlier generation (0: the one before). Return when it is in use.
    void redeploy(const std::string& name);
    void rollback(const std::string& name, std::uint32_t generation);

    /// Forgets a certificate, also one that no profile names any more. Returns when it is done.
    void purge(const std::string& name);

    using Requested = std::function<void(const std::vector<std::string>& names, const sdbus::Error* error)>;
    /// As request(), with the answer given to `then` while somebody runs the connection. Error is null after a success.
    void requestLater(const Ask& ask, Requested then);

    using Read = std::function<void(const Properties& properties, const sdbus::Error* error)>;
    /// The properties of a certificate's object, in the same way.
    void readLater(const std::string& name, Read then);

    [[nodiscard]] sdbus::IConnection& connection() { return *connection_; }

    using OnEvent =
        std::function<void(const std::string& certificate, const std::string& event, const Properties& details)>;
    /// Subscribes to the Manager's Event signal, for as long as this lives.
    void onEvent(OnEvent callback);

private:
    class Manager;
    class Object;
    [[nodiscard]] sdbus::MethodCall requestCall(const Ask& ask);
    template <typename... Arguments>
    sdbus::MethodReply act(const std::string& name, const char* method, const Arguments&... arguments);

    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<Manager> manager_;
    std::map<std::string, std::unique_ptr<Object>> objects_;
    bool interactive_;
};

} // namespace scepd::ctl
