#include "ctl/verbs.hpp"

#include "ctl/daemon.hpp"
#include "ctl/render.hpp"

#include <ostream>

namespace scepd::ctl {

Exit csr(const Console& console, const std::string& name) {
    const auto pem = Daemon(console.interactive).createRequest(name);
    if (console.json)
        console.out << document({{"name", name}, {"request", pem}});
    else
        console.out << pem;
    return Exit::done;
}

} // namespace scepd::ctl
