#include "enroll/probe_http.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "crypto/cms.hpp"
#include "crypto/text.hpp"
#include "enroll/decoded.hpp"
#include "scep/transport.hpp"

#include <chrono>
#include <ctime>

#include <fmt/format.h>

namespace scepd::enroll {
namespace {

constexpr auto patience = std::chrono::seconds(30);
constexpr std::size_t largestAnswer = 1024UL * 1024UL;
constexpr std::size_t excerpt = 160;
constexpr Duration tolerated = std::chrono::minutes(1); ///< Between two clocks; certificates tolerate five.

constexpr auto knownPaths =
    "Is it the URL of the SCEP service? Usual paths are /certsrv/mscep/mscep.dll (Microsoft NDES), "
    "/ejbca/publicweb/apply/scep/ALIAS/pkiclient.exe (EJBCA), /scep/PROVISIONER (step-ca), /scep (scepserver).";

scep::HttpOptions optionsOf(const Probed& probed) {
    auto options = scep::httpOptions(probed.scep, probed.root);
    options.timeout = patience;
    return options;
}

bool isSuccess(const scep::HttpResponse& response) {
    return response.status >= 200 && response.status < 300;
}

bool isPage(const scep::HttpResponse& response) {
    const auto begin = response.body.find_first_not_of(" \t\r\n");
    return begin != std::string::npos && response.body[begin] == '<';
}

std::string by(const scep::HttpResponse& response) {
    return response.server.empty() ? "" : " from " + crypto::printable(response.server, 80);
}

/// RFC 9110's preferred form; nullopt for anything else.
std::optional<Time> timeOf(const std::string& date) {
    std::tm parts{};
    const char* end = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr) return std::nullopt;
    return Time(std::chrono::seconds(::timegm(&parts)));
}

/// How the certificates came: told by their bytes, not by what the header calls them.
std::string kindOf(const scep::HttpResponse& response, std::size_t count) {
    const auto bytes = crypto::unwrapped(response.body);
    const bool wrapped = bytes != response.body;
    const auto what = count == 1 && !response.contentType.contains("ra-cert") ? "one certificate"
                                                                              : fmt::format("{} certificates", count);
    const auto type =
        response.contentType.empty() ? "without a content type" : "as " + crypto::printable(response.contentType, 80);
    return fmt::format("{} {}{}", what, type, wrapped ? ", in PEM or base64 rather than in DER" : "");
}

} // namespace

Conversation::Conversation(const Probed& probed, const std::string& url, Findings& findings)
    : probed_(probed), url_(url), findings_(findings), http_(optionsOf(probed)) {}

std::optional<scep::HttpResponse> Conversation::get(const std::string& check, const std::string& url) {
    try {
        return http_.get(url, largestAnswer);
    } catch (const Error& error) {
        const bool distrusted = error.fault() == Fault::protocol && url.starts_with("https://");
        findings_.problem(check, error.what(),
                          distrusted
                              ? "Name the CA that issued the server's TLS certificate in tls.ca-certificates of "
                                "the profile (--tls-ca-certificates FILE here), and use the name that stands in it."
                              : "");
        return std::nullopt;
    }
}

bool Conversation::begin() {
    const auto response = get("http", url_);
    if (!response) return false;
    const bool healthyNdes = response->status == 403 && response->server.contains("IIS");
    findings_.ok("http", fmt::format("spoken: status {}{} without an operation{}", response->status, by(*response),
                                     healthyNdes ? ", as a healthy NDES answers" : ""));
    lookAtClock(response->date);
    return true;
}

void Conversation::lookAtClock(const std::string& date) {
    const auto theirs = timeOf(date);
    if (!theirs) return findings_.note("clock", "the server does not tell the time");
    const auto apart = std::chrono::abs(*theirs - now());
    if (apart < tolerated) return findings_.ok("clock", "this machine and the server agree");
    findings_.warning("clock", fmt::format("the server says {}, this machine {}", rfc3339(*theirs), rfc3339(now())));
    findings_.advise(
        "Set the clock that is wrong: certificates are refused when they are not valid yet, or not any more.");
}

