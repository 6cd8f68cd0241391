#pragma once

#include "ca/faults.hpp"

namespace scepd::ca {

/// The faults by what they spoil: the issued certificate, what the CertRep says, its attributes and its envelope, the
/// answers to GetCACaps and GetCACert, and HTTP. faultTable() has them all.
std::span<const Fault> certificateFaults();
std::span<const Fault> statusFaults();
std::span<const Fault> attributeFaults();
std::span<const Fault> envelopeFaults();
std::span<const Fault> authorityFaults();
std::span<const Fault> bodyFaults();
std::span<const Fault> transportFaults();

} // namespace scepd::ca
