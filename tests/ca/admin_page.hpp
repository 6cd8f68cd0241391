#pragma once

#include "ca/authority.hpp"
#include "ca/http.hpp"
#include "ca/options.hpp"
#include "ca/passwords.hpp"

namespace scepd::ca {

/// The page on which Microsoft's server shows an administrator a fresh one-time password: text in UTF-16LE that nothing
/// declares as such, errors with status 200, and a thumbprint that looks like a password.
class AdminPage {
public:
    /// Both outlive the page.
    AdminPage(const Options& options, PasswordCache& passwords) : options_(options), passwords_(passwords) {}

    /// Whether a request is for the page.
    static bool isMeant(const HttpRequest& request);

    /// The page for whoever logs in by Basic or NTLM, or the status that asks for it.
    HttpResponse answer(const HttpRequest& request, const Authority& ca);

private:
    std::optional<std::string> userOf(const HttpRequest& request) const;
    std::string textFor(const std::string& user, const Authority& ca);

    const Options& options_;
    PasswordCache& passwords_;
};

} // namespace scepd::ca
