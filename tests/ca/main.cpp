#include "ca/server.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>

namespace {

using namespace scepd::ca;

struct CommandLine {
    Options options;
    int lifetime = 90 * 24 * 60 * 60;
    int backdate = 0;
    std::string challengeFile;
    std::string adminPasswordFile;
    int nextCaIn = 24 * 60 * 60;
    bool listFaults = false;
    bool listCharacters = false;
};

void describe(CLI::App& app, CommandLine& line) {
    auto& options = line.options;
    app.set_version_flag("--version", SCEPD_VERSION);
    app.add_option("--state", options.state, "Directory of the CA's keys and records (default: a temporary one)");
    app.add_option("--address", options.address, "Address to listen on (default: 127.0.0.1)")->check(CLI::ValidIPV4);
    app.add_option("--port", options.port, "Port there (default: any free one)");
    app.add_option("--name", options.name, "Common name of a new CA");
    app.add_option("--character", options.character, "The server to play (see --characters)");
    app.add_flag("--characters", line.listCharacters, "List the characters");
    app.add_flag("--ra", options.ra, "Answer through an RA with one key to sign and one to decrypt");
    app.add_option("--lifetime", line.lifetime, "Seconds that certificates are valid")->check(CLI::PositiveNumber);
    app.add_option("--backdate", line.backdate, "Seconds before now that they become valid")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--challenge-file", line.challengeFile, "File whose first line is the challenge to demand")
        ->check(CLI::ExistingFile);
    app.add_option("--admin-user", options.adminUser, "Who may see one-time passwords (ndes)");
    app.add_option("--admin-password-file", line.adminPasswordFile, "File whose first line is the password of accounts")
        ->check(CLI::ExistingFile);
    app.add_option("--next-ca-in", line.nextCaIn, "Seconds until a next CA becomes valid (rollover, ejbca)")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--legacy-replies", options.legacyReplies, "Reply with 3DES and SHA-1");
    app.add_flag("--pending", options.pending, "PENDING until STATE/approve-all or STATE/approve/TRANSACTION exists");
    app.add_option("--pending-polls", options.pendingPolls, "... or until the request was polled so often")
        ->check(CLI::PositiveNumber);
    app.add_flag("--renewal-by-pkcsreq", options.renewalByPkcsReq,
                 "A PKCSReq signed by a certificate of this CA needs no challenge");
    app.add_flag("--accept-des", options.acceptDes, "Open requests that are encrypted with single DES");
    app.add_option("--capabilities", options.capabilities,
                   "Answer to GetCACaps, between commas (default: the character's)");
    app.add_option("--fault", options.faults, "What to do wrong: NAME[@OPERATION][*TIMES],... (see also STATE/fault)");
    app.add_flag("--faults", line.listFaults, "List the faults");
}

void listFaults() {
    for (const auto& fault : faultTable())
        fmt::print("{:28} {}\n", fault.name, fault.meaning);
}

void listCharacters() {
    for (const auto& character : characterTable())
        fmt::print("{:10} {}\n", character.name, character.meaning);
}

std::string firstLine(const std::string& file) {
    std::ifstream stream(file);
    std::string line;
    if (!std::getline(stream, line) || line.empty()) throw std::runtime_error(file + " holds no secret");
    return line;
}

Options complete(CommandLine& line) {
    line.options.log = true;
    line.options.lifetime = std::chrono::seconds(line.lifetime);
    line.options.backdate = std::chrono::seconds(line.backdate);
    if (!line.challengeFile.empty()) line.options.challenge = firstLine(line.challengeFile);
    if (!line.adminPasswordFile.empty()) line.options.adminPassword = firstLine(line.adminPasswordFile);
    line.options.nextCaIn = std::chrono::seconds(line.nextCaIn);
    if (line.options.pendingPolls > 0) line.options.pending = true;
    return line.options;
}

/// The signals that end the program, held back from every thread so that main can wait for them.
sigset_t holdBackSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

void run(CommandLine& line) {
    const auto signals = holdBackSignals();
    const TestCa ca(complete(line));
    fmt::print("listening {} sha256:{}\n", ca.url(), ca.fingerprint());
    if (std::fflush(stdout) != 0) throw std::runtime_error("cannot say where the CA listens");
    int received = 0;
    sigwait(&signals, &received);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("A SCEP server for tests: a small CA that can also do wrong on request.", "scepd-test-ca");
    CommandLine line;
    describe(app, line);
    CLI11_PARSE(app, argc, argv);
    try {
        if (line.listFaults)
            listFaults();
        else if (line.listCharacters)
            listCharacters();
        else
            run(line);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "scepd-test-ca: {}\n", error.what());
        return 1;
    }
}
