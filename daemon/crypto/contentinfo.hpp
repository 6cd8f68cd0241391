#pragma once

#include "crypto/carried.hpp"
#include "crypto/openssl.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What the CMS messages have in common. For the rooms of crypto/ only.
namespace scepd::crypto {

/// Reads a ContentInfo of one type (an NID) into a library context (nullptr: the default one). White space and zeros
/// may stand behind its end. Throws Error{protocol} that begins "not WHAT" for anything else, and for more than 16 MiB.
CmsPtr parseContentInfo(std::string_view message, int type, const char* what, OSSL_LIB_CTX* library = nullptr);

/// What a SignedData carries beside its content.
Carried carriedBy(CMS_ContentInfo* cms);

/// "serial 1a of CN=ca" or "key identifier a1b2": whom a signature says that it is by. Safe to print.
std::string signerText(CMS_SignerInfo* signer);

} // namespace scepd::crypto
