#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "bus/journal.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <ctime>
#include <ostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using Generations = std::vector<record::Kept>;

void print(const Console& console, const Generations& generations) {
    Table table({"GENERATION", "USE", "ISSUED", "VALID UNTIL", "SERIAL NUMBER"});
    const auto at = now();
    for (const auto& [facts, use] : generations)
        table.add({{std::to_string(facts.generation), "", Colour::none},
                   {use, "", use == "deployed" ? Colour::green : Colour::none},
                   {absolute(facts.issued, at), "", Colour::none},
                   {moment(facts.notAfter, at), absolute(facts.notAfter, at), Colour::none},
                   {facts.serialNumber, "", Colour::none}});
    table.print(console);
}

bool canGoBack(const Generations& generations) {
    return std::ranges::any_of(generations, [](const auto& kept) { return kept.use == "earlier"; });
}

void print(const Console& console, const std::vector<bus::JournalLine>& lines) {
    constexpr std::size_t dateTakes = 21; // with the two spaces behind it
    for (const auto& line : lines) {
        const auto text = wrapped(printable(line.text), console.width > dateTakes ? console.width - dateTakes : 0);
        for (const auto& part : text) {
            const bool first = &part == &text.front();
            const auto date = first ? fmt::format("{:%Y-%m-%d %H:%M:%S}", localTime(line.time)) : std::string();
            console.out << fmt::format("{:<19}  {}\n", date,
                                       paint(console, line.warning ? Colour::yellow : Colour::none, part));
        }
    }
}

/// The journal is for members of some groups only; what it would tell is no reason to fail.
std::vector<bus::JournalLine> readJournal(const Console& console, const std::string& name, std::size_t count) {
    try {
        return bus::journalOf(name, count);
    } catch (const Error& error) {
        console.err << "scepctl: " << error.what() << '\n';
        return {};
    }
}

Json json(const Generations& generations) {
    Json::Array rows;
    for (const auto& [facts, use] : generations)
        rows.emplace_back(Json::Object{{"generation", facts.generation},
                                       {"use", use},
                                       {"issued", ctl::json(facts.issued)},
                                       {"notBefore", ctl::json(facts.notBefore)},
                                       {"notAfter", ctl::json(facts.notAfter)},
                                       {"serialNumber", facts.serialNumber},
                                       {"fingerprint", facts.fingerprint}});
    return rows;
}

Json json(const std::vector<bus::JournalLine>& lines) {
    Json::Array rows;
    for (const auto& line : lines)
        rows.emplace_back(Json::Object{{"time", ctl::json(line.time)}, {"text", line.text}, {"warning", line.warning}});
    return rows;
}

} // namespace

Exit history(const Console& console, const std::string& name, unsigned count) {
    const auto generations = Daemon(console.interactive).generations(name);
    const auto lines = readJournal(console, name, count);
    if (console.json) {
        console.out << document({{"name", name}, {"generations", json(generations)}, {"journal", json(lines)}});
        return Exit::done;
    }
    if (generations.empty())
        console.out << fmt::format("{}: no certificate is kept\n", name);
    else
        print(console, generations);
    if (console.legend && canGoBack(generations))
        console.out << fmt::format("\"scepctl rollback {} GENERATION\" goes back to an earlier one.\n", name);
    if (console.legend && count > 0)
        console.out << (lines.empty() ? "\nThe journal tells nothing of it, or only to root and the group "
                                        "systemd-journal.\n"
                                      : "\nWhat happened, as the journal tells it:\n");
    print(console, lines);
    return Exit::done;
}

} // namespace scepd::ctl
