#include "ctl/verbs.hpp"

#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <filesystem>
#include <ostream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {
namespace {

using record::KnownAuthority;

/// As early as people need to order a new CA's certificate.
constexpr Duration soon = std::chrono::days(60);

Colour colourOf(Time notAfter, Time now) {
    if (notAfter <= now) return Colour::red;
    return notAfter - now < soon ? Colour::yellow : Colour::green;
}

Json::Object json(const KnownAuthority& known) {
    return {{"profile", known.profile},
            {"role", known.authority.role},
            {"subject", known.authority.subject},
            {"fingerprint", known.authority.fingerprint},
            {"notBefore", ctl::json(known.authority.notBefore)},
            {"notAfter", ctl::json(known.authority.notAfter)},
            {"certificates", strings(known.certificates)}};
}

/// The lines of a table, to put others between them.
std::vector<std::string> linesOf(const Table& table, const Console& console) {
    std::ostringstream text;
    Console copy{.out = text, .err = console.err};
    copy.colour = console.colour;
    copy.width = console.width;
    copy.legend = console.legend;
    table.print(copy);
    std::vector<std::string> lines;
    std::istringstream read(text.str());
    for (std::string line; std::getline(read, line);)
        lines.push_back(line);
    return lines;
}

Table tableOf(const std::vector<KnownAuthority>& all, Time at) {
    Table table({"ROLE", "EXPIRES", "PROFILE", "USED BY", "SUBJECT"});
    for (const auto& [profile, authority, certificates] : all)
        table.add({{authority.role, "", Colour::none},
                   {moment(authority.notAfter, at), relative(authority.notAfter, at), colourOf(authority.notAfter, at)},
                   {std::filesystem::path(profile).filename().string(), "", Colour::none},
                   {fmt::format("{}", fmt::join(certificates, ", ")), "", Colour::none},
                   {authority.subject, "", Colour::none}});
    return table;
}

void print(const Console& console, const std::vector<KnownAuthority>& all) {
    const auto lines = linesOf(tableOf(all, now()), console);
    const auto heads = lines.size() - all.size();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        console.out << lines[i] << '\n';
        if (i < heads) continue;
        for (const auto& line : record::fingerprintLines(all[i - heads].authority.fingerprint))
            console.out << "      " << paint(console, Colour::grey, line) << '\n';
    }
    if (!console.legend) return;
    if (all.empty())
        console.out
            << "No CA has been met yet.\n"
               "Remedy: \"scepctl status\" tells what the certificates wait for, \"scepctl probe URL\" looks at "
               "a server.\n";
    else
        console.out << "\nFingerprints are SHA-256, as \"openssl x509 -fingerprint -sha256\" prints them.\n";
}

} // namespace

Exit ca(const Console& console) {
    const auto all = Daemon(console.interactive).authorities();
    if (!console.json) {
        print(console, all);
        return Exit::done;
    }
    Json::Array rows;
    for (const auto& known : all)
        rows.emplace_back(json(known));
    console.out << document({{"authorities", std::move(rows)}});
    return Exit::done;
}

} // namespace scepd::ctl
