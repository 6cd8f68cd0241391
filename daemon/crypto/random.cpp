#include "crypto/random.hpp"

#include "crypto/openssl.hpp"

#include <openssl/rand.h>

namespace scepd::crypto {

std::string randomBytes(std::size_t count) {
    std::string bytes(count, '\0');
    succeeded(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)), "draw random bytes");
    return bytes;
}

} // namespace scepd::crypto
