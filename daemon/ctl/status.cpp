#include "ctl/verbs.hpp"

#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

Exit one(const Console& console, const std::string& name) {
    const auto certificate = Daemon(console.interactive).certificate(name);
    if (console.json) {
        console.out << document(json(certificate));
        return Exit::done;
    }
    const auto at = now();
    const auto colour = colourOf(certificate.state);
    console.out << fmt::format("{} {} ({}) is {}\n", paint(console, colour, "●"), printable(certificate.name),
                               printable(certificate.usage), paint(console, colour, printable(certificate.state)));
    Fields fields;
    fields.add("Reason", certificate.reason);
    fields.add("Remedy", certificate.remedy, Colour::yellow);
    fields.add("Expires", moment(certificate.notAfter, at));
    fields.add("Next", nextStep(certificate.nextAction, certificate.nextActionTime, at, true));
    fields.add("Running", certificate.attemptPhase);
    fields.print(console, "  ");
    return Exit::done;
}

Table tableOf(const std::vector<Listed>& certificates, bool withReasons) {
    std::vector<std::string> headings{"NAME", "USAGE", "STATE", "EXPIRES", "NEXT"};
    if (withReasons) headings.emplace_back("REASON");
    Table table(headings);
    const auto at = now();
    for (const auto& row : certificates) {
        std::vector<Cell> cells{
            {row.name, "", Colour::none},
            {row.usage, "", Colour::none},
            {row.state, "", colourOf(row.state)},
            {moment(row.notAfter, at), row.notAfter == never ? "" : relative(row.notAfter, at), Colour::none},
            {nextStep(row.nextAction, row.nextActionTime, at, true),
             nextStep(row.nextAction, row.nextActionTime, at, false), Colour::none}};
        if (withReasons) cells.push_back({row.reason, "", Colour::none});
        table.add(std::move(cells));
    }
    return table;
}

/// Below a table in which there was no room for them; what is well needs none.
void printReasons(const Console& console, const std::vector<Listed>& certificates) {
    Fields reasons;
    for (const auto& row : certificates)
        if (row.state != "valid") reasons.add(row.name, row.reason, colourOf(row.state));
    if (reasons.empty()) return;
    console.out << '\n';
    reasons.print(console);
}

void printTable(const Console& console, const std::vector<Listed>& certificates) {
    auto table = tableOf(certificates, true);
    const bool fits = table.fits(console);
    if (!fits) table = tableOf(certificates, false);
    table.print(console);
    if (!fits && console.legend) printReasons(console, certificates);
    if (!console.legend) return;
    if (table.empty())
        console.out << "No certificates apply here.\n"
                       "Remedy: put a profile into /etc/scepd/profiles.d; \"scepctl verify\" checks it, \"scepctl list "
                       "--all\" names what applies elsewhere.\n";
    else
        console.out << '\n' << summary(certificates) << ".\n";
}

/// A profile with a mistake is why a certificate may be missing in the table.
void hintAtMistakes(const Console& console, Daemon& daemon) {
    const auto mistakes = tally(daemon.diagnostics()).errors;
    if (!console.legend || mistakes == 0) return;
    console.out << paint(console, Colour::yellow,
                         fmt::format("The profiles have {}; \"scepctl verify\" shows what is wrong.",
                                     counted(mistakes, "error")))
                << '\n';
}

} // namespace

Exit status(const Console& console, const std::string& name) {
    if (!name.empty()) return one(console, name);
    Daemon daemon(console.interactive);
    auto certificates = daemon.list();
    std::erase_if(certificates, [](const Listed& listed) { return listed.state == "not-applicable"; });
    if (!console.json) {
        printTable(console, certificates);
        hintAtMistakes(console, daemon);
        return Exit::done;
    }
    Json::Array rows;
    for (const auto& certificate : certificates)
        rows.emplace_back(json(certificate));
    console.out << document({{"certificates", std::move(rows)}});
    return Exit::done;
}

} // namespace scepd::ctl
