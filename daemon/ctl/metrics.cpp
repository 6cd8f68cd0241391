#include "ctl/verbs.hpp"

#include "ctl/render.hpp"

#include <ostream>

namespace scepd::ctl {

Exit metrics(const Console& console) {
    const auto text = Daemon(console.interactive).metrics();
    console.out << (console.json ? document({{"metrics", text}}) : text);
    return Exit::done;
}

} // namespace scepd::ctl
