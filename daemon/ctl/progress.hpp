#pragma once

#include "ctl/daemon.hpp"

#include <string>

/// What a person who waits for a certificate wants to know: pure functions of what its object showed before and shows
/// now.
namespace scepd::ctl {

/// A certificate that somebody waits for.
struct Watched {
    Certificate before;     ///< As it was before it was asked for.
    Certificate now;        ///< As it is.
    bool attempted = false; ///< Something was tried since.
    bool renew = false;     ///< A new generation is wanted, not just a valid one.

    bool operator==(const Watched&) const = default;
};

/// How far it is.
enum class Verdict { underWay, done, failed };

/// Takes over a change and notices when something is tried.
void observe(Watched& watched, const Properties& changed);

/// Done: valid, with a new generation where one is wanted. Failed: an attempt ended in anything but an unreachable CA
/// (that is tried again soon), a deployment is in trouble, or nothing will be tried. Everything else is under way.
Verdict judge(const Watched& watched, Time now);

/// Whether a consumer finds a certificate in place. Done: a generation lies on the targets, and what is held has not
/// expired. Failed: neither is so, and nothing will be tried.
Verdict judgeReady(const Certificate& certificate, Time now);

/// True while the CA keeps the request for approval.
bool isPending(const Certificate& certificate);

/// "enrolling: sending the request", "pending: the CA keeps request 3F for approval", without what changes every
/// second.
std::string situation(const Certificate& certificate);

/// The same with the time that is left in front, where a narrow terminal does not cut it:
/// "pending, next poll in 42 s: the CA keeps request 3F for approval".
std::string progress(const Certificate& certificate, Time now);

} // namespace scepd::ctl
