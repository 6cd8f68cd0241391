#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "enroll/attempt.hpp"
#include "enroll/confine.hpp"
#include "enroll/dry_run.hpp"
#include "enroll/look.hpp"
#include "enroll/manual.hpp"
#include "enroll/names.hpp"
#include "enroll/plan.hpp"
#include "enroll/probe.hpp"
#include "enroll/progress.hpp"
#include "enroll/query.hpp"
#include "enroll/served.hpp"
#include "scep/challenge.hpp"
#include "store/generation.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace {

using namespace scepd;

constexpr int usageError = 2;

struct CommandLine {
    std::string name;
    std::filesystem::path root = "/";
    int reportFd = -1;
    int challengeFd = -1;
    int traceFd = -1;
    int importFd = -1;
    std::string earliest;
    bool renew = false;
    bool getCrl = false;
    std::string getCertificate;
    bool createRequest = false;
    unsigned served = 0;
    std::vector<std::string> listeners;
    bool names = false;
    bool look = false;
    std::string plan;
    std::string probe, probeName;
    std::optional<std::string> caIdentifier, proxy, tlsCaCertificates;
};

/// The second job that needs no certificate.
void describeProbe(CLI::App& app, CommandLine& line, CLI::Option* name) {
    auto* url = app.add_option("--probe", line.probe, "Do not enroll: look at the SCEP server at this URL")
                    ->type_name("URL")
                    ->excludes(name);
    app.add_option("--probe-name", line.probeName, "The same for the server of a certificate")
        ->type_name("NAME")
        ->excludes(name)
        ->excludes(url);
    app.add_option("--ca-identifier", line.caIdentifier, "With --probe: which of its CAs is meant")->needs(url);
    app.add_option("--proxy", line.proxy, "With --probe: an HTTP proxy")->needs(url);
    app.add_option("--tls-ca-certificates", line.tlsCaCertificates, "With --probe: whom to trust for https")
        ->needs(url);
}

void describe(CLI::App& app, CommandLine& line) {
    app.set_version_flag("--version", "scepd-enroll " SCEPD_VERSION);
    auto* name = app.add_option("NAME", line.name, "The certificate, as a profile names it");
    app.add_option("--root", line.root, "Directory below which everything lies")->capture_default_str();
    app.add_option("--report-fd", line.reportFd, "Descriptor to report to, for scepd")->check(CLI::NonNegativeNumber);
    app.add_option("--challenge-fd", line.challengeFd, "Descriptor to read the challenge from")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--trace-fd", line.traceFd, "Descriptor to write to what is said to the CA and back, as text")
        ->check(CLI::NonNegativeNumber);
    auto* renew = app.add_flag("--renew", line.renew, "Renew the certificate that is held");
    app.add_option("--earliest", line.earliest,
                   "The machine's clock cannot be right: it is this time or later (RFC 3339, UTC)");
    auto* create = app.add_flag("--create-request", line.createRequest,
                                "Do not enroll: make a request (PKCS#10) for a CA that is asked by hand")
                       ->excludes(renew);
    auto* import =
        app.add_option("--import-fd", line.importFd, "Do not enroll: take the CA's answer to that request from here")
            ->check(CLI::NonNegativeNumber)
            ->excludes(renew)
            ->excludes(create);
    auto* served =
        app.add_option("--served", line.served, "Do not enroll: look whether listeners present this generation")
            ->check(CLI::PositiveNumber)
            ->excludes(renew)
            ->excludes(create)
            ->excludes(import);
    app.add_option("--listener", line.listeners, "HOST:PORT to look at; without, all that the profile names")
        ->allow_extra_args(false)
        ->needs(served);
    auto* crl = app.add_flag("--get-crl", line.getCrl, "Do not enroll: ask the CA for its revocation list, as PEM")
                    ->excludes(renew)
                    ->excludes(served);
    app.add_option("--get-certificate", line.getCertificate,
                   "Do not enroll: ask the CA for the certificate with this serial number (hex), as PEM")
        ->excludes(renew)
        ->excludes(served)
        ->excludes(crl);
    app.add_flag("--names", line.names, "Do not enroll: tell digests of all certificates' names as they are now")
        ->excludes(name);
    app.add_flag("--look", line.look, "Do not enroll: look at the CA, and write down who it is and who follows it")
        ->excludes(renew)
        ->excludes(create)
        ->excludes(import)
        ->excludes(served)
        ->excludes(crl);
    app.add_option("--plan", line.plan, "Do not enroll: tell what would be asked for, and how")
        ->type_name("NAME")
        ->excludes(name);
    describeProbe(app, line, name);
}

/// The first line of a descriptor. Throws Error{local}.
Secret readChallengeFrom(int fd) {
    constexpr std::size_t longest = 4096;
    std::array<char, longest> buffer{};
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0 && size < buffer.size(); size += static_cast<std::size_t>(got)) {
        got = ::read(fd, buffer.data() + size, buffer.size() - size);
        if (got < 0) throw systemError("read the challenge");
    }
    auto challenge = firstLine(Secret(std::string(buffer.data(), size)));
    explicit_bzero(buffer.data(), buffer.size());
    if (challenge.empty()) throw Error(Fault::configuration, "read the challenge: nothing came");
    return challenge;
}