std::optional<scep::HttpResponse> Conversation::ask(const std::string& check, const char* operation) {
    return get(check, scep::operationUrl(url_, operation, probed_.scep.caIdentifier));
}

std::optional<scep::Capabilities> Conversation::capabilities() {
    const auto response = ask("capabilities", "GetCACaps");
    if (!response) return std::nullopt;
    const auto capabilities = scep::parseCapabilities(response->body);
    if (isSuccess(*response) && capabilities != scep::Capabilities{}) {
        findings_.ok("capabilities", crypto::printable(response->body, excerpt));
        lookAtWords(capabilities);
        return capabilities;
    }
    const auto* what = !isSuccess(*response) ? "" : isPage(*response) ? ", a web page" : ", nothing that is known";
    findings_.warning("capabilities", fmt::format("none: HTTP {}{}; AES-128 and SHA-256 are used all the same",
                                                  response->status, what));
    return std::nullopt;
}

void Conversation::lookAtWords(const scep::Capabilities& capabilities) {
    if (!capabilities.renewal)
        findings_.warning("", "no Renewal: each renewal is a new enrollment, which may need a new challenge");
    if (!capabilities.post) findings_.warning("", "no POSTPKIOperation: the server may not take requests by POST");
    if (!capabilities.sha256 && !capabilities.sha512) findings_.warning("", "no SHA-256");
    if (!capabilities.aes) findings_.warning("", "no AES");
}

std::vector<crypto::Certificate> Conversation::authorities() {
    const auto response = ask("certificates", "GetCACert");
    if (!response) return {};
    if (!isSuccess(*response)) {
        refused(*response);
        return {};
    }
    try {
        auto certificates = scep::parseAuthorities(response->body);
        findings_.ok("certificates", kindOf(*response, certificates.size()));
        return certificates;
    } catch (const Error& error) {
        findings_.problem("certificates", error.what(), knownPaths);
        return {};
    }
}

/// What a status means for GetCACert, which needs no authorization anywhere.
void Conversation::refused(const scep::HttpResponse& response) {
    const auto text = isPage(response) ? std::string() : crypto::printable(response.body, excerpt);
    const auto answer = fmt::format("HTTP {}{}{}{}", response.status, by(response), text.empty() ? "" : ": ", text);
    const auto remedy = [&]() -> std::string {
        if (response.status == 401 || response.status == 403)
            return "The server wants to know who asks, which SCEP does not: look whether the URL is that of the SCEP "
                   "service rather than of its administration page, and at the server's access rules.";
        if (response.status == 407) return "The proxy wants to know who asks: scepd has no login for proxies.";
        if (response.status >= 500)
            return "The server has failed: look at its log. NDES answers so when an RA certificate has expired or its "
                   "application pool has stopped.";
        return knownPaths;
    }();
    findings_.problem("certificates", answer, remedy);
    if (response.status == 404 && !probed_.scep.caIdentifier)
        findings_.advise(
            "A server with several CAs (EJBCA) answers 404 until it is told which: try --ca-identifier NAME.");
    if (response.status == 404 && probed_.scep.caIdentifier)
        findings_.advise(
            "A server with several CAs answers 404 to a name that it does not know: compare ca-identifier.");
}

void Conversation::nextAuthority(const scep::Authorities& authorities) {
    const auto response = ask("next CA", "GetNextCACert");
    if (!response) return;
    if (!isSuccess(*response)) return findings_.note("next CA", fmt::format("none yet (HTTP {})", response->status));
    try {
        const auto message =
            crypto::verify(crypto::unwrapped(response->body), authorities.all, crypto::Strength::legacy);
        for (const auto& certificate : crypto::carriedCertificates(message.content))
            findings_.note("next CA",
                           fmt::format("{}, valid from {}", certificate.subject(), rfc3339(certificate.notBefore())));
    } catch (const Error& error) {
        findings_.warning("next CA", fmt::format("its answer would not be used: {}", error.what()));
    }
}

} // namespace scepd::enroll
