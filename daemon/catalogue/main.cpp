// Prints the catalogue of codes (base/code) as other programs want it. The build calls it; it is not installed.

#include "base/code.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace {

using namespace scepd;

/// Lines of at most 76 columns.
std::string wrapped(std::string_view text) {
    constexpr std::size_t width = 76;
    std::string lines, line;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.size() + 1 + word.size() > width) lines += std::exchange(line, {}) + '\n';
        line += line.empty() ? std::string(word) : fmt::format(" {}", word);
    }
    return lines + line + '\n';
}

/// https://systemd.io/CATALOG
void printJournalCatalog() {
    fmt::print("# What journalctl -x says of scepd's messages. Made from daemon/base/code.cpp.\n");
    for (const auto& entry : catalogue()) {
        fmt::print("\n-- {}\nSubject: {}: {}\nDefined-By: scepd\nDocumentation: man:scepd-errors(7)\n\n{}",
                   messageId(entry.code), name(entry.code), entry.title, wrapped(entry.cause));
        if (!entry.remedy.empty()) fmt::print("\nRemedy:\n{}", wrapped(entry.remedy));
        fmt::print("\nThe certificate is @SCEPD_CERTIFICATE@.\n");
    }
}

/// Text for troff: a hyphen that can be searched for, no line that begins like a request, no character of its own.
std::string escaped(std::string_view text) {
    std::string result = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
    for (const char c : text) {
        if (c == '\\')
            result += "\\e";
        else if (c == '-')
            result += "\\-";
        else if (c == '"')
            result += "\\(dq";
        else
            result += c;
    }
    return result;
}

constexpr std::string_view pageBegin = R"(.\" Made from daemon/base/code.cpp.
.TH SCEPD\-ERRORS 7 2026-11-22 scepd "Miscellaneous"
.nh
.nr HY 0
.ad l
.SH NAME
scepd\-errors \- codes of what scepd tells
.SH DESCRIPTION
Whatever goes wrong with a certificate has a code, whose meaning never changes. It stands in the property
.B LastErrorCode
on the bus, in the journal's field
.BR SCEPD_ERROR= ,
at the end of error messages, and in
.BR "scepctl show" .
.B scepctl explain SCEPD\-201
tells what stands here, and
.B journalctl \-x
shows it below each message.
.PP
The hundreds of an error's code are its fault, which decides when it is tried again: 1 configuration, 2 unreachable, 3 refused, 4 protocol, 5 local. The first code of a hundred says no more than that. Codes below 100 are no errors.
)";

constexpr std::string_view pageEnd = R"(.SH SEE ALSO
.BR scepctl (1),
.BR scepd (8),
.BR org.scepd1 (5),
.BR journalctl (1)
)";

constexpr std::array<std::string_view, 6> headings{
    "NOTICES",        "ERRORS OF THE CONFIGURATION",  "THE CA CANNOT BE REACHED",
    "THE CA REFUSED", "THE ANSWER CANNOT BE TRUSTED", "THIS MACHINE"};

void printManualPage() {
    fmt::print("{}", pageBegin);
    std::size_t hundred = headings.size();
    for (const auto& entry : catalogue()) {
        if (const auto own = static_cast<std::size_t>(entry.code) / 100; own != std::exchange(hundred, own))
            fmt::print(".SH {}\n", headings.at(own));
        fmt::print(".TP\n.B {}: {}\n{}\n", escaped(name(entry.code)), escaped(entry.title), escaped(entry.cause));
        if (!entry.remedy.empty()) fmt::print(".IP\n.I Remedy:\n{}\n", escaped(entry.remedy));
    }
    fmt::print("{}", pageEnd);
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view form = argc == 2 ? argv[1] : "";
    if (form == "manual")
        printManualPage();
    else if (form == "journal")
        printJournalCatalog();
    else
        fmt::print(stderr, "usage: scepd-catalogue manual|journal\n");
    return form == "manual" || form == "journal" ? EXIT_SUCCESS : EXIT_FAILURE;
}
