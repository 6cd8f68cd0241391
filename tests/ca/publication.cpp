#include "ca/publication.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace scepd::ca {

namespace {

std::string_view messageIn(const HttpRequest& request) {
    const auto found = request.query.find("message");
    return found == request.query.end() ? std::string_view() : std::string_view(found->second);
}

void requireIdentifier(const HttpRequest& request, const Behaviour& behaviour, std::string_view caName) {
    if (behaviour.needsIdentifier && messageIn(request) != caName)
        throw HttpError(404, "<html><head><title>404</title></head><body>Not Found</body></html>");
}

/// The number in message=N; 0 without one.
std::size_t indexIn(const HttpRequest& request) {
    const auto digits = messageIn(request);
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    const bool isNumber = error == std::errc{} && end == digits.data() + digits.size();
    return isNumber ? index : 0;
}

std::vector<Certificate> oneOf(std::vector<Certificate> chain, std::size_t index) {
    if (index >= chain.size()) throw HttpError(500, "the chain is not that long");
    std::vector<Certificate> one;
    one.push_back(std::move(chain[index]));
    return one;
}

} // namespace

HttpResponse answerCapabilities(const HttpRequest& request, const Behaviour& behaviour, std::string_view caName) {
    requireIdentifier(request, behaviour, caName);
    if (behaviour.capabilities.empty()) throw HttpError(500, "GetCACaps is not supported");
    std::string keywords(behaviour.capabilities);
    std::ranges::replace(keywords, ',', '\n');
    return textResponse(200, keywords + "\n");
}

Publication publicationFor(const HttpRequest& request, const Behaviour& behaviour, std::string_view caName,
                           const Authority& ca, Cast& cast) {
    requireIdentifier(request, behaviour, caName);
    auto certificates = behaviour.oneByOne ? oneOf(ca.chain(), indexIn(request)) : ca.published();
    return {
        .ca = ca, .cast = cast, .certificates = std::move(certificates), .crls = {}, .asList = behaviour.alwaysList};
}

HttpResponse answerPublication(const Publication& publication) {
    const auto& certificates = publication.certificates;
    if (certificates.size() == 1 && !publication.asList)
        return {.contentType = "application/x-x509-ca-cert", .body = encode(i2d_X509, certificates.front().get())};
    return {.contentType = "application/x-x509-ca-ra-cert", .body = degenerate(certificates, publication.crls)};
}

HttpResponse answerNextCa(const Behaviour& behaviour, const Authority& ca, const Authority* next) {
    if (next == nullptr) throw HttpError(400, "there is no such operation");
    const bool isOuter = behaviour.nextCa == NextCa::Outer;
    SignedData data;
    data.nullParameters = behaviour.style.nullParameters;
    if (isOuter)
        data.certificates = next->chain();
    else
        data.content = degenerate(next->chain());
    data.signers.push_back({.identity = share(ca.issuer()), .attributes = {}});
    auto& signer = data.signers.back();
    if (isOuter) signer.digest = EVP_sha1();
    signer.attributes = requiredAttributes(data, signer.digest);
    return {.contentType = "application/x-x509-next-ca-cert", .body = encodeSignedData(data)};
}

} // namespace scepd::ca
