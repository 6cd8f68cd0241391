#pragma once

#include "base/clock.hpp"
#include "ctl/console.hpp"
#include "ctl/daemon.hpp"
#include "ctl/exit.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What scepctl can do: a function and a file per verb. Results go to console.out; what they throw (sdbus::Error,
/// Error) is reported by guarded().
namespace scepd::ctl {

/// Without a name: a table of the certificates that apply here and how they are, with one call to the daemon. With a
/// name: a few lines about that one and what to do about it.
Exit status(const Console& console, const std::string& name);

/// One line for a monitoring system, and Exit::ok, warning, critical or unknown: about one certificate, or without a
/// name about all that apply here. Never throws: a daemon that does not answer is unknown.
Exit check(const Console& console, const std::string& name);

/// Names, usages and states without more words; `all` adds those that do not apply here, and why
/// each is as it is.
Exit list(const Console& console, bool all);

/// Everything the daemon tells about one certificate.
Exit show(const Console& console, const std::string& name);

/// Why a certificate is in its state, what comes next, when and by which rule, and what would change that.
Exit explain(const Console& console, const std::string& name);

/// What happened and what comes to all certificates and CAs, on one axis, and the coming events in order of time.
/// `svgFile`: as a picture into that file instead, "-" for the console; empty for none.
Exit timeline(const Console& console, const std::string& svgFile = {});

/// What the daemon tells a monitoring system, in Prometheus's text format.
Exit metrics(const Console& console);

/// The rules as the daemon loaded them and what is wrong with them; or one of them, by its path or file name.
Exit profiles(const Console& console, const std::string& file);

/// The CAs that this endpoint has met, with their fingerprints in full and when they expire.
Exit ca(const Console& console);

/// How `request` and `renew` end: at once, or when every certificate is where it should be.
struct Patience {
    bool wait = false;
    Duration timeout = std::chrono::minutes(5); ///< Zero: as long as it takes.
};

/// Asks for certificates now.
Exit request(const Console& console, const Ask& ask, const Patience& patience);

/// Asks for new ones in the place of these.
Exit renew(const Console& console, const std::vector<std::string>& names, const Patience& patience);

/// Waits until a certificate is installed, without asking for it. `atBoot`: as a unit waits that orders consumers at
/// boot, which is never for an 802.1X certificate: that one brings the network, and nothing may wait for it.
/// Exit::failed when it is neither installed nor will be by itself.
Exit wait(const Console& console, const std::string& name, Duration timeout, bool atBoot);

/// The generations of a certificate that are kept, and the last `count` lines that the journal has of it.
Exit history(const Console& console, const std::string& name, unsigned count);

/// What the next attempt for a certificate would ask of the CA and how, and what would be installed where, as whom and
/// with what effect. Without the daemon; nothing is sent and nothing is written. `enrollProgram` makes the request.
Exit plan(const Console& console, const std::string& name, const std::filesystem::path& root,
          const std::filesystem::path& enrollProgram);

/// Certificates that are to be asked for regularly, or not any more.
struct ScheduleRequest {
    std::vector<std::string> names{}, groups{}; ///< Both empty: all that apply, or that are scheduled already.
    std::string calendar{};                     ///< As systemd.time(7) has it; empty: none is given to them.
    bool off = false;                           ///< The one that they have is taken away.
    std::filesystem::path root = "/";
};

/// Starts and enables a systemd timer for each that does what `request` does, writes its calendar below
/// /etc/systemd/system, or takes both away again; then shows how they are scheduled. Nothing is touched when the
/// calendar, a name or an authorization is wrong.
Exit schedule(const Console& console, const ScheduleRequest& wanted);

/// Makes one attempt now, a renewal when a valid one is held, and shows every message of it, decoded and without
/// secrets. Ends as `request` with --wait does, but with the first attempt: Exit::pending when the CA keeps the
/// request.
Exit trace(const Console& console, const std::string& name, Duration timeout);

/// Prints the request (PKCS#10, PEM) for a CA that is asked by hand, and nothing else: for a file.
Exit csr(const Console& console, const std::string& name);

/// Gives that CA's answer to the daemon: certificate and chain, from a file or, with "-", from standard input.
Exit import(const Console& console, const std::string& name, const std::string& file);

/// Has what is held installed once more, and waits until it is in use.
Exit redeploy(const Console& console, const std::string& name);

/// Goes back to an earlier generation, with 0 to the one before that in use, and waits until it is in use.
Exit rollback(const Console& console, const std::string& name, std::uint32_t generation);

/// A SCEP server that is to be looked at.
struct ProbeRequest {
    std::string target;                                       ///< A URL, or the name of a certificate.
    std::string caIdentifier{}, proxy{}, tlsCaCertificates{}; ///< Empty: none. With a name they stand in the profile.
    std::filesystem::path root = "/";
    std::filesystem::path enrollProgram; ///< scepd-enroll, which looks.
};

/// Looks at a SCEP server as a doctor does, without the daemon: what works, what does not and what to do about it, and
/// what to write into a profile. Exit::done when enrollment could work.
Exit probe(const Console& console, const ProbeRequest& wanted);

/// Forgets a certificate with everything that is kept and installed of it, also when no profile names it any more.
Exit purge(const Console& console, const std::string& name);

/// Makes the daemon read the profiles again and says what is wrong with them; Exit::failed when one has an error.
Exit reload(const Console& console);

/// Checks configuration files without a daemon: all below `root`, or these (one that is called scepd.toml is the
/// endpoint's settings, every other one a profile). Exit::failed when one has an error.
Exit verify(const Console& console, const std::vector<std::string>& files, const std::filesystem::path& root);

/// What the doctor is asked for.
struct DoctorRequest {
    std::filesystem::path root = "/"; ///< Below another root only what lies there is looked at.
    std::string report{};             ///< A file for a report, "-" for the console; empty: none.
    std::string version{};            ///< Ours.
};

/// Looks at this endpoint as people would by hand, from the clock to the consumers, without network: what is well,
/// what is not, and what to do about it. Exit::failed when something has failed; warnings are none.
Exit doctor(const Console& console, const DoctorRequest& wanted);

/// Writes what happens to certificates, a line each, until it is interrupted.
Exit monitor(const Console& console);

/// Our version and the daemon's.
Exit version(const Console& console, const std::string& ours);

} // namespace scepd::ctl
