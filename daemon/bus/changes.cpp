#include "bus/changes.hpp"

namespace scepd::bus {
namespace {

void compareHeld(Changes& changes, const record::Held& before, const record::Held& after) {
    changes.compare("Subject", before.subject, after.subject);
    changes.compare("Issuer", before.issuer, after.issuer);
    changes.compare("SerialNumber", before.serialNumber, after.serialNumber);
    changes.compare("Fingerprint", before.fingerprint, after.fingerprint);
    changes.compare("SubjectAlternativeNames", before.san, after.san);
    changes.compare("NotBefore", before.notBefore, after.notBefore);
    changes.compare("NotAfter", before.notAfter, after.notAfter);
    changes.compare("KeyType", before.keyType, after.keyType);
    changes.compare("Generation", before.generation, after.generation);
}

} // namespace

std::vector<std::string> changedProperties(const record::Status& before, const record::Status& after) {
    Changes changes;
    changes.compare("Profile", before.profile, after.profile);
    changes.compare("Usage", before.usage, after.usage);
    changes.compare("State", before.state, after.state);
    changes.compare("Reason", before.reason, after.reason);
    changes.compare("Remedy", before.remedy, after.remedy);
    compareHeld(changes, before.held.value_or(record::Held{}), after.held.value_or(record::Held{}));
    changes.compare("NextAction", before.nextAction, after.nextAction);
    changes.compare("NextActionTime", before.nextActionTime, after.nextActionTime);
    changes.compare("NextActionReason", before.nextActionReason, after.nextActionReason);
    changes.compare("LastAttemptTime", before.lastAttempt, after.lastAttempt);
    changes.compare("LastErrorCode", before.lastErrorCode, after.lastErrorCode);
    changes.compare("LastError", before.lastError, after.lastError);
    changes.compare("Attempts", before.attempts, after.attempts);
    changes.compare("AttemptPhase", before.phase, after.phase);
    changes.compare("DeployedGeneration", before.deployedGeneration, after.deployedGeneration);
    changes.compare("Targets", before.targets, after.targets);
    return changes.names();
}

} // namespace scepd::bus
