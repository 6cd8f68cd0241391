#include "ctl/verbs.hpp"

#include "ctl/words.hpp"

#include <ostream>

namespace scepd::ctl {

Exit reload(const Console& console) {
    const auto findings = Daemon(console.interactive).reload();
    const auto count = tally(findings);
    if (console.json) {
        console.out << document({{"diagnostics", json(findings)}});
    } else {
        print(console, findings);
        if (console.legend) console.out << "The profiles were read again: " << count.text() << ".\n";
    }
    return count.errors > 0 ? Exit::failed : Exit::done;
}

} // namespace scepd::ctl
