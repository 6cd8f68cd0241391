#include "scep/command_challenge.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "crypto/text.hpp"
#include "scep/secret_source.hpp"

#include <array>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>

namespace scepd::scep {
namespace {

constexpr std::size_t longestLine = 1024;

/// What the pipe holds up to the first line end. The program has ended: nothing is waited for.
Secret lineIn(int pipe) {
    ::fcntl(pipe, F_SETFL, O_NONBLOCK);
    std::array<char, longestLine + 2> buffer{}; // With "\r\n".
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0 && size < buffer.size();) {
        got = ::read(pipe, buffer.data() + size, buffer.size() - size);
        if (got > 0) size += static_cast<std::size_t>(got);
    }
    auto line = firstLine(Secret(std::string(buffer.data(), size)));
    explicit_bzero(buffer.data(), buffer.size());
    return line;
}

/// ": what the program said last", bounded and printable.
std::string lastWords(std::string_view standardError) {
    constexpr std::size_t longestWords = 160;
    const auto end = standardError.find_last_not_of(" \t\r\n");
    if (end == std::string_view::npos) return {};
    const auto text = standardError.substr(0, end + 1);
    return ": " + crypto::printable(text.substr(text.find_last_of("\r\n") + 1), longestWords);
}

process::Result runInto(int standardOutput, const std::vector<std::string>& argv, Duration timeout) {
    process::Command command{
        .argv = argv, .environment = process::pass({"CREDENTIALS_DIRECTORY"}), .descriptors = {{standardOutput, 1}}};
    command.environment.emplace_back("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    command.environment.emplace_back("LANG=C.UTF-8");
    try {
        return process::run(command, timeout);
    } catch (const Error& error) {
        throw error.as(Code::configuration);
    }
}

} // namespace

Secret commandChallenge(const profile::CommandChallenge& challenge, Duration timeout) {
    const auto output = process::makePipe();
    const auto result = runInto(output.write.get(), challenge.argv, timeout);
    auto line = lineIn(output.read.get());
    const auto failed = [&](const std::string& how) {
        return Error(Code::challengeCommand, fmt::format("run {} for the challenge: {}{}", challenge.argv.front(), how,
                                                         lastWords(result.lastOutput)));
    };
    if (!result.succeeded()) throw failed(result.describe());
    if (line.empty()) throw failed("its standard output has no first line");
    if (line.reveal().size() > longestLine) throw failed("its first line is longer than 1 KiB");
    return line;
}

} // namespace scepd::scep
