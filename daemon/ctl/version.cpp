#include "ctl/verbs.hpp"

#include "ctl/render.hpp"
#include "ctl/text.hpp"

#include <ostream>

#include <fmt/format.h>

namespace scepd::ctl {

Exit version(const Console& console, const std::string& ours) {
    if (!console.json) console.out << fmt::format("scepctl {}\n", ours) << std::flush;
    const auto theirs = Daemon(console.interactive).version();
    if (console.json)
        console.out << document({{"scepctl", ours}, {"scepd", theirs}});
    else
        console.out << fmt::format("scepd {}\n", printable(theirs));
    return Exit::done;
}

} // namespace scepd::ctl
