#pragma once

#include "enroll/plan.hpp"
#include "enroll/progress.hpp"
#include "record/report.hpp"

#include <string_view>

/// A CA that is asked by hand: we make the request, somebody carries it to the CA and brings the certificate back.
///
/// The request and its key lie in a folder of their own ("manual") in the certificate's directory. Attempts over the
/// network neither see nor touch them: nothing polls or sends them, and whatever an attempt does, the key that
/// somebody may have sent to a CA is still there. They end when the certificate is imported, and when a new request is
/// made after the profile has changed.
namespace scepd::enroll {

/// Makes a key and a request and keeps both; asked again it gives the same request, as long as nothing was imported and
/// the profile asks for the same. It carries no challenge: files are not where secrets travel. Never throws:
/// RequestMade, or Failed.
record::Report createRequest(const Wanted& wanted, const Progress& progress);

/// Takes what the CA gave for the request: the certificate and its chain, in PEM, or as PKCS#7 or one certificate in
/// DER, base64 or PEM. The certificate is found by our key and checked as one that came over the network is; the CA
/// must be the one that the profile pins, its certificate stands in the text or is known from an earlier generation.
/// Committed as a generation. Never throws: Issued, or Failed.
record::Report importCertificate(const Wanted& wanted, std::string_view text, const Progress& progress);

} // namespace scepd::enroll
