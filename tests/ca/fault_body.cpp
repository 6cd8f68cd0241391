#include "ca/der.hpp"
#include "ca/fault_lists.hpp"
#include "ca/gzip.hpp"

#include <array>
#include <fmt/format.h>

namespace scepd::ca {

namespace {

void setText(HttpResponse& response, std::string_view text) {
    response.body.assign(text.begin(), text.end());
}

void garble(HttpResponse& response) {
    unsigned char value = 17;
    for (auto& byte : response.body)
        byte = value = static_cast<unsigned char>(value * 5U + 1U);
}

void beHtml(HttpResponse& response) {
    response = textResponse(200, "<html><body><h1>Welcome to the router</h1></body></html>\n");
    response.contentType = "text/html";
}

void cut(HttpResponse& response) {
    response.body.resize(response.body.size() / 2);
}

void addBehind(HttpResponse& response) {
    constexpr std::string_view garbage = "\r\n<!-- served by a proxy -->\r\n";
    response.body.insert(response.body.end(), garbage.begin(), garbage.end());
}

/// As a script adds it that prints a line, or one that pads blocks.
void addPaddingBehind(HttpResponse& response) {
    constexpr std::string_view padding("\r\n\0\0", 4);
    response.body.insert(response.body.end(), padding.begin(), padding.end());
}

void addSpaceBefore(HttpResponse& response) {
    constexpr std::string_view space = "\r\n \t";
    response.body.insert(response.body.begin(), space.begin(), space.end());
}

/// As MIME wants it: lines of 64 characters.
std::string base64Lines(const Bytes& bytes) {
    std::string lines;
    const auto text = toBase64(bytes);
    for (std::size_t i = 0; i < text.size(); i += 64)
        lines += text.substr(i, 64) + "\n";
    return lines;
}

void armour(HttpResponse& response) {
    const bool isOne = response.contentType == "application/x-x509-ca-cert";
    const auto* what = isOne ? "CERTIFICATE" : "PKCS7";
    setText(response, fmt::format("-----BEGIN {}-----\n{}-----END {}-----\n", what, base64Lines(response.body), what));
}

/// A certificate has no BER form: only a CMS message is changed.
void beIndefinite(HttpResponse& response) {
    constexpr int outerLevels = 4;
    if (response.contentType != "application/x-x509-ca-cert" && response.contentType != "text/plain")
        response.body = der::indefinite(response.body, outerLevels);
}

void compress(HttpResponse& response, Bytes body) {
    response.fields.emplace_back("Content-Encoding", "gzip");
    response.body = std::move(body);
}

constexpr Fault sends(std::string_view name, std::string_view meaning, void (*http)(HttpResponse&),
                      std::string_view operation = {}) {
    return {.name = name, .meaning = meaning, .operation = operation, .http = http};
}

constexpr std::array table{
    sends("html-body", "a web page with status 200", beHtml),
    sends("html-caps", "a web page for GetCACaps", beHtml, "GetCACaps"),
    sends(
        "empty-caps", "no capabilities", [](HttpResponse& r) { r.body.clear(); }, "GetCACaps"),
    sends("empty-body", "no byte of body", [](HttpResponse& r) { r.body.clear(); }),
    sends("garbage-body", "bytes without meaning", garble),
    sends("oversized-body", "2 MiB of body", [](HttpResponse& r) { r.body.resize(std::size_t{2} << 20U, ' '); }),
    sends("truncated-der", "half of the DER, as if it were all", cut),
    sends("trailing-garbage", "a proxy's remark behind the body", addBehind),
    sends("trailing-padding", "a line end and zeros behind the body", addPaddingBehind),
    sends("leading-space", "white space in front of the body", addSpaceBefore),
    sends("indefinite-length", "BER with indefinite lengths", beIndefinite),
    sends("pem-body", "PEM in the place of DER", armour),
    sends("base64-body", "base64 in the place of DER", [](HttpResponse& r) { setText(r, base64Lines(r.body)); }),
    sends("media-type", "the body is called text/html", [](HttpResponse& r) { r.contentType = "text/html"; }),
    sends("no-media-type", "the body is called nothing", [](HttpResponse& r) { r.contentType.clear(); }),
    sends("gzip-body", "compressed, which nobody asked for", [](HttpResponse& r) { compress(r, gzip(r.body)); }),
    sends("gzip-bomb", "half a MiB that unpack to 80", [](HttpResponse& r) { compress(r, gzipBomb()); }),
};

} // namespace

std::span<const Fault> bodyFaults() {
    return table;
}

} // namespace scepd::ca
