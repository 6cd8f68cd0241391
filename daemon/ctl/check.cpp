#include "ctl/verbs.hpp"

#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

/// What weighs more: a broken certificate, then one that nobody can judge.
int weight(Exit severity) {
    constexpr std::array order{Exit::ok, Exit::warning, Exit::unknown, Exit::critical};
    return static_cast<int>(std::ranges::find(order, severity) - order.begin());
}

const char* word(Exit severity) {
    constexpr std::array words{"OK", "WARNING", "UNKNOWN", "CRITICAL"};
    return words.at(static_cast<std::size_t>(weight(severity)));
}

Exit tell(const Console& console, Exit severity, const std::string& sentence) {
    console.out << "SCEPD " << word(severity) << " - " << printable(sentence) << '\n';
    return severity;
}

Exit checkAll(const Console& console, const std::string& name) {
    Daemon daemon(console.interactive);
    if (!name.empty()) daemon.expect(name);
    auto certificates = daemon.list();
    std::erase_if(certificates, [&](const Listed& listed) {
        return listed.state == "not-applicable" || (!name.empty() && listed.name != name);
    });
    if (certificates.empty()) return tell(console, Exit::unknown, "no certificates apply here");
    auto worst = Exit::ok;
    for (const auto& listed : certificates)
        worst = std::max(worst, severityOf(listed.state), [](Exit a, Exit b) { return weight(a) < weight(b); });
    auto sentence = summary(certificates);
    for (const auto& listed : certificates)
        if (worst != Exit::ok && severityOf(listed.state) == worst)
            sentence += fmt::format("; {}: {}", listed.name, listed.reason);
    return tell(console, worst, sentence);
}

} // namespace

Exit check(const Console& console, const std::string& name) {
    try {
        return checkAll(console, name);
    } catch (const sdbus::Error& error) {
        return tell(console, Exit::unknown, explain(error).sentence);
    } catch (const std::exception& error) {
        return tell(console, Exit::unknown, error.what());
    }
}

} // namespace scepd::ctl
