#include "ca/fault_lists.hpp"

#include <array>

namespace scepd::ca {

namespace {

void beNotFound(HttpResponse& response) {
    response = textResponse(404, "not found\n");
}

void pointTo(HttpResponse& response, const char* url) {
    response = textResponse(302, "moved\n");
    if (url != nullptr) response.fields.emplace_back("Location", url);
}

/// A status that asks for patience.
void putOff(HttpResponse& response, int status) {
    response = textResponse(status, "come again later\n");
    response.fields.emplace_back("Retry-After", "120");
}

void claimTenGigabytes(HttpResponse& response) {
    response.contentLength = "10737418240";
    response.delivery = Delivery::Endless;
}

using Text = std::string_view;

constexpr Fault sends(Text name, Text meaning, void (*http)(HttpResponse&), Text operation = {},
                      int times = Fault::always) {
    return {.name = name, .meaning = meaning, .operation = operation, .times = times, .http = http};
}

constexpr std::array table{
    sends("http-401", "HTTP 401", [](HttpResponse& r) { r = textResponse(401, "who are you?\n"); }),
    sends("http-403", "HTTP 403", [](HttpResponse& r) { r = textResponse(403, "not for you\n"); }),
    sends("http-404", "HTTP 404", beNotFound),
    sends("caps-404", "HTTP 404 for GetCACaps", beNotFound, "GetCACaps"),
    sends("http-413", "HTTP 413", [](HttpResponse& r) { r = textResponse(413, "too large\n"); }),
    sends("http-414", "HTTP 414", [](HttpResponse& r) { r = textResponse(414, "too long\n"); }),
    sends("http-429", "HTTP 429 with Retry-After", [](HttpResponse& r) { putOff(r, 429); }),
    sends("http-500", "HTTP 500", [](HttpResponse& r) { r = textResponse(500, "not implemented\n"); }),
    sends("http-503", "HTTP 503 with Retry-After", [](HttpResponse& r) { putOff(r, 503); }),
    sends("http-999", "HTTP status 999, which nobody knows", [](HttpResponse& r) { r.status = 999; }),
    sends("http-0.9", "the body without any header", [](HttpResponse& r) { r.delivery = Delivery::Bare; }),
    sends("redirect-loop", "a redirect to itself", [](HttpResponse& r) { pointTo(r, "/scep?operation=GetCACert"); }),
    sends("redirect-other-host", "a redirect to another host",
          [](HttpResponse& r) { pointTo(r, "http://ca.example.org/scep?operation=GetCACert"); }),
    sends("redirect-other-port", "a redirect to another port",
          [](HttpResponse& r) { pointTo(r, "http://127.0.0.1:1/scep?operation=GetCACert"); }),
    sends("redirect-other-scheme", "a redirect to a file", [](HttpResponse& r) { pointTo(r, "file:///etc/passwd"); }),
    sends("redirect-controls", "a redirect to terminal controls and to bytes that are no text",
          [](HttpResponse& r) { pointTo(r, "http://ca.example.org/\x1b]0;title\a\xc2\x9b[2J\xff"); }),
    sends("redirect-nowhere", "HTTP 302 without Location", [](HttpResponse& r) { pointTo(r, nullptr); }),
    sends("negative-length", "a negative Content-Length", [](HttpResponse& r) { r.contentLength = "-1"; }),
    sends("ten-gigabytes", "ten GiB of body", claimTenGigabytes),
    sends("chunked", "in chunks, as HTTP allows", [](HttpResponse& r) { r.delivery = Delivery::Chunked; }),
    sends("truncated-body", "half of the body", [](HttpResponse& r) { r.delivery = Delivery::Truncated; }),
    sends("reset", "half of the body, then a reset", [](HttpResponse& r) { r.delivery = Delivery::Reset; }),
    sends("slow", "one byte per second", [](HttpResponse& r) { r.delivery = Delivery::Slow; }),
    sends("slow-header", "one byte of the header per second",
          [](HttpResponse& r) { r.delivery = Delivery::SlowHeader; }),
    sends("endless-header", "a header without end", [](HttpResponse& r) { r.delivery = Delivery::EndlessHeader; }),
    sends("no-answer", "nothing, and the connection stays", [](HttpResponse& r) { r.delivery = Delivery::Never; }),
    sends("closed", "nothing, and the connection closes", [](HttpResponse& r) { r.delivery = Delivery::Dropped; }),
    sends(
        "lost-reply", "issued, then the connection closes; once",
        [](HttpResponse& r) { r.delivery = Delivery::Dropped; }, "PKIOperation", 1),
};

} // namespace

std::span<const Fault> transportFaults() {
    return table;
}

} // namespace scepd::ca
