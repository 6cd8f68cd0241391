#pragma once

#include "base/secret.hpp"
#include "enroll/attempt.hpp"
#include "record/report.hpp"
#include "store/generation.hpp"
#include "temporary_root.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scepd::test {

/// What a profile for one certificate named "device" says; empty strings leave a key out.
struct ProfileText {
    std::string urls;      ///< TOML: a string or a list
    std::string trust;     ///< TOML line: ca-fingerprint = "..."
    std::string scep = {}; ///< More lines of the [scep] table.
    std::string challenge = {};
    std::string certificate = {}; ///< More lines of the certificate's table.
    std::string subject = "CN=device,O=Example";
};

/// A machine of its own in a temporary directory, with one profile, on which attempts are made.
class Endpoint {
public:
    Endpoint();

    [[nodiscard]] const std::filesystem::path& root() const { return root_.path(); }
    [[nodiscard]] std::filesystem::path directory() const { return store::certificateDirectory(root(), "device"); }

    void configure(const ProfileText& text) const;
    void write(const std::string& path, const std::string& content) const;

    [[nodiscard]] record::Report enroll() const { return run({}); }
    [[nodiscard]] record::Report renew() const { return run({.renew = true, .challenge = {}}); }
    [[nodiscard]] record::Report run(const enroll::Order& order) const;

    /// The generation that `current` names. Fails the test when there is none.
    [[nodiscard]] store::Generation current() const;
    [[nodiscard]] bool holdsNothing() const { return store::generations(root(), "device").empty(); }

    /// Every file below /var that holds the text, key files included.
    [[nodiscard]] std::vector<std::string> filesWith(const std::string& text) const;

private:
    TemporaryRoot root_;
};

/// The report when it is of that kind; otherwise the test fails with what it says instead.
template <typename Kind>
Kind as(const record::Report& report) {
    const auto* kind = std::get_if<Kind>(&report);
    if (kind == nullptr) throw std::runtime_error("the report is another one: " + enroll::sentence(report));
    return *kind;
}

} // namespace scepd::test
