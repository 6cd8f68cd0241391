#include "crypto/pem.hpp"

#include "crypto/openssl.hpp"

#include <openssl/pem.h>

namespace scepd::crypto {

std::string toPem(const Request& request) {
    const auto bio = memoryBio();
    succeeded(PEM_write_bio_X509_REQ(bio.get(), request.get()), "write a certification request");
    return std::string(content(bio.get()));
}

} // namespace scepd::crypto
