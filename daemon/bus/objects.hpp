#pragma once

#include "base/error.hpp"
#include "record/authority.hpp"
#include "record/explanation.hpp"
#include "record/overview.hpp"
#include "record/request.hpp"
#include "record/status.hpp"

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sdbus {
class IConnection;
}

namespace scepd::bus {

/// What callers ask of the daemon. Each throws Error for what it cannot do.
struct Handlers {
    /// Asks for these certificates (all that apply when empty) and returns the names that are affected.
    std::function<std::vector<std::string>(const std::vector<std::string>& names, record::RequestOptions)> request;
    std::function<void(const std::string& name)> cancel;
    std::function<void()> reload;
    /// Called once at the end of what takes a while.
    using Done = std::function<void(std::expected<std::string, Error>)>;
    /// Makes a request for a CA that is asked by hand, as PEM. False when something runs for the certificate: then
    /// nothing was started, and `done` is not called.
    std::function<bool(const std::string& name, Done done)> createRequest;
    /// Takes such a CA's answer; the text that `done` gets means nothing.
    std::function<bool(const std::string& name, const std::string& text, Done done)> import;
    /// Forgets a certificate with everything that is kept and installed of it. As createRequest otherwise; the text
    /// that `done` gets means nothing.
    std::function<bool(const std::string& name, Done done)> purge;
    /// Has what is held installed once more, or an earlier generation (0: the one before). As purge otherwise.
    std::function<bool(const std::string& name, Done done)> redeploy;
    std::function<bool(const std::string& name, unsigned generation, Done done)> rollback;
    /// True when anything of a certificate of that name is kept, whether a profile names it or not.
    std::function<bool(const std::string& name)> keeps;
    /// Public PEM text: "certificate", "chain" or "ca".
    std::function<std::string(const std::string& name, const std::string& what)> pem;
    /// What is kept of a certificate, the newest first.
    std::function<std::vector<record::Kept>(const std::string& name)> generations;
    std::function<std::vector<record::KnownAuthority>()> authorities;
    std::function<record::Explanation(const std::string& name)> explain;
    /// In Prometheus's text format.
    std::function<std::string()> metrics;
};

/// The daemon on the bus: /org/scepd1 with one object per certificate below it. It shows values that are handed in and
/// passes on what callers ask, after asking polkit; it decides nothing.
class Objects {
public:
    /// Objects first, the name org.scepd1 later: see claimName().
    Objects(sdbus::IConnection& connection, std::string version, Handlers handlers);
    ~Objects();
    Objects(const Objects&) = delete;
    Objects& operator=(const Objects&) = delete;

    /// Takes the name org.scepd1. Throws Error{local} when another daemon has it.
    void claimName();

    /// Shows a certificate: a new object appears, a changed one emits one PropertiesChanged with the names of what
    /// changed. One in state not-applicable is listed without an object.
    void show(const record::Status& status);
    /// Forgets all certificates but these.
    void keepOnly(const std::set<std::string>& names);
    void show(const record::Overview& overview);

    /// Emits the Event signal.
    void announce(const std::string& certificate, const std::string& event, const std::string& reason,
                  const std::optional<record::Held>& held);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace scepd::bus