/// All that a descriptor gives. Throws Error{local} when that is more than a file of ours may have.
std::string readAll(int fd) {
    std::string text;
    std::array<char, 8192> buffer{};
    for (;;) {
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0) throw systemError("read what is to be imported");
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > file::largest) throw Error(Fault::local, "what is to be imported is larger than 1 MiB");
    }
}

std::optional<Time> earliestOf(const CommandLine& line) {
    return line.earliest.empty() ? std::nullopt : std::optional(parseRfc3339(line.earliest));
}

enroll::Order orderOf(const CommandLine& line) {
    enroll::Order order{.renew = line.renew, .challenge = {}};
    if (line.challengeFd >= 0) order.challenge = readChallengeFrom(line.challengeFd);
    order.earliest = earliestOf(line);
    return order;
}

enroll::Probed probedBy(const CommandLine& line) {
    if (!line.probeName.empty()) return enroll::probedBy(enroll::findWanted(line.root, line.probeName));
    profile::Scep scep;
    scep.urls = {line.probe};
    scep.caIdentifier = line.caIdentifier;
    scep.proxy = line.proxy;
    scep.tlsCaCertificates = line.tlsCaCertificates;
    return {std::move(scep), std::nullopt, line.root};
}

/// A line for each finding: mark, check and text between tabs.
int probe(const CommandLine& line) {
    const auto probed = probedBy(line);
    enroll::confineWrites(std::nullopt);
    if (line.root == "/") enroll::leaveRoot();
    const auto tell = [](const enroll::Finding& finding) {
        fmt::print("{}\t{}\t{}\n", enroll::name(finding.mark), finding.check, finding.text);
        std::fflush(stdout);
    };
    return enroll::probe(probed, tell) ? 0 : 1;
}

/// A line for each fact: part, name and value between tabs.
int plan(const CommandLine& line) {
    const auto wanted = enroll::findWanted(line.root, line.plan);
    enroll::confineWrites(std::nullopt);
    if (line.root == "/") enroll::leaveRoot();
    enroll::dryRun(wanted, now(), [](const char* part, const std::string& name, const std::string& value) {
        fmt::print("{}\t{}\t{}\n", part, name, value);
    });
    return 0;
}

record::Report work(const CommandLine& line, const enroll::Progress& progress) {
    if (line.names) {
        enroll::confineWrites(std::nullopt);
        return enroll::namesNow(line.root);
    }
    const auto wanted = enroll::findWanted(line.root, line.name);
    if (line.served > 0) {
        enroll::confineWrites(std::nullopt);
        const auto listeners = line.listeners.empty() ? enroll::listenersOf(wanted.certificate) : line.listeners;
        return enroll::lookAtServed(wanted, line.served, listeners, std::chrono::seconds(10));
    }
    const auto order = orderOf(line);
    const auto import = line.importFd >= 0 ? readAll(line.importFd) : std::string();
    const auto directory = store::certificateDirectory(line.root, line.name);
    file::makeDirectories(directory, 0700);
    enroll::confineWrites(directory);
    if (line.look) return enroll::look(wanted, earliestOf(line), progress);
    if (line.createRequest) return enroll::createRequest(wanted, progress);
    if (line.importFd >= 0) return enroll::importCertificate(wanted, import, progress);
    return enroll::attempt(wanted, order, progress);
}

/// Questions are for people and scripts: what was asked for goes to standard output, nothing else.
int ask(const CommandLine& line) {
    if (line.root == "/") enroll::leaveRoot();
    const enroll::Progress progress(-1);
    const auto wanted = enroll::findWanted(line.root, line.name);
    enroll::confineWrites(store::certificateDirectory(line.root, line.name));
    fmt::print("{}", line.getCrl ? enroll::queryCrl(wanted, progress, now())
                                 : enroll::queryCertificate(wanted, line.getCertificate, progress, now()));
    return 0;
}

int run(const CommandLine& line) {
    if (line.getCrl || !line.getCertificate.empty()) return ask(line);
    const enroll::Progress progress(line.reportFd, line.traceFd);
    std::optional<log::Diversion> diversion;
    if (line.reportFd >= 0) diversion.emplace([&](auto level, const auto& text) { progress.log(level, text); });
    record::Report report;
    try {
        if (line.root == "/") enroll::leaveRoot(); // what is kept belongs to user scepd, whoever runs this
        report = work(line, progress);
    } catch (const Error& error) {
        const auto doing = line.names ? "tell the names" : "enroll " + line.name;
        report = record::Failed{error.code(), error.during(doing).what(), std::nullopt};
    }
    progress.report(report);
    return enroll::exitCode(report);
}

} // namespace

int main(int argc, char** argv) {
    enroll::keepToOurselves();
    CLI::App app("One SCEP exchange for one certificate, top to bottom.", "scepd-enroll");
    CommandLine line;
    describe(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : usageError;
    }
    const bool probes = !line.probe.empty() || !line.probeName.empty();
    const bool plans = !line.plan.empty();
    if (!probes && !plans && !line.names && line.name.empty()) {
        fmt::print(stderr, "scepd-enroll: NAME is required\n");
        return usageError;
    }
    try {
        return probes ? probe(line) : plans ? plan(line) : run(line);
    } catch (const std::exception& error) {
        fmt::print(stderr, "scepd-enroll: {}\n", error.what());
        return 1;
    }
}
