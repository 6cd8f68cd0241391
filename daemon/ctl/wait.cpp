#include "ctl/verbs.hpp"

#include "ctl/failure.hpp"
#include "ctl/progress.hpp"
#include "ctl/waiting.hpp"

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

/// A certificate that brings the network comes after the network's consumers have started, never before.
Exit refuse(const Console& console, const std::string& name) {
    report(console, {Exit::failed, fmt::format("{} is for 802.1X: nothing waits for it at boot", name),
                     fmt::format("Take scepd-ready@{}.service out of the unit that wants it: wpa_supplicant uses the "
                                 "certificate as soon as it is there.",
                                 name)});
    return Exit::failed;
}

} // namespace

Exit wait(const Console& console, const std::string& name, Duration timeout, bool atBoot) {
    const auto certificate = Daemon(console.interactive).certificate(name);
    const bool ready = judgeReady(certificate, now()) == Verdict::done;
    if (atBoot && !ready && certificate.usage == "802.1x") return refuse(console, name);
    Ask nothing;
    nothing.names = {name};
    return Wait(console, nothing, timeout, Wait::Kind::ready).run();
}

} // namespace scepd::ctl
