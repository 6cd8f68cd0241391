#include "ctl/daemon.hpp"

namespace scepd::ctl {
namespace {

template <typename Value>
void take(const Properties& properties, const char* name, Value& into) {
    if (const auto found = properties.find(name); found != properties.end()) into = found->second.get<Value>();
}

void takeTime(const Properties& properties, const char* name, Time& into) {
    if (const auto found = properties.find(name); found != properties.end())
        into = Time(Duration(static_cast<std::int64_t>(found->second.get<std::uint64_t>())));
}

void takeTargets(const Properties& properties, std::vector<record::TargetState>& into) {
    std::vector<sdbus::Struct<std::string, std::string, std::string>> targets;
    if (!properties.contains("Targets")) return;
    take(properties, "Targets", targets);
    into.clear();
    for (const auto& target : targets)
        into.push_back({target.get<0>(), target.get<1>(), target.get<2>()});
}

} // namespace

void update(Certificate& certificate, const Properties& properties) {
    take(properties, "Name", certificate.name);
    take(properties, "Profile", certificate.profile);
    take(properties, "Usage", certificate.usage);
    take(properties, "State", certificate.state);
    take(properties, "Reason", certificate.reason);
    take(properties, "Remedy", certificate.remedy);
    take(properties, "Subject", certificate.subject);
    take(properties, "Issuer", certificate.issuer);
    take(properties, "SerialNumber", certificate.serialNumber);
    take(properties, "Fingerprint", certificate.fingerprint);
    take(properties, "KeyType", certificate.keyType);
    take(properties, "SubjectAlternativeNames", certificate.subjectAlternativeNames);
    takeTime(properties, "NotBefore", certificate.notBefore);
    takeTime(properties, "NotAfter", certificate.notAfter);
    take(properties, "Generation", certificate.generation);
    take(properties, "NextAction", certificate.nextAction);
    takeTime(properties, "NextActionTime", certificate.nextActionTime);
    take(properties, "NextActionReason", certificate.nextActionReason);
    takeTime(properties, "LastAttemptTime", certificate.lastAttemptTime);
    take(properties, "LastErrorCode", certificate.lastErrorCode);
    take(properties, "LastError", certificate.lastError);
    take(properties, "AttemptPhase", certificate.attemptPhase);
    take(properties, "Attempts", certificate.attempts);
    take(properties, "DeployedGeneration", certificate.deployedGeneration);
    takeTargets(properties, certificate.targets);
}

} // namespace scepd::ctl
