#include "fuzz/world.hpp"

#include "crypto/text.hpp"
#include "fuzz/harness.hpp"

namespace scepd::fuzz {
namespace {

using test::noon;

// RSA 1024: as good as larger keys for what is tested here, and six times as fast.
constexpr auto authorityKey = R"(
-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKqgrznESFRGa7ui
p83sB/mcOhCiQL1wvBZ0wT/oyVDiQOpG+W/WT9zQ0Xo9d+Fvn+4nmD55jd8kysS5
uGig9+KUdhfvv+HpNt1tp1dedBBVKx1eOX63lN0/Skix1z1zkqes+jzIE82I/X7i
a/fSCRFGgLsQeRG5NFLW2Hpis27DAgMBAAECgYBkiw72AT2Fu4FcLbqn0v/YDEEC
8Dkp6DZNHTuKx0dpjAkog+4UArtIqRvm5jWv97DMCzThC4uYA/wf9DhAHyoxuUYm
WLW/hZSx7XkVJtWECSs41zjhGxDb5x2LLV/S4+yPiN08HwX7YmZSGBECNWKn92tv
rLoBq1Z0ToHS4si+0QJBANiUUG1kofiw8LWief8tH+PYR4aVw5C4cCo1ZVRqvVEo
btd1/ViSubyzaWekOg+FzQxjRz5Z3H6Dcez9/YaSj30CQQDJrzcwgCHVvYunyNCX
ijfYmHd0iZIa7dPYhb0mK7utlqdDqNVh8MYaa88km9eLTOmpIPjI7ESPV8YBqgHL
Yss/AkEA0c+0rpU7uFGpjzyMlSEg8Lh4ajAx2cRjnPBHbuVM7A+QeZirSyAxYVYp
eacGPD1x7FtNDGE/kyxBtMZF0hWvfQJAHQLCKozT0R4Bv7HIJ3QvUk2kKTQ8uvjo
1yVtrtbtmSuphbb8cqkipdxKIJb2K0h19+kRQD2UIxZaGhUtSuc8GwJBAI0xnDPB
BE1z8MYQGG5SgyiT9q3YX4eN3kfPbcadf93zKWuEJvyqpLikzDlhmb2eg2HSDd7q
ljMu2y9mvWBrPeU=
-----END PRIVATE KEY-----
)";
constexpr auto deviceKey = R"(
-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAJ/j6X0cvXlJMFuj
HcoBHN+TPMzNn+ZnDBSb9LMk6isbwBW4GJ14bGa1w6ya0cTeCwqKlevlXfisVGQz
Ru8DykJRfjJloxVZqS06/PEgpq/HfUA5QVKlWuB/BZjoLhhpBicSrXAJpwSv9iJe
dZT/bYlIciRS5op8BTJ3uqZy+n7tAgMBAAECgYASTDbQRpW4Z5PNKOGj2HTBcUwn
8/A0od5UDXT3e2YBAO/+jE7k1n8xUePOwPj4mqCQ2ENH97vFVZNi1Ctt9vUSa4po
ahfh2gMHlVaOHNcQ3HznN8bdoC6qg2waQx0ADAwxzKXwrrDT5WLFeN7cLbvEW8Cw
N9kEN811AFqPMtObAQJBAMt0RXaW9BBUcZRAV5uTmbMGXlBFR0N3lOe3OfLBAyOD
cCQkHRjis2Jbpb7Oltj4MjVydC+qWV86pZ45nTQR0XECQQDJL1ZSBh/bQUpz35Iq
7B29tJsGrX1rkmAi4/Q3ZZo4H0FZCpNc2YdLduP92VZ3j56iUrOIXTsNK1Mrtkyl
WYc9AkEAiYdeUUy3TLaYVFuuHOeIdUDvzhkWlB+ok34C+PrJ8V6vFm8nECRmmC1V
fAbQZ3hXEFP/AB2J7lqJi8xsXL9SsQJAIddknceJ9Ee3TmZ9H9s35YFL0oO8ZSvq
H/RYUDk3B9m6FFBDGYs9xuPo1fqJIPN3q7ZdnMKR/FUdWG0B146HwQJAAnjKSiQZ
0doi93dLirkfRvwsCc43a54NKQMjxnCwezn5pyrWFJDaI2nVV/PvFsCo4RlitySs
XxBDuexsDBuh9g==
-----END PRIVATE KEY-----
)";

crypto::Key keyOf(const char* pem) {
    return crypto::Key::fromPem(Secret(pem));
}

} // namespace

const test::Identity& authority() {
    static const auto identity = test::selfSigned(
        {.subject = "CN=ca", .ca = true, .notAfter = noon + std::chrono::days(3650), .keyIdentifier = true},
        keyOf(authorityKey));
    return identity;
}

const test::Identity& device() {
    static const auto identity = test::selfSigned({.subject = "CN=device", .serial = 2}, keyOf(deviceKey));
    return identity;
}

const crypto::Certificate& issuedCertificate() {
    static const auto identity = test::issued({.subject = "CN=device", .serial = 3}, device().key, authority());
    return identity.certificate;
}

const scep::Expectation& expectation() {
    static const scep::Expectation expectation{.transaction = "00112233445566778899aabbccddeeff",
                                               .senderNonce = "0123456789abcdef",
                                               .signers = {authority().certificate},
                                               .strength = crypto::Strength::legacy};
    return expectation;
}

const scep::Sender& sender() {
    static const scep::Sender sender{device().certificate, device().key};
    return sender;
}

const enroll::Question& question() {
    static const auto question = [] {
        const crypto::RequestContent content{.subject = {{{"CN", "device"}}},
                                             .alternativeNames = {{crypto::AlternativeType::dns, "device.example.com"}},
                                             .extendedKeyUsage = {}};
        record::Held renewed;
        renewed.issuer = "CN=ca";
        renewed.serialNumber = "01";
        renewed.notAfter = noon + std::chrono::days(30);
        const auto& ca = authority().certificate;
        return enroll::Question{.request = crypto::Request::make(content, device().key, {}),
                                .key = device().key,
                                .authorities = {ca, {ca}, ca},
                                .strength = crypto::Strength::legacy,
                                .renewed = renewed};
    }();
    return question;
}

void requireGoodAccount(const crypto::Certificate& certificate, std::string_view read) {
    requireShowable(certificate.subject(), longestName);
    requireShowable(certificate.issuer(), longestName);
    requireShowable(certificate.keyDescription(), 80);
    for (const auto& name : certificate.subjectAlternativeNames())
        requireShowable(name, longestName);
    for (const auto& usage : certificate.extendedKeyUsage())
        requireShowable(usage, 200);
    parsed(Fault::protocol, [&] { return certificate.serialNumber(); });
    parsed(Fault::protocol, [&] { return rfc3339(certificate.notBefore()) + rfc3339(certificate.notAfter()); });
    parsed(Fault::protocol, [&] { return certificate.publicKey(); });
    parsed(Fault::protocol, [&] {
        crypto::requireSignatureStrength(certificate, crypto::Strength::standard);
        return true;
    });
    require(certificate.hasRsaKey() || !certificate.matches(device().key),
            "a key that is not RSA matches none that is");
    const auto der = certificate.toDer();
    const auto pem = certificate.toPem();
    require(crypto::unwrapped(pem) == der, "PEM has the DER in it");
    if (!read.contains(der) && !read.contains(pem))
        require(crypto::Certificate::fromPem(pem) == certificate, "PEM that was written can be read");
}

} // namespace scepd::fuzz
