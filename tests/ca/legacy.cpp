#include "ca/legacy.hpp"

#include <openssl/provider.h>

namespace scepd::ca {

namespace {

using Provider = std::unique_ptr<OSSL_PROVIDER, Release<OSSL_PROVIDER_unload>>;

/// The providers are unloaded before the context goes.
struct Library {
    std::unique_ptr<OSSL_LIB_CTX, Release<OSSL_LIB_CTX_free>> context{must(OSSL_LIB_CTX_new(), "make a context")};
    Provider standard{must(OSSL_PROVIDER_load(context.get(), "default"), "load the default provider")};
    Provider legacy{must(OSSL_PROVIDER_load(context.get(), "legacy"), "load the legacy provider")};
};

} // namespace

OSSL_LIB_CTX* legacyLibrary() {
    static const Library library;
    return library.context.get();
}

} // namespace scepd::ca
