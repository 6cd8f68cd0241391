#include "ctl/verbs.hpp"

#include "ctl/text.hpp"
#include "ctl/waiting.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

void printJson(const Console& console, const std::vector<Listed>& rows, const std::vector<std::string>& asked) {
    Json::Array result;
    for (const auto& row : rows) {
        auto object = json(row);
        object.emplace_back("result", has(asked, row.name) ? "requested" : "unchanged");
        result.emplace_back(std::move(object));
    }
    console.out << document({{"certificates", std::move(result)}});
}

void print(const Console& console, const std::vector<Listed>& rows, const std::vector<std::string>& asked) {
    const auto at = now();
    for (const auto& row : rows) {
        const auto state = paint(console, colourOf(row.state), printable(row.state));
        if (has(asked, row.name))
            console.out << fmt::format("{}: requested\n", printable(row.name));
        else
            console.out << fmt::format("{0}: {1} until {2}; \"scepctl renew {0}\" replaces it\n", row.name, state,
                                       moment(row.notAfter, at));
    }
    if (!console.legend) return;
    console.out << (asked.empty() ? "Nothing to do.\n" : "\"scepctl status\" tells how it goes.\n");
}

/// Asks, and says of each what became of the asking.
Exit askOnly(const Console& console, const Ask& ask) {
    Daemon daemon(console.interactive);
    const auto asked = daemon.request(ask);
    auto rows = daemon.list();
    std::erase_if(rows, [&](const Listed& row) { return !has(asked, row.name) && !has(ask.names, row.name); });
    if (console.json)
        printJson(console, rows, asked);
    else
        print(console, rows, asked);
    return Exit::done;
}

} // namespace

Exit request(const Console& console, const Ask& ask, const Patience& patience) {
    if (!patience.wait) return askOnly(console, ask);
    return Wait(console, ask, patience.timeout).run();
}

} // namespace scepd::ctl
