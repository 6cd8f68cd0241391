#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "ca/authority.hpp"
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"
#include "deploy/deployer.hpp"
#include "deploy/memory.hpp"
#include "profile/load.hpp"
#include "store/generation.hpp"
#include "temporary_root.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>

/// What the tests of this folder share: real files in a temporary root, certificates of a real CA.
namespace scepd::deploy::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

using scepd::test::makeDirectory;
using scepd::test::TemporaryRoot;
using scepd::test::writeFile;

inline std::string readFile(const fs::path& path) {
    return std::string(file::readSecret(path).reveal());
}

inline mode_t modeOf(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) throw std::runtime_error("no " + path.string());
    return status.st_mode & 07777U;
}

/// A CA whose key is made once per test program.
struct TestCa {
    TemporaryRoot directory;
    ca::Authority authority;
    explicit TestCa(const std::string& name, bool hasIssuing = false)
        : authority(directory.path(), ca::AuthorityPlan{.commonName = name, .hasIssuing = hasIssuing}) {}
    [[nodiscard]] std::string pem() const { return readFile(directory.path() / "ca.pem"); }
};

inline const TestCa& ourCa() {
    static const TestCa ca("Our CA");
    return ca;
}
inline const TestCa& foreignCa() {
    static const TestCa ca("Foreign CA");
    return ca;
}

/// Keys take long to make; these two serve all tests.
inline const crypto::Key& keyNumber(unsigned number) {
    static const std::vector<crypto::Key> keys{crypto::Key::generateRsa(2048), crypto::Key::generateRsa(2048)};
    return keys.at(number % keys.size());
}

/// The time that tests take for the present; certificates are valid from a day before it.
inline Time today() {
    static const Time time = now();
    return time;
}

struct Wish {
    std::string commonName = "host";
    unsigned key = 0;
    Time notBefore = today() - 1h;
    Time notAfter = today() + std::chrono::days(90);
    const TestCa& issuer = ourCa();
};

inline std::string issue(const Wish& wish) {
    const ca::Name subject(X509_NAME_new());
    if (!wish.commonName.empty())
        X509_NAME_add_entry_by_txt(subject.get(), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(wish.commonName.c_str()), -1, -1, 0);
    else
        X509_NAME_add_entry_by_txt(subject.get(), "O", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>("No CN=here"), -1, -1, 0);
    const auto seconds = [](Time time) { return std::chrono::system_clock::to_time_t(time); };
    const auto leaf = wish.issuer.authority.issue({.subject = subject.get(),
                                                   .key = keyNumber(wish.key).get(),
                                                   .notBefore = seconds(wish.notBefore),
                                                   .notAfter = seconds(wish.notAfter)});
    X509_up_ref(leaf.get());
    return crypto::Certificate(leaf.get()).toPem();
}

/// A generation as scepd-enroll commits it.
inline store::Generation makeGeneration(const Wish& wish = {}) {
    store::Generation generation;
    generation.key = keyNumber(wish.key).toPem();
    generation.certificate = issue(wish);
    generation.ca = wish.issuer.pem();
    return generation;
}

/// A root with one certificate "web" of which tests say the rest.
class Endpoint {
public:
    Endpoint() {
        // No test may reach the machine's own systemd.
        ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
        makeDirectory(root() / "etc");
    }

    [[nodiscard]] const fs::path& root() const { return directory_.path(); }
    [[nodiscard]] fs::path operator/(const std::string& inside) const { return root() / inside; }

    /// `lines` follow the certificate's usage and subject.
    void profile(const std::string& lines, const std::string& trust = {}) const {
        const auto pin = trust.empty() ? "ca-fingerprint = \"" + ourCa().authority.fingerprint() + "\"" : trust;
        writeFile(root() / "etc/scepd/profiles.d/test.toml", "[scep]\nurl = \"http://ca.example.com/scep\"\n" + pin +
                                                                 "\n[certificate.web]\nusage = \"generic\"\n"
                                                                 "subject = \"CN=host\"\n" +
                                                                 lines);
    }

    unsigned commit(const store::Generation& generation = makeGeneration()) const {
        return store::commit(root(), "web", generation);
    }

    /// Where the preset "files" puts it.
    [[nodiscard]] fs::path installed(const std::string& name) const { return root() / "etc/ssl/scepd/web" / name; }

    /// All names in the installed directory, also hidden ones.
    [[nodiscard]] std::vector<std::string> names() const {
        auto all = scepd::test::namesIn(root() / "etc/ssl/scepd/web");
        std::ranges::sort(all);
        return all;
    }

    /// True when key and certificate on the targets belong together.
    [[nodiscard]] bool pairMatches() const {
        return crypto::Certificate::fromPem(readFile(installed("cert.pem")))
            .matches(crypto::Key::fromPem(file::readSecret(installed("key.pem"))));
    }

private:
    TemporaryRoot directory_;
};

/// The fault and sentence that a call throws.
template <typename Body>
Error errorOf(Body body) {
    try {
        body();
    } catch (const Error& error) {
        return error;
    }
    throw std::runtime_error("nothing was thrown");
}

inline const std::vector<std::string> filesOfPreset{"ca.pem", "cert.pem", "chain.pem", "fullchain.pem", "key.pem"};

} // namespace scepd::deploy::test
