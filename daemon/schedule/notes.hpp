#pragma once

#include "base/clock.hpp"
#include "record/held.hpp"
#include "record/history.hpp"
#include "record/report.hpp"

#include <string>
#include <vector>

/// What happens to a certificate, as it is noted in its history. Pure: the daemon writes down what these return, and
/// the simulator makes a million endpoints live by the same.
namespace scepd::schedule {

/// Somebody asks for it now. `force`: also what a server's Retry-After forbids.
record::History noteRequest(record::History history, bool force, Time now);

/// An attempt begins.
record::History noteAttempt(record::History history, Time now);

/// An attempt ended. Reports that no attempt gives (Served, RequestMade, ...) count as a local failure.
record::History noteEnd(record::History history, const record::Report& report, Time now);

/// What is held after a start: when it was issued in an attempt whose end nobody could note, that was a success.
record::History noteUntold(record::History history, const record::Held& held);

/// A generation lies on its targets and its consumers were seen to use it.
record::History noteDeployed(record::History history, unsigned generation, Time now);

/// A deployment failed, for the reason given.
record::History noteDeploymentFailure(record::History history, const Error& why, Time now);

/// Hooks of what is deployed were run again: a row for each that failed takes the place of what was known of them.
record::History noteHooks(record::History history, const std::vector<record::TargetState>& failed, Time now);

/// The installed files were looked at: `rows` take the place of what was known of their targets, what is known beside
/// (a hook that failed) stays, and so does the note of a target that is as it was deployed.
record::History noteInspection(record::History history, const std::vector<record::TargetState>& rows);

/// What lies on the targets is not what was deployed (driftOf() says it in words) and is to be put back: the same
/// generation is deployed again.
record::History noteDrift(record::History history, const std::string& what, Time now);

/// Another generation than before is to be deployed: failures with that one tell nothing about it.
record::History noteNewGeneration(record::History history);

/// An earlier generation, `held`, was put back on request: whoever did that has half of the time that is left to it
/// before it is replaced again without being asked.
record::History noteRollback(record::History history, const record::Held& held, Time now);

/// The profile has changed: what was refused may be granted now, and the targets may be others.
record::History noteChange(record::History history);

/// A file has changed that an exchange depends on, a secret or the CA's certificate: what was refused may be granted
/// now. What is deployed stays as it is.
record::History noteFileChange(record::History history);

/// The wall clock was set: what was noted in a future that is none any more counts from now.
record::History noteClockStep(record::History history, Time now);

} // namespace scepd::schedule
