#include "scep/trouble.hpp"

#include "crypto/text.hpp"

#include <cctype>

#include <fmt/format.h>

namespace scepd::scep {
namespace {

/// Within a sentence, unless it begins with an abbreviation.
std::string lowerFirst(std::string text) {
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0)
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

bool isRefusal(const std::string& reason) {
    return reason.contains("alert") || reason.contains("certificate required");
}

Code codeOf(Trouble trouble, const std::string& reason) {
    switch (trouble) {
    case Trouble::address:
        return Code::noSuchUrl;
    case Trouble::name:
    case Trouble::proxyName:
        return Code::nameNotFound;
    case Trouble::connection:
        return Code::notConnected;
    case Trouble::interface:
        return Code::interfaceUnusable;
    case Trouble::dropped:
    case Trouble::broken:
        return Code::connectionLost;
    case Trouble::caFile:
    case Trouble::clientFile:
        return Code::tlsFilesUnusable;
    case Trouble::serverUnsure:
        return Code::serverUntrusted;
    case Trouble::tls:
        return isRefusal(reason) ? Code::clientRefused : Code::tlsFailed;
    case Trouble::login:
        return Code::loginRefused;
    case Trouble::noHttp:
    case Trouble::noHeader:
        return Code::notHttp;
    case Trouble::local:
        return Code::outOfResources;
    }
    return Code::unreachable;
}

std::string pathOr(const std::optional<std::filesystem::path>& path, const char* otherwise) {
    return path ? path->string() : otherwise;
}

/// What makes a TLS certificate unfit, told apart by OpenSSL's and libcurl's words.
std::string adviceOnServer(const std::string& reason) {
    if (reason.contains("expired") || reason.contains("not yet valid"))
        return "; its operator must renew it, unless this machine's clock is wrong";
    if (reason.contains("subject name") || reason.contains("host name"))
        return "; write the URL with a name for which the certificate was made";
    return "; if it is the right server, name the CA that issued its TLS certificate in tls.ca-certificates";
}

std::string adviceOnConnection(const std::string& reason) {
    if (reason.contains("refused")) return "; is the server running, and is the port right?";
    return "; is the network there, and does a firewall or a proxy stand in between?";
}

std::string sentence(Trouble trouble, const std::string& reason, const HttpOptions& options) {
    switch (trouble) {
    case Trouble::name:
        return reason + "; is the name right, and does this machine have a DNS server?";
    case Trouble::proxyName:
        return fmt::format("{}; is \"{}\" the right proxy?", reason, options.proxy.value_or(""));
    case Trouble::connection:
        return reason + adviceOnConnection(reason);
    case Trouble::interface:
        return fmt::format("the network interface {} cannot be used, it is missing or has no address",
                           options.interface.value_or(""));
    case Trouble::dropped:
        return "the server closed the connection without an answer";
    case Trouble::caFile:
        return fmt::format("tls.ca-certificates: {} is missing, unreadable or holds no PEM certificate",
                           pathOr(options.tlsCaCertificates, "the system's list"));
    case Trouble::clientFile:
        return fmt::format("tls.client-certificate {} and tls.client-key {} cannot be used: {}",
                           pathOr(options.tlsClientCertificate, "(none)"), pathOr(options.tlsClientKey, "(none)"),
                           reason);
    case Trouble::serverUnsure:
        return "the server's TLS certificate is not accepted: " + reason + adviceOnServer(reason);
    case Trouble::tls:
        return reason + (isRefusal(reason) ? "; does the server want a certificate of this endpoint, or another one "
                                             "(tls.client-certificate)?"
                                           : "; does the server speak TLS on this port?");
    case Trouble::login:
        return "the server asks for the login again and again; does a proxy in between break NTLM?";
    case Trouble::noHeader:
        return "the answer has no HTTP header; is this a web server's port?";
    case Trouble::noHttp:
        return fmt::format("the answer is no HTTP as it should be ({}); is this a web server's port?", reason);
    default:
        return reason;
    }
}

} // namespace

Error errorOf(Trouble trouble, const std::string& shownUrl, const std::string& reason, const HttpOptions& options) {
    constexpr std::size_t longest = 300; // libcurl quotes the server, its TLS certificate for one.
    const auto shown = lowerFirst(crypto::printable(reason, longest));
    return {codeOf(trouble, reason), fmt::format("{}: {}", shownUrl, sentence(trouble, shown, options))};
}

} // namespace scepd::scep
