#include "ca/admin_page.hpp"

#include "ca/ntlm.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace scepd::ca {

namespace {

constexpr std::string_view path = "/certsrv/mscep_admin";

/// A head that says another charset than the bytes have, as the real one does.
constexpr std::string_view head = R"(<HTML><Head>
<Meta HTTP-Equiv="Content-Type" Content="text/html; charset=UTF-8">
<Title>Network Device Enrollment Service</Title>
</Head><Body BgColor=#FFFFFF><Font ID=locPageFont Face="Arial">
<P ID=locPageTitle><Font Face="Arial" Size="5"> Network Device Enrollment Service </Font></P>
<P>Network Device Enrollment Service allows you to obtain certificates for routers or other network devices using the
Simple Certificate Enrollment Protocol (SCEP). </P>
)";

constexpr std::string_view foot = "</Font></Body></HTML>\n";

/// MD5 over the certificate in groups of eight digits: what a careless reader takes for the password.
std::string thumbprint(const X509* certificate) {
    Bytes hash(16);
    must(X509_digest(certificate, EVP_md5(), hash.data(), nullptr), "hash the CA certificate");
    std::string text;
    for (std::size_t i = 0; i < hash.size(); ++i)
        text += fmt::format("{}{:02X}", i > 0 && i % 4 == 0 ? " " : "", hash[i]);
    return text;
}

std::string passwordText(const X509* certificate, std::string_view password) {
    return fmt::format("<P>To complete certificate enrollment for your network device you will need the following "
                       "information: <P> The thumbprint (hash value) for the CA certificate is: <B> {} </B> <P> The "
                       "enrollment challenge password is: <B> {} </B> <P> This password can be used only once and will "
                       "expire within 60 minutes. <P> Each enrollment requires a new challenge password. You can "
                       "refresh this web page to obtain a new challenge password. </P>",
                       thumbprint(certificate), password);
}

Bytes utf16(std::string_view ascii) {
    Bytes wide;
    for (const char c : ascii) {
        wide.push_back(static_cast<unsigned char>(c));
        wide.push_back(0);
    }
    return wide;
}

HttpResponse askWhoItIs(std::vector<std::pair<std::string, std::string>> fields) {
    auto response = textResponse(401, "401 - Unauthorized: Access is denied due to invalid credentials.\n");
    response.fields = std::move(fields);
    response.keepsConnection = true;
    return response;
}

/// The token after "Basic " or "NTLM ", decoded; empty when the scheme is another one.
Bytes tokenOf(const std::string& authorization, std::string_view scheme) {
    return authorization.starts_with(scheme) ? fromBase64(authorization.substr(scheme.size())) : Bytes{};
}

std::optional<std::string> basicUser(View token, std::string_view password) {
    const std::string text(token.begin(), token.end());
    const auto colon = text.find(':');
    if (colon == std::string::npos || text.substr(colon + 1) != password) return std::nullopt;
    return text.substr(0, colon);
}

} // namespace

bool AdminPage::isMeant(const HttpRequest& request) {
    return request.path.starts_with(path);
}

HttpResponse AdminPage::answer(const HttpRequest& request, const Authority& ca) {
    if (request.path == path) {
        auto response = textResponse(301, "Object moved\n");
        response.fields = {{"Location", fmt::format("{}/", path)}};
        return response;
    }
    const auto ntlmToken = tokenOf(request.authorization, "NTLM ");
    if (ntlm::messageType(ntlmToken) == 1)
        return askWhoItIs({{"WWW-Authenticate", "NTLM " + toBase64(ntlm::challengeMessage())}});
    const auto user = userOf(request);
    if (!user) return askWhoItIs({{"WWW-Authenticate", "NTLM"}, {"WWW-Authenticate", "Basic realm=\"127.0.0.1\""}});
    return {.contentType = "text/html", .body = utf16(textFor(*user, ca))};
}

std::optional<std::string> AdminPage::userOf(const HttpRequest& request) const {
    if (options_.adminPassword.empty()) return std::nullopt;
    const auto ntlmToken = tokenOf(request.authorization, "NTLM ");
    if (ntlm::messageType(ntlmToken) == 3) return ntlm::authenticatedUser(ntlmToken, options_.adminPassword);
    return basicUser(tokenOf(request.authorization, "Basic "), options_.adminPassword);
}

std::string AdminPage::textFor(const std::string& user, const Authority& ca) {
    const auto page = [](std::string_view content) { return fmt::format("{}{}{}", head, content, foot); };
    if (user != options_.adminUser)
        return page("<P>You do not have sufficient permission to enroll with SCEP.  Please contact your system "
                    "administrator. </P>");
    if (!options_.challenge.empty()) return page(passwordText(ca.certificate(), options_.challenge));
    const auto password = passwords_.issue();
    if (password) return page(passwordText(ca.certificate(), *password));
    return page("<P>The password cache is full. <P> The Network Device Enrollment Service cannot create more passwords "
                "because the maximum number of passwords is reached. To create a new password, do one of the "
                "following: <P> Wait until one of the existing passwords expires. By default, passwords expire in 60 "
                "minutes. </P>");
}

} // namespace scepd::ca
