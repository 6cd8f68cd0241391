#include "ctl/verbs.hpp"

namespace scepd::ctl {

Exit renew(const Console& console, const std::vector<std::string>& names, const Patience& patience) {
    Ask ask;
    ask.names = names;
    ask.renew = true;
    return request(console, ask, patience);
}

} // namespace scepd::ctl
