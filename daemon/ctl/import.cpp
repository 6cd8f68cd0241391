#include "ctl/verbs.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <array>
#include <cerrno>
#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

std::string standardInput() {
    std::string text;
    std::array<char, 8192> buffer{};
    for (;;) {
        const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw systemError("read standard input");
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > file::largest) throw Error(Fault::local, "standard input is larger than 1 MiB");
    }
}

/// A string on the bus is text: what is none travels as base64.
std::string asText(const std::string& content) {
    constexpr char sequence = 0x30; // DER begins with it
    const bool isDer = content.size() > 1 && content.front() == sequence && (content[1] & '\x80') != 0;
    return isDer ? base64(content) : printableLines(content);
}

std::string contentOf(const std::string& file) {
    const auto content = file == "-" ? standardInput() : file::read(file);
    if (content.empty()) throw Error(Fault::configuration, fmt::format("{} is empty", file));
    if (content.contains("PRIVATE KEY-----"))
        throw Error(Fault::configuration,
                    fmt::format("{} holds a private key, which is not sent anywhere: the key of the request lies with "
                                "scepd already, import the certificates alone",
                                file));
    return asText(content);
}

} // namespace

Exit import(const Console& console, const std::string& name, const std::string& file) {
    const auto content = contentOf(file);
    Daemon daemon(console.interactive);
    daemon.import(name, content);
    const auto certificate = daemon.certificate(name);
    if (console.json) {
        console.out << document(json(certificate));
        return Exit::done;
    }
    console.out << fmt::format("{}: imported, generation {}, valid until {}\n", name, certificate.generation,
                               moment(certificate.notAfter, now()));
    if (console.legend) console.out << fmt::format("\"scepctl status {}\" tells how its deployment goes.\n", name);
    return Exit::done;
}

} // namespace scepd::ctl
