#include "ctl/verbs.hpp"

#include "ctl/words.hpp"

#include <ostream>

namespace scepd::ctl {

Exit list(const Console& console, bool all) {
    auto certificates = Daemon(console.interactive).list();
    if (!all) std::erase_if(certificates, [](const Listed& listed) { return listed.state == "not-applicable"; });
    Table table({"NAME", "USAGE", "STATE"});
    Json::Array rows;
    for (const auto& row : certificates) {
        table.add({{row.name, "", Colour::none}, {row.usage, "", Colour::none}, {row.state, "", colourOf(row.state)}});
        rows.emplace_back(json(row));
    }
    if (console.json)
        console.out << document({{"certificates", std::move(rows)}});
    else
        table.print(console);
    return Exit::done;
}

} // namespace scepd::ctl
