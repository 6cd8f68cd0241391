#include "enroll/plan.hpp"

#include "base/error.hpp"
#include "enroll/keys.hpp"
#include "profile/endpoint.hpp"
#include "profile/variables.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::enroll {
namespace {

crypto::AlternativeType typeOf(profile::SanType type) {
    switch (type) {
    case profile::SanType::dns:
        return crypto::AlternativeType::dns;
    case profile::SanType::ip:
        return crypto::AlternativeType::ip;
    case profile::SanType::email:
        return crypto::AlternativeType::email;
    case profile::SanType::uri:
        return crypto::AlternativeType::uri;
    case profile::SanType::upn:
        return crypto::AlternativeType::upn;
    case profile::SanType::rid:
        return crypto::AlternativeType::rid;
    }
    throw Error(Fault::local, "no such type of alternative name");
}

crypto::DistinguishedName nameOf(const profile::Subject& subject) {
    crypto::DistinguishedName name;
    for (const auto& rdn : subject) {
        auto& attributes = name.emplace_back();
        for (const auto& [type, value] : rdn)
            attributes.push_back({type, value});
    }
    return name;
}

bool uses(const profile::Certificate& certificate, profile::KeyUsage usage) {
    return std::ranges::find(certificate.keyUsage, usage) != certificate.keyUsage.end();
}

/// Every part with its length in front, so that no two different lists read the same.
void append(std::string& text, std::string_view part) {
    text += fmt::format("{}:{};", part.size(), part);
}

void appendNames(std::string& text, const crypto::RequestContent& content) {
    for (const auto& rdn : content.subject) {
        append(text, "rdn");
        for (const auto& [type, value] : rdn) {
            append(text, type);
            append(text, value);
        }
    }
    for (const auto& [type, value] : content.alternativeNames)
        append(text, fmt::format("san {} {}", static_cast<int>(type), value));
}

} // namespace

Wanted findWanted(const std::filesystem::path& root, const std::string& name) {
    auto configuration = profile::load(root);
    const auto [profile, certificate] = profile::select(configuration, name);
    return {root, profile, certificate, std::move(configuration.settings.variables)};
}

crypto::RequestContent requestContent(const Wanted& wanted) {
    const auto& certificate = wanted.certificate;
    const profile::Endpoint endpoint(wanted.variables, wanted.root);
    const auto names =
        profile::expandNames(certificate, [&](const std::string& variable) { return endpoint.lookup(variable); });
    crypto::RequestContent content{.subject = nameOf(names.subject),
                                   .alternativeNames = {},
                                   .digitalSignature = uses(certificate, profile::KeyUsage::digitalSignature),
                                   .keyEncipherment = uses(certificate, profile::KeyUsage::keyEncipherment),
                                   .extendedKeyUsage = certificate.extendedKeyUsage,
                                   .digest = certificate.digest,
                                   .templateName = certificate.templateName.value_or("")};
    for (const auto& [type, value] : names.san)
        content.alternativeNames.push_back({typeOf(type), value});
    return content;
}

std::string configurationDigest(const Wanted& wanted, const crypto::RequestContent& content) {
    std::string text;
    for (const auto& url : wanted.profile.scep.urls)
        append(text, url);
    append(text, wanted.profile.scep.caIdentifier.value_or(""));
    append(text, fmt::format("{} {}", describe(wanted.certificate.key), name(content.digest)));
    append(text, content.templateName);
    append(text, fmt::format("usage {} {}", content.digitalSignature, content.keyEncipherment));
    append(text, fmt::format("{}", fmt::join(content.extendedKeyUsage, ",")));
    appendNames(text, content);
    return crypto::sha256(text);
}

std::string namesDigest(const crypto::RequestContent& content) {
    std::string text;
    appendNames(text, content);
    return crypto::sha256(text);
}

std::filesystem::path below(const std::filesystem::path& root, const std::string& path) {
    return root / std::filesystem::path(path).relative_path();
}

} // namespace scepd::enroll
