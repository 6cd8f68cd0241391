#include "enroll/keys.hpp"

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

constexpr unsigned transportBits = 2048;

} // namespace

std::string describe(const profile::KeySpec& spec) {
    return spec.type == profile::KeyType::ec ? "EC " + spec.curve : fmt::format("RSA {}", spec.bits);
}

crypto::Key makeKey(const profile::KeySpec& spec) {
    return spec.type == profile::KeyType::ec ? crypto::Key::generateEc(spec.curve)
                                             : crypto::Key::generateRsa(spec.bits);
}

Keys makeKeys(const profile::KeySpec& spec, const std::optional<crypto::Key>& kept) {
    Keys keys{kept ? *kept : makeKey(spec), std::nullopt};
    if (!keys.certified.isRsa()) keys.transport = crypto::Key::generateRsa(transportBits);
    return keys;
}

scep::Sender selfSigned(const Keys& keys, const crypto::Request& request, Digest digest, Time now) {
    const auto& key = keys.transport ? *keys.transport : keys.certified;
    return {request.selfSigned(key, digest, now), key};
}

} // namespace scepd::enroll
