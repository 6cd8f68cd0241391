#include "ctl/verbs.hpp"

#include "ctl/words.hpp"

#include <ostream>
#include <utility>

namespace scepd::ctl {

Exit list(const Console& console, bool all) {
    auto certificates = Daemon(console.interactive).list();
    if (!all) std::erase_if(certificates, [](const Listed& listed) { return listed.state == "not-applicable"; });
    std::vector<std::string> headings{"NAME", "USAGE", "STATE"};
    if (all) headings.emplace_back("REASON");
    Table table(std::move(headings));
    Json::Array rows;
    for (const auto& row : certificates) {
        std::vector<Cell> cells{
            {row.name, "", Colour::none}, {row.usage, "", Colour::none}, {row.state, "", colourOf(row.state)}};
        if (all) cells.push_back({row.reason, "", Colour::none});
        table.add(std::move(cells));
        rows.emplace_back(json(row));
    }
    if (console.json)
        console.out << document({{"certificates", std::move(rows)}});
    else
        table.print(console);
    return Exit::done;
}

} // namespace scepd::ctl
