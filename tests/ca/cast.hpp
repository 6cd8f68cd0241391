#pragma once

#include "ca/authority.hpp"
#include "ca/reply.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace scepd::ca {

/// The persons beside the CA whom faults bring on the stage, each made when it is first needed.
class Cast {
public:
    /// They live below `state`; the stranger bears the CA's `name`.
    Cast(std::filesystem::path state, std::string name) : state_(std::move(state)), name_(std::move(name)) {}

    /// A self-signed CA of the same name with another key.
    const Authority& stranger();

    /// Somebody who holds a fresh leaf certificate of `ca` and the stranger's key. The extended key usage is in
    /// OpenSSL's words; nullptr: none.
    Identity device(const Authority& ca, const char* extendedKeyUsage = nullptr);

    /// An RA of `ca`'s, whose RSA key has 512 bits.
    Certificate weakRa(const Authority& ca);

    /// A CA below `ca` whose RSA key has 512 bits.
    const Identity& weakCa(const Authority& ca);

    /// The weak CA when it exists and issued that certificate, otherwise nullptr.
    const Identity* weakIssuerOf(X509* certificate) const;

    /// Who acts in `ca`'s name when that party does.
    Identity signerFor(Party party, const Authority& ca);

private:
    std::filesystem::path state_;
    std::string name_;
    std::unique_ptr<Authority> stranger_;
    Identity weakCa_;
};

} // namespace scepd::ca
