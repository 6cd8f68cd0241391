#include "profile/request_digest.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>

namespace scepd::profile {
namespace {

/// Every part with its length in front, so that no two different lists read the same.
class Digest64 {
public:
    Digest64& operator<<(std::string_view part) {
        state_ = stableHash(part, stableHash(fmt::format("{}:", part.size()), state_));
        return *this;
    }
    Digest64& operator<<(unsigned part) { return *this << std::string_view(std::to_string(part)); }
    [[nodiscard]] std::string text() const { return fmt::format("{:016x}", state_); }

private:
    std::uint64_t state_ = stableHash("");
};

std::string textOf(const Trust& trust) {
    if (const auto* pin = std::get_if<FingerprintPin>(&trust)) return fmt::format("{:02x}", fmt::join(pin->value, ""));
    if (const auto* pin = std::get_if<CertificatePin>(&trust)) return pin->file;
    return "first-use";
}

} // namespace

std::string requestDigest(const Scep& scep, const Certificate& certificate) {
    Digest64 digest;
    digest << textOf(scep.trust) << scep.caIdentifier.value_or("");
    for (const auto& rdn : certificate.subject) {
        digest << "rdn";
        for (const auto& [type, value] : rdn)
            digest << type << value;
    }
    for (const auto& [type, value] : certificate.san)
        digest << static_cast<unsigned>(type) << value;
    digest << static_cast<unsigned>(certificate.key.type) << certificate.key.bits << certificate.key.curve
           << static_cast<unsigned>(certificate.key.store);
    for (const auto usage : certificate.keyUsage)
        digest << static_cast<unsigned>(usage);
    for (const auto& oid : certificate.extendedKeyUsage)
        digest << oid;
    return (digest << certificate.templateName.value_or("")).text();
}

} // namespace scepd::profile
