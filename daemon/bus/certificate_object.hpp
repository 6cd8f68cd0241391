#pragma once

#include "bus/access.hpp"
#include "bus/arguments.hpp"
#include "bus/objects.hpp"
#include "record/status.hpp"

#include <certificate_adaptor.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {

/// /org/scepd1/certificate/NAME: one certificate, and what is asked of it.
class CertificateObject final
    : public sdbus::AdaptorInterfaces<org::scepd1::Certificate_adaptor, sdbus::Properties_adaptor,
                                      sdbus::ManagedObject_adaptor> {
public:
    CertificateObject(sdbus::IConnection& connection, record::Status status, Handlers& handlers, Access& access);
    CertificateObject(const CertificateObject&) = delete;
    CertificateObject& operator=(const CertificateObject&) = delete;
    ~CertificateObject() { unregisterAdaptor(); }

    /// Emitting this from the destructor would throw in sdbus-c++ 1.2.
    void announceRemoval() { emitInterfacesRemovedSignal(); }

    /// Emits one PropertiesChanged for what is different.
    void show(const record::Status& status);

private:
    using Held = record::Held;
    using TargetRow = sdbus::Struct<std::string, std::string, std::string>;

    void Request(sdbus::Result<>&& result, Options options) override;
    void Cancel(sdbus::Result<>&& result) override;
    void CreateRequest(sdbus::Result<std::string>&& result) override;
    void Import(sdbus::Result<>&& result, std::string pem) override;
    std::map<std::string, sdbus::Variant> Explain() override;
    std::string GetPem(const std::string& what) override;

    template <typename Value>
    Value held(Value Held::*member) {
        return status_.held ? (*status_.held).*member : Value();
    }

    std::string Name() override { return status_.name; }
    std::string Profile() override { return status_.profile; }
    std::string Usage() override { return status_.usage; }
    std::string State() override { return std::string(record::name(status_.state)); }
    std::string Reason() override { return status_.reason; }
    std::string Remedy() override { return status_.remedy; }
    std::string Subject() override { return held(&Held::subject); }
    std::string Issuer() override { return held(&Held::issuer); }
    std::string SerialNumber() override { return held(&Held::serialNumber); }
    std::string Fingerprint() override { return held(&Held::fingerprint); }
    std::vector<std::string> SubjectAlternativeNames() override { return held(&Held::san); }
    std::uint64_t NotBefore() override { return microseconds(held(&Held::notBefore)); }
    std::uint64_t NotAfter() override { return microseconds(held(&Held::notAfter)); }
    std::string KeyType() override { return held(&Held::keyType); }
    std::uint32_t Generation() override { return held(&Held::generation); }
    std::string NextAction() override { return std::string(record::name(status_.nextAction)); }
    std::uint64_t NextActionTime() override { return microseconds(status_.nextActionTime); }
    std::string NextActionReason() override { return status_.nextActionReason; }
    std::uint64_t LastAttemptTime() override { return microseconds(status_.lastAttempt); }
    std::string LastErrorCode() override { return status_.lastErrorCode; }
    std::string LastError() override { return status_.lastError; }
    std::uint32_t Attempts() override { return status_.attempts; }
    std::string AttemptPhase() override { return status_.phase; }
    std::vector<TargetRow> Targets() override;

    record::Status status_;
    Handlers& handlers_;
    Access& access_;
};

} // namespace scepd::bus
