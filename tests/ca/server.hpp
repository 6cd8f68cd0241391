#pragma once

#include "ca/options.hpp"
#include "ca/service.hpp"
#include "temporary_root.hpp"

#include <atomic>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace scepd::ca {

/// The directory of a CA; removed at the end when it was made for the occasion.
class StateDirectory {
public:
    /// Uses `path`, or makes a temporary directory when that is empty.
    explicit StateDirectory(std::filesystem::path path);
    const std::filesystem::path& path() const { return temporary_ ? temporary_->path() : path_; }

private:
    std::filesystem::path path_;
    std::optional<test::TemporaryRoot> temporary_;
};

/// A SCEP server for tests: answers on its address in threads of its own from construction to destruction.
class TestCa {
public:
    /// Throws std::runtime_error when the state cannot be used, a fault is unknown or the port is taken.
    explicit TestCa(const Options& options = {});
    ~TestCa();
    TestCa(const TestCa&) = delete;
    TestCa& operator=(const TestCa&) = delete;
    TestCa(TestCa&&) = delete;
    TestCa& operator=(TestCa&&) = delete;

    /// "http://ADDRESS:PORT/scep".
    std::string url() const;

    /// Where a character with an administration page gives one-time passwords.
    std::string adminUrl() const;

    /// On the address of the options.
    std::uint16_t port() const { return port_; }

    /// SHA-256 of the CA's certificate, 64 lower-case hexadecimal digits.
    std::string fingerprint() const { return service_.fingerprint(); }

    /// Where `ca.pem`, `requests.log` and the rest lie.
    const std::filesystem::path& state() const { return state_.path(); }

    /// From the next request on these faults alone, as parseFaults reads them; empty for none. Throws
    /// std::runtime_error when one is unknown.
    void setFaults(std::string_view faults) const;

    /// Approves every transaction, the waiting and the coming ones.
    void approveAll() const;

    /// The lines of requests.log, oldest first.
    std::vector<std::string> requests() const;

private:
    struct Visitor {
        std::atomic<bool> left = false;
        std::thread thread;
    };

    void acceptAll();
    void serve(int socket, Visitor& visitor);

    StateDirectory state_;
    Service service_;
    std::string address_;
    Descriptor listener_;
    Descriptor stop_;
    std::uint16_t port_;
    std::list<Visitor> visitors_;
    std::thread accepting_;
};

} // namespace scepd::ca
