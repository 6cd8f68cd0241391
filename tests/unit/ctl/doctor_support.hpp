#pragma once

#include "ctl/checkup.hpp"
#include "temporary_root.hpp"

#include <algorithm>
#include <string>

namespace scepd::ctl::test {

/// The check of a subject that contains these words; one that nobody made when there is none.
inline Check about(const Checks& checks, const std::string& words) {
    const auto found = std::ranges::find_if(
        checks, [&](const Check& check) { return check.subject.find(words) != std::string::npos; });
    return found != checks.end() ? *found : Check{.area = "no such check", .subject = words};
}

/// A root with a profile that names a secret, a hook and a target of its own, all as they should be.
class Endpoint {
public:
    Endpoint() {
        root_.write("etc/scepd/profiles.d/office.toml", profile(), 0640);
        root_.write("etc/scepd/secrets/office", "canary-in-a-file\n", 0640);
        root_.write("etc/scepd/hooks.d/tell", "#!/bin/sh\n", 0755);
        root_.write("etc/ssl/host/cert.pem", "", 0644);
        scepd::test::makeDirectory(root_ / "var/lib/scepd");
        ::chmod((root_ / "var/lib/scepd").c_str(), 0700);
        // As on a machine: without this nobody else would get to anything in it.
        ::chmod(root_.path().c_str(), 0755);
    }

    static std::string profile(const std::string& challenge = "file = \"/etc/scepd/secrets/office\"") {
        return R"([scep]
url = "http://ca.example.com/scep"
ca-fingerprint = "sha256:6f2a09ab6f2a09ab6f2a09ab6f2a09ab00112233445566778899aabbccddeeff"

[scep.challenge]
type = "static"
)" + challenge +
               R"(

[certificate.web]
usage = "web"
subject = "CN=host"
hooks = ["tell"]

[[certificate.web.deploy]]
preset = "files"
certificate = "/etc/ssl/host/cert.pem"
unit = "web.service"
)";
    }

    [[nodiscard]] const scepd::test::TemporaryRoot& root() const { return root_; }
    [[nodiscard]] Machine machine() const { return Machine::below(root_.path()); }
    [[nodiscard]] profile::Configuration configuration() const { return profile::load(root_.path()); }

private:
    scepd::test::TemporaryRoot root_;
};

} // namespace scepd::ctl::test
