#pragma once

namespace scepd::ctl {

/// What scepctl's exit code tells a script. The numbers are a promise: scepctl(1) lists them.
enum class Exit {
    done = 0,              ///< Done, or there was nothing to do.
    failed = 1,            ///< It failed or was refused; an error in a profile.
    usage = 2,             ///< The command line makes no sense.
    noSuchCertificate = 3, ///< No profile names it.
    notAuthorized = 4,     ///< Neither root nor allowed by polkit.
    timeout = 5,           ///< The time given to --timeout is over.
    pending = 6,           ///< As timeout, and the CA keeps the request for approval.
    noDaemon = 7,          ///< scepd or the bus does not answer.
    notApplicable = 8,     ///< The profile is for other groups of endpoints, or was removed.
    interrupted = 130,     ///< Ctrl-C, as shells count it; what was asked for goes on.

    // Of "status --check" alone, as Nagios and its relatives count.
    ok = 0,
    warning = 1,
    critical = 2,
    unknown = 3,
};

} // namespace scepd::ctl
