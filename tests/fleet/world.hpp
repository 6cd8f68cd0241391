#pragma once

#include "fleet/endpoint.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace scepd::fleet::test {

using namespace std::chrono_literals;
using std::chrono::days;

/// One endpoint and its CA; what happened is kept. Times count from its first boot, on the first of January 2026.
class World {
public:
    /// What happened to one certificate, with the time since the start.
    struct Happening {
        Event::What what;
        std::string certificate;
        Duration at;
    };

    explicit World(std::vector<std::string> certificates = {"wifi"}, Settings own = withoutSpread())
        : settings(std::move(own)), names_(std::move(certificates)) {}

    /// So that a certificate of 90 days is renewed after 60.
    static Settings withoutSpread() {
        Settings settings;
        settings.policy.spread = 0;
        return settings;
    }

    World& until(Duration sinceStart) {
        endpoint.live(start + sinceStart);
        return *this;
    }

    [[nodiscard]] std::vector<Duration> times(Event::What what, const std::string& certificate = "wifi") const {
        std::vector<Duration> found;
        for (const auto& one : happened)
            if (one.what == what && one.certificate == certificate) found.push_back(one.at);
        return found;
    }

    [[nodiscard]] std::vector<long> days(Event::What what, const std::string& certificate = "wifi") const {
        std::vector<long> found;
        for (const auto time : times(what, certificate))
            found.push_back(std::chrono::floor<std::chrono::days>(time).count());
        return found;
    }

    [[nodiscard]] record::State state(const std::string& certificate = "wifi") const {
        return endpoint.situation(certificate).state;
    }

    inline static const Time start = parseRfc3339("2026-01-01T00:00:00Z");

    Settings settings;
    Authority authority;
    std::vector<Happening> happened;
    bool wronglyExpired = false; ///< Something was shown as expired that was not.

private:
    void note(const Event& event) {
        if (event.what != Event::What::decision)
            return happened.push_back({event.what, std::string(event.certificate), event.truth - start});
        for (const auto& name : names_)
            wronglyExpired |= state(name) == record::State::expired && event.truth < endpoint.held(name)->notAfter;
    }

    std::vector<std::string> names_;

public:
    Endpoint endpoint{"0123456789abcdef0123456789abcdef",          settings, authority, names_,
                      [this](const Event& event) { note(event); }, start};
};

} // namespace scepd::fleet::test
