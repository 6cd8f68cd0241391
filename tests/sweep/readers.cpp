#include "base/error.hpp"
#include "ca/authority.hpp"
#include "deploy/plan.hpp"
#include "deploy/transaction.hpp"
#include "temporary_root.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

/// What readers see of files while they are installed over and over: a certificate and its key in two files, and both
/// in one combined file, on two targets of one transaction. README.md here tells the figures.
namespace {

using namespace scepd;
namespace fs = std::filesystem;

constexpr std::size_t none = SIZE_MAX; ///< What was read is no generation.
constexpr unsigned keys = 4;

/// What one installation puts on the targets.
struct Generation {
    std::vector<deploy::PlannedFile> files;
    std::string certificate, key, combined;
};

std::vector<profile::Target> targets() {
    profile::Target pair;
    pair.certificate = "/etc/ssl/scepd/web/cert.pem";
    pair.key = "/etc/ssl/scepd/web/key.pem";
    profile::Target combined;
    combined.combined = "/etc/ssl/scepd/web/combined.pem";
    return {pair, combined};
}

crypto::Certificate issue(const ca::Authority& authority, const crypto::Key& key) {
    const ca::Name subject(X509_NAME_new());
    X509_NAME_add_entry_by_txt(subject.get(), "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("host"), -1,
                               -1, 0);
    const auto now = std::time(nullptr);
    constexpr std::time_t day = 86400;
    return crypto::Certificate(
        authority.issue({.subject = subject.get(), .key = key.get(), .notBefore = now, .notAfter = now + day})
            .release());
}

std::vector<Generation> makeGenerations(const fs::path& root) {
    const test::TemporaryRoot directory;
    const ca::Authority authority(directory.path(), "CA", false);
    const crypto::Certificate anchor(X509_dup(authority.certificate()));
    std::vector<Generation> generations;
    for (unsigned i = 0; i < keys; ++i) {
        const auto key = crypto::Key::generateRsa(2048);
        const deploy::Material material{key, issue(authority, key), {}, {anchor}, anchor};
        auto& generation = generations.emplace_back();
        for (const auto& target : targets())
            std::ranges::move(deploy::plan(root, "web", target, material), std::back_inserter(generation.files));
        generation.certificate = generation.files.at(0).content.reveal();
        generation.key = generation.files.at(1).content.reveal();
        generation.combined = generation.files.at(2).content.reveal();
    }
    return generations;
}

/// What readers synchronise by: odd while the files are being exchanged, then one more for each installation.
class Steps {
public:
    void begin() { ++steps_; }
    void end() { ++steps_; }
    [[nodiscard]] std::uint64_t now() const { return steps_; }
    static bool betweenInstallations(std::uint64_t step) { return step % 2 == 0; }
    static std::size_t generation(std::uint64_t step) { return step / 2 % keys; }

private:
    std::atomic<std::uint64_t> steps_ = 0;
};

/// A consumer that reads in a hot loop and tells of each read which generation it saw, whole and matching.
class Reader {
public:
    Reader(const Steps& steps, std::function<std::size_t()> read) : steps_(steps), read_(std::move(read)) {}

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested())
            readOnce();
    }

    /// Returns when so many more reads were made. Throws when they are not made in a minute.
    void waitForMore(std::uint64_t count) const {
        const auto wanted = reads + count;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (reads < wanted) {
            if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("a reader does not read");
            std::this_thread::yield();
        }
    }

    std::atomic<std::uint64_t> reads = 0;
    std::uint64_t mismatches = 0; ///< No generation, or two mixed.
    std::uint64_t between = 0;    ///< Reads that began after an installation and ended before the next.
    std::uint64_t wrong = 0;      ///< Those of them that did not see what was installed.

private:
    void readOnce() {
        const auto before = steps_.now();
        const auto seen = read_();
        const bool undisturbed = Steps::betweenInstallations(before) && steps_.now() == before;
        if (seen == none) ++mismatches;
        if (undisturbed) ++between;
        if (undisturbed && seen != Steps::generation(before)) ++wrong;
        ++reads;
    }

    const Steps& steps_;
    std::function<std::size_t()> read_;
};

