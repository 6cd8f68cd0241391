#include "ctl/verbs.hpp"

#include "ctl/waiting.hpp"

namespace scepd::ctl {

Exit trace(const Console& console, const std::string& name, Duration timeout) {
    Ask ask;
    ask.names = {name};
    ask.renew = true;
    ask.force = true;
    return Wait(console, ask, timeout, Wait::Kind::trace).run();
}

} // namespace scepd::ctl
