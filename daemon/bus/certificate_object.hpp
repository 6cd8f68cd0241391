#pragma once

#include "bus/access.hpp"
#include "bus/objects.hpp"
#include "record/status.hpp"

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {

/// /org/scepd1/certificate/NAME: one certificate, and what is asked of it. The methods of org.scepd1.Certificate answer
/// their call once, now or later, or throw what it is to be answered with.
class CertificateObject {
public:
    /// All are kept, not copied.
    CertificateObject(const record::Status& status, Handlers& handlers, Access& access)
        : status_(status), handlers_(handlers), access_(access) {}

    [[nodiscard]] const record::Status& status() const { return status_; }

    void request(sdbus::MethodCall& call);
    void cancel(sdbus::MethodCall& call);
    void createRequest(sdbus::MethodCall& call);
    void import(sdbus::MethodCall& call);
    void redeploy(sdbus::MethodCall& call);
    void rollback(sdbus::MethodCall& call);
    void purge(sdbus::MethodCall& call);
    void listGenerations(sdbus::MethodCall& call);
    void explain(sdbus::MethodCall& call);
    void getPem(sdbus::MethodCall& call);

private:
    const record::Status& status_;
    Handlers& handlers_;
    Access& access_;
};

} // namespace scepd::bus