/// As a consumer reads a file; empty when it is not there.
std::string bytesOf(const fs::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 16384> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): it is read in a hot loop
    std::string bytes;
    for (ssize_t got = 0; fd && (got = ::read(fd.get(), buffer.data(), buffer.size())) > 0;)
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
    return bytes;
}

std::size_t indexOf(const std::vector<Generation>& generations, std::string Generation::*part, const fs::path& path) {
    const auto found = std::ranges::find(generations, bytesOf(path), part);
    return found != generations.end() ? static_cast<std::size_t>(found - generations.begin()) : none;
}

using Install = std::function<void(const fs::path& root, const Generation&, unsigned number, Steps&)>;

/// As scepd-deploy does it; consumers are told to reload when install() is over.
void byTransaction(const fs::path& root, const Generation& generation, unsigned number, Steps& steps) {
    deploy::Transaction transaction(root, {"web", number + 1, number, "deployed", deploy::Phase::stage, {}});
    transaction.stage(generation.files);
    steps.begin();
    transaction.install();
    steps.end();
    transaction.accept();
    transaction.finish();
}

void inPlace(const fs::path& root, const Generation& generation, unsigned /*number*/, Steps& steps) {
    steps.begin();
    for (const auto& file : generation.files)
        std::ofstream(deploy::below(root, file.path), std::ios::binary | std::ios::trunc) << file.content.reveal();
    steps.end();
}

void print(const char* way, const char* files, unsigned installations, const Reader& reader) {
    fmt::print("{:<18} {:<9} {:>13} {:>9} {:>11} {:>9} {:>9} {:>6}\n", way, files, installations, reader.reads.load(),
               reader.mismatches, 100.0 * static_cast<double>(reader.mismatches) / installations, reader.between,
               reader.wrong);
}

struct Outcome {
    bool combinedAlwaysWhole = false;
    bool rightBetweenInstallations = false;
};

/// Readers read at least `reads` times each between the installations.
Outcome measure(const char* way, const Install& install, unsigned installations, std::uint64_t reads) {
    const test::TemporaryRoot root;
    const auto generations = makeGenerations(root.path());
    const auto folder = root.path() / "etc/ssl/scepd/web";
    Steps unwatched;
    byTransaction(root.path(), generations[0], 0, unwatched);
    Steps steps;
    Reader combined(steps, [&] { return indexOf(generations, &Generation::combined, folder / "combined.pem"); });
    Reader pair(steps, [&] {
        const auto certificate = indexOf(generations, &Generation::certificate, folder / "cert.pem");
        return indexOf(generations, &Generation::key, folder / "key.pem") == certificate ? certificate : none;
    });
    {
        const std::jthread one([&](const std::stop_token& stop) { combined.run(stop); });
        const std::jthread other([&](const std::stop_token& stop) { pair.run(stop); });
        for (unsigned i = 1; i <= installations; ++i) {
            install(root.path(), generations[i % keys], i, steps);
            combined.waitForMore(reads / installations);
            pair.waitForMore(reads / installations);
        }
    }
    print(way, "combined", installations, combined);
    print(way, "two", installations, pair);
    return {combined.mismatches == 0, combined.wrong + pair.wrong == 0 && combined.between > 0 && pair.between > 0};
}

int run(unsigned installations, std::uint64_t reads) {
    fmt::print("{:<18} {:<9} {:>13} {:>9} {:>11} {:>9} {:>9} {:>6}\n", "way", "files", "installations", "reads",
               "mismatches", "per 100", "between", "wrong");
    const auto ours = measure("scepd's", byTransaction, installations, reads);
    measure("truncate in place", inPlace, installations, reads);
    return ours.combinedAlwaysWhole && ours.rightBetweenInstallations ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: sweep_readers INSTALLATIONS READS\n");
        return EXIT_FAILURE;
    }
    try {
        return run(static_cast<unsigned>(std::stoul(argv[1])), std::stoull(argv[2]));
    } catch (const std::exception& error) {
        fmt::print(stderr, "sweep_readers: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
