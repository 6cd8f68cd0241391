#include "scep/dynamic_challenge.hpp"

#include "base/error.hpp"
#include "scep/http.hpp"
#include "scep/ndes_page.hpp"
#include "scep/secret_source.hpp"
#include "scep/transport.hpp"

#include <fmt/format.h>

namespace scepd::scep {
namespace {

constexpr std::size_t largestPage = 64UL * 1024UL;

/// "https://ndes/certsrv/mscep_admin/: HTTP 401: ..."
Error httpError(const profile::DynamicChallenge& challenge, long status) {
    const auto url = shownUrl(challenge.url);
    if (status != 401 && status != 403) {
        const bool passing = status >= 500 || status == 408 || status == 429;
        return {passing ? Fault::unreachable : Fault::refused, fmt::format("{}: HTTP {}", url, status)};
    }
    const bool inTheOpen = status == 401 && !challenge.url.starts_with("https://");
    return {Fault::refused,
            fmt::format("{}: HTTP {}: the server does not let the user \"{}\" in; are name, password and rights "
                        "right?{}",
                        url, status, challenge.username, inTheOpen ? " Basic is used over https only" : "")};
}

Error pageError(const profile::DynamicChallenge& challenge, NdesTrouble trouble) {
    const auto url = shownUrl(challenge.url);
    switch (trouble) {
    case NdesTrouble::cacheFull:
        return {Fault::unreachable, fmt::format("{}: the password cache is full: a challenge that was given out must "
                                                "be used or expire (within an hour) before there is another",
                                                url)};
    case NdesTrouble::notAllowed:
        return {Fault::refused,
                fmt::format("{}: the user \"{}\" does not have permission to enroll with SCEP; it needs the Enroll "
                            "right on NDES's certificate templates",
                            url, challenge.username)};
    default:
        return {Fault::protocol, fmt::format("{}: there is no challenge on this page; is it NDES's, such as "
                                             "https://ndes.example.com/certsrv/mscep_admin/?",
                                             url)};
    }
}

Secret fetch(const profile::DynamicChallenge& challenge, const HttpOptions& options) {
    Http http(options);
    auto response = http.get(challenge.url, largestPage);
    const Secret page(std::move(response.body));
    if (response.status < 200 || response.status >= 300) throw httpError(challenge, response.status);
    auto found = readNdesPage(page.reveal());
    if (!found) throw pageError(challenge, found.error());
    return *std::move(found);
}

} // namespace

Secret fetchChallenge(const profile::DynamicChallenge& challenge, const profile::Scep& scep,
                      const std::filesystem::path& root) {
    auto options = httpOptions(scep, root);
    options.login =
        Login{challenge.username, secretFrom("password", challenge.passwordFile, challenge.passwordCredential, root)};
    try {
        return fetch(challenge, options);
    } catch (const Error& error) {
        throw error.during("fetch the challenge");
    }
}

} // namespace scepd::scep
