#include "ctl/verbs.hpp"

#include "ctl/daemon.hpp"
#include "ctl/render.hpp"

#include <ostream>

#include <fmt/format.h>

namespace scepd::ctl {

Exit purge(const Console& console, const std::string& name) {
    Daemon(console.interactive).purge(name);
    if (console.json)
        console.out << document({{"purged", name}});
    else
        console.out << fmt::format("{}: removed, with its keys, its history and everything that was installed\n", name);
    return Exit::done;
}

} // namespace scepd::ctl
