#pragma once

/// CMS (RFC 5652) as SCEP uses it: exactly one recipient, exactly one signer. What we send is strict DER; what we read
/// may be BER.
#include "crypto/carried.hpp"
#include "crypto/envelope.hpp"
#include "crypto/signature.hpp"
#include "crypto/strength.hpp"
