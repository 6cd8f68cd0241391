#include "ctl/verbs.hpp"

#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <ostream>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

/// What is in use now, after `act`.
Exit showInUse(const Console& console, const std::string& name, const auto& act, const char* how) {
    Daemon daemon(console.interactive);
    act(daemon);
    const auto certificate = daemon.certificate(name);
    if (console.json)
        console.out << document(json(certificate));
    else
        console.out << fmt::format("{}: generation {} is {}, valid until {}\n", name, certificate.generation, how,
                                   moment(certificate.notAfter, now()));
    return Exit::done;
}

} // namespace

Exit redeploy(const Console& console, const std::string& name) {
    return showInUse(
        console, name, [&](Daemon& daemon) { daemon.redeploy(name); }, "installed anew");
}

Exit rollback(const Console& console, const std::string& name, std::uint32_t generation) {
    const auto done = showInUse(
        console, name, [&](Daemon& daemon) { daemon.rollback(name, generation); }, "in use again");
    if (!console.json && console.legend)
        console.out << fmt::format("\"scepctl explain {0}\" says until when, \"scepctl renew {0}\" replaces it now.\n",
                                   name);
    return done;
}

} // namespace scepd::ctl
