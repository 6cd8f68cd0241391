#include "ca/fault_lists.hpp"

#include <array>

namespace scepd::ca {

namespace {

constexpr std::time_t oneDay = 86400;

/// A certificate for the stranger's key, valid until some time after now.
Certificate certificateFrom(const Identity& issuer, Publication& publication, const char* commonName,
                            std::time_t until) {
    const auto name = nameOf(commonName);
    const auto now = std::time(nullptr);
    return certify(issuer, {.subject = name.get(),
                            .key = publication.cast.stranger().signer().key.get(),
                            .notBefore = now - 2 * oneDay,
                            .notAfter = now + until});
}

void addInFront(Publication& publication, Certificate certificate) {
    publication.certificates.insert(publication.certificates.begin(), std::move(certificate));
}

void addExpiredRa(Publication& publication) {
    addInFront(publication, certificateFrom(publication.ca.issuer(), publication, "expired RA", -oneDay / 24));
}

void addControlRa(Publication& publication) {
    addInFront(publication,
               certificateFrom(publication.ca.issuer(), publication, "\x1b]0;title\a\nwifi: issued RA", -oneDay / 24));
}

void addWeakRa(Publication& publication) {
    addInFront(publication, publication.cast.weakRa(publication.ca));
}

/// A device's certificate says what it is for, and that is not registering others.
void addDevice(Publication& publication) {
    addInFront(publication, publication.cast.device(publication.ca, "clientAuth").certificate);
}

void addHundreds(Publication& publication) {
    constexpr int many = 300;
    for (int i = 0; i < many; ++i)
        addInFront(publication,
                   certificateFrom(publication.cast.stranger().issuer(), publication, "one of many", oneDay));
}

void addForeignRa(Publication& publication) {
    addInFront(publication, certificateFrom(publication.cast.stranger().issuer(), publication, "foreign RA", oneDay));
}

void keepOnlyALeaf(Publication& publication) {
    auto leaf = certificateFrom(publication.ca.issuer(), publication, "leaf", oneDay);
    publication.certificates.clear();
    publication.certificates.push_back(std::move(leaf));
}

void addNamesake(Publication& publication) {
    addInFront(publication, share(publication.cast.stranger().issuer().certificate));
}

void addThousand(Publication& publication) {
    constexpr std::size_t many = 1000;
    while (publication.certificates.size() < many)
        publication.certificates.push_back(share(publication.certificates.back()));
}

void addCrl(Publication& publication) {
    publication.asList = true;
    publication.crls.push_back(publication.ca.crl());
}

void empty(Publication& publication) {
    publication.asList = true;
    publication.certificates.clear();
}

void setText(HttpResponse& response, std::string_view text) {
    response.body.assign(text.begin(), text.end());
}

void sendManyCapabilities(HttpResponse& response) {
    std::string text;
    for (int i = 0; i < 100000; ++i)
        text += "AES\n";
    setText(response, text);
}

void sendBinaryCapabilities(HttpResponse& response) {
    setText(response, std::string_view("AES\0\nDES\x80\xff\x01\nSHA-1\0", 19));
}

constexpr Fault publishes(std::string_view name, std::string_view meaning, void (*publish)(Publication&)) {
    return {.name = name, .meaning = meaning, .operation = "GetCACert", .publish = publish};
}

constexpr Fault capabilities(std::string_view name, std::string_view meaning, void (*http)(HttpResponse&)) {
    return {.name = name, .meaning = meaning, .operation = "GetCACaps", .http = http};
}

constexpr std::array table{
    publishes("expired-ra", "GetCACert with an RA certificate that expired", addExpiredRa),
    publishes("control-ra", "the same, with terminal controls in its name", addControlRa),
    publishes("weak-ra", "GetCACert with an RA certificate for an RSA key of 512 bits", addWeakRa),
    publishes("device-for-ra", "GetCACert with the certificate of a device that would read the requests", addDevice),
    publishes("foreign-ra", "GetCACert with an RA certificate of another CA", addForeignRa),
    publishes("leaf-for-ca", "GetCACert with a device's certificate alone", keepOnlyALeaf),
    publishes("namesake-ca", "GetCACert with another CA of that name in front", addNamesake),
    publishes("thousand-cas", "GetCACert with a thousand certificates", addThousand),
    publishes("hundreds-of-cas", "GetCACert with three hundred certificates of others", addHundreds),
    publishes("ca-with-crl", "GetCACert with a CRL beside the certificate", addCrl),
    publishes("no-cas", "GetCACert with a list without certificates", empty),

    capabilities("many-caps", "100 000 lines of capabilities", sendManyCapabilities),
    capabilities("binary-caps", "capabilities with NULs and other bytes", sendBinaryCapabilities),
    capabilities("weak-caps", "DES, MD5 and SHA-1 alone", [](HttpResponse& r) { setText(r, "DES\nMD5\nSHA-1\n"); }),
};

} // namespace

std::span<const Fault> authorityFaults() {
    return table;
}

} // namespace scepd::ca
