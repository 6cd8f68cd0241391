#include "base/code.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace scepd {
namespace {

/// The beginning of a random UUID; the rest of its 128 bits is the code.
constexpr std::string_view messageFamily = "c68962bcc7b4428480089f63ab20";

constexpr std::array entries{
    CatalogueEntry{Code::requested, "A certificate is asked for",
                   "An attempt to get a certificate has begun: its time had come, or somebody asked for it.", ""},
    CatalogueEntry{
        Code::issued, "A certificate was issued",
        "The CA has issued a certificate. It was checked and is stored as a new generation; what is installed "
        "is as it was until it is deployed.",
        ""},
    CatalogueEntry{Code::pending, "The CA keeps the request for approval",
                   "The CA answered PENDING (RFC 8894, section 3.2.1.4.2): somebody there has to approve the request. "
                   "scepd asks again by itself, with the same key and the same transaction.",
                   "Approve the request at the CA."},
    CatalogueEntry{Code::deployed, "A certificate is deployed",
                   "The generation lies on all targets, and their consumers use it.", ""},
    CatalogueEntry{Code::rolledBack, "An earlier certificate was put back",
                   "Somebody asked for the generation before, or a listener did not present the new one.",
                   "\"scepctl history NAME\" tells what happened before."},
    CatalogueEntry{
        Code::expiring, "A certificate expires soon",
        "The certificate, or that of its CA or RA, is close to its end and was not replaced yet.",
        "\"scepctl explain NAME\" tells what is planned and what stands in the way. The certificate of a CA or "
        "an RA is replaced by its operator."},
    CatalogueEntry{
        Code::drifted, "Installed files were changed",
        "A file that scepd installed is gone, or differs from what was installed.",
        "Find out what changes these files. \"scepctl redeploy NAME\" installs them again; drift = \"heal\" in "
        "the profile does so by itself."},
    CatalogueEntry{Code::removed, "A certificate is not asked for any more",
                   "No profile of this endpoint names it now. What is installed and kept stays.",
                   "\"scepctl purge NAME\" removes it with its keys."},
    CatalogueEntry{Code::stateChanged, "The state of a certificate has changed",
                   "The message names the new state and the reason.",
                   "\"scepctl explain NAME\" tells what comes next and when."},
    CatalogueEntry{Code::hooksRan, "Hooks that had failed have run",
                   "They were run again after a failure, and succeeded.", ""},
    CatalogueEntry{Code::namesChanged, "The names of this endpoint have changed",
                   "The certificate is for other names than this endpoint has now (hostname, addresses or other "
                   "variables of the profile).",
                   "With subject-change = \"reenroll\" a new certificate is enrolled by itself; \"scepctl renew NAME\" "
                   "does it at once."},
    CatalogueEntry{Code::successor, "The CA has named its successor",
                   "The CA will be followed by another one, whose certificate it has certified (GetNextCACert or "
                   "GetCACert). Consumers are given both.",
                   "\"scepctl ca\" shows both. Pin the new one in the profile before the old one ends."},
    CatalogueEntry{
        Code::purged, "A certificate was purged",
        "Somebody asked for it: keys, history and what was installed are gone. Where a profile still names the "
        "certificate, it is asked for anew.",
        ""},

    CatalogueEntry{Code::configuration, "The configuration is wrong or incomplete",
                   "Nothing will change until somebody edits a profile, a secret or a hook; the message says which.",
                   "Correct the profile or the file it names; the change is noticed by itself."},
    CatalogueEntry{Code::unsupported, "The profile asks for what this version cannot do",
                   "A key type or another value is valid, but not supported.",
                   "Change the profile, or leave this certificate out."},
    CatalogueEntry{Code::secretMissing, "A secret cannot be read",
                   "A file or a credential that holds a challenge or a password is missing, empty or unreadable for "
                   "scepd.",
                   "Write it, for root and group scepd alone (chown root:scepd, chmod 0640); the change is noticed by "
                   "itself. A credential needs LoadCredential= in a drop-in of scepd.service."},
    CatalogueEntry{Code::pinFileUnusable, "The CA certificate that the profile names cannot be used",
                   "The file in ca-certificate is missing, unreadable or holds no certificate.",
                   "Put the CA's certificate there, in PEM; \"scepctl probe URL\" shows what the server offers."},
    CatalogueEntry{Code::tlsFilesUnusable, "A file for TLS cannot be used",
                   "tls.ca-certificates, tls.client-certificate or tls.client-key is missing, unreadable or holds "
                   "something else.",
                   "Correct the file or the path; the change is noticed by itself."},
    CatalogueEntry{Code::noSuchUrl, "The URL cannot be used", "It is not the URL of an HTTP or HTTPS server.",
                   "Correct the URL in the profile; \"scepctl probe URL\" tries one."},
    CatalogueEntry{Code::hookUnusable, "A hook cannot be run",
                   "It does not exist, is no executable file, or somebody else than root could change it.",
                   "Put it into /etc/scepd/hooks.d, owned by root, with mode 0755."},
    CatalogueEntry{Code::containerPassword, "The password of a PKCS#12 container cannot be used",
                   "The file is missing, empty, not a regular file, or everybody can read it.",
                   "Write the password into its first line, for root alone (chmod 0600)."},
    CatalogueEntry{
        Code::variableUnknown, "Something that the certificate shall contain is not known yet",
        "The subject or an alternative name holds a variable that has no value on this endpoint now, such as "
        "an address before the network is there.",
        "It goes on by itself when this is known; it can also be set under [endpoint] in scepd.toml."},
    CatalogueEntry{
        Code::answerUnreadableLater, "A pending answer could not be read",
        "The CA wants to decide later and will encrypt its answer under the challenge, which is kept nowhere.",
        "Use a static challenge, or renewal-message = \"fresh\"."},

    CatalogueEntry{Code::unreachable, "The CA cannot be reached", "The network or the server did not answer.",
                   "Check the network, the name and the port of the CA's URL; it is tried again by itself."},
    CatalogueEntry{Code::nameNotFound, "The CA's name has no address",
                   "The name of the server, or of the proxy, cannot be resolved.",
                   "Check the name in the URL and this machine's DNS (resolvectl query); it is tried again by "
                   "itself, at once when the network changes."},
    CatalogueEntry{Code::notConnected, "Nobody accepts the connection",
                   "The server is not running, the port is wrong, there is no route, or a firewall stands in between.",
                   "\"scepctl probe NAME\" tells how far the connection comes; it is tried again by itself."},
    CatalogueEntry{Code::timedOut, "The CA did not answer in time",
                   "A connection was made, and no complete answer came within scep.timeout.",
                   "Look at the server's load, or give it more time with timeout under [scep]; it is tried again by "
                   "itself."},
    CatalogueEntry{Code::connectionLost, "The connection was lost",
                   "The server, or something in between, ended the connection before the answer was complete.",
                   "It is tried again by itself. When it happens always, look at the server's log and at proxies in "
                   "between."},
    CatalogueEntry{Code::tlsFailed, "No TLS connection comes about",
                   "Server and client have no version or cipher of TLS in common, or the port speaks something else.",
                   "Check that the URL's port speaks TLS; a plain server's URL begins with http://."},
    CatalogueEntry{
        Code::serverBusy, "The server cannot answer now", "It said so by an HTTP status such as 500, 503 or 429.",
        "It is tried again by itself, later when the server asks for that (Retry-After). When it stays, look "
        "at the server's log."},
    CatalogueEntry{Code::interfaceUnusable, "The network interface cannot be used",
                   "The interface that the profile names is missing or has no address.",
                   "Check interface under [scep]; it is tried again when the network changes."},
    CatalogueEntry{Code::attemptTimedOut, "An attempt took too long and was ended",
                   "scepd-enroll did not end in the time that its profile gives it.",
                   "\"scepctl trace NAME\" shows where it stays; it is tried again by itself."},

    CatalogueEntry{Code::refused, "The CA refused the request",
                   "The CA understood the request and said no (pkiStatus FAILURE).",
                   "Check the challenge and the subject with the CA's operator, correct the profile, or ask again with "
                   "scepctl request NAME."},
    CatalogueEntry{
        Code::badAlg, "The CA refused the request: badAlg",
        "The CA does not take an algorithm that was used, or its policy forbids the key (RFC 8894, section "
        "3.2.1.4.5).",
        "Ask the CA's operator for key types and digests it takes; key and digest can be set in the profile. "
        "Then ask again with scepctl request NAME."},
    CatalogueEntry{Code::badMessageCheck, "The CA refused the request: badMessageCheck",
                   "The CA could not decrypt or verify the request. Often its RA was replaced, or a renewal was signed "
                   "with a certificate that the CA does not know.",
                   "\"scepctl probe NAME\" shows the certificates in use. With renewal-message = \"fresh\" renewals do "
                   "not depend on the former certificate. Then ask again with scepctl request NAME."},
    CatalogueEntry{Code::badRequest, "The CA refused the request: badRequest",
                   "Often the challenge is wrong, used up or too old, the subject has a certificate already, or the CA "
                   "does not allow the subject.",
                   "Check the challenge and the subject with the CA's operator, correct the profile, or ask again with "
                   "scepctl request NAME."},
    CatalogueEntry{Code::badTime, "The CA refused the request: badTime",
                   "The signing time of the request is too far from the CA's clock.",
                   "Compare this machine's clock with the CA's (timedatectl, scepctl probe NAME); then ask again with "
                   "scepctl request NAME."},
    CatalogueEntry{Code::badCertId, "The CA refused the request: badCertId",
                   "The CA found no certificate or transaction that it was asked for.",
                   "Ask again with scepctl request NAME, which begins a new transaction."},
    CatalogueEntry{
        Code::pollLimit, "The CA did not decide in time",
        "A request was kept for approval for longer than poll-limit allows.",
        "Have the request approved at the CA sooner, or raise poll-limit in the profile; then ask again with "
        "scepctl request NAME."},
    CatalogueEntry{
        Code::httpRefused, "The server refused the request",
        "It answered with an HTTP status such as 400, 403 or 404: it will say the same until somebody changes "
        "something.",
        "Check the path of the URL, which is often /scep, /cgi-bin/pkiclient.exe or "
        "/certsrv/mscep/mscep.dll; \"scepctl probe URL\" tries one."},
    CatalogueEntry{Code::loginRefused, "The server does not accept the login",
                   "It asks for a user and a password, and does not accept those that it got.",
                   "Check username and password-file of the challenge; a proxy in between can break NTLM."},
    CatalogueEntry{Code::clientRefused, "The server does not accept our TLS certificate",
                   "It wants a certificate of this endpoint, and got none or one that it does not know.",
                   "Set tls.client-certificate and tls.client-key in the profile, or ask the server's operator."},

    CatalogueEntry{Code::protocol, "The CA's answer cannot be trusted or understood",
                   "It is malformed, or something in it does not fit. Nothing of it is used.",
                   "The CA's answer was not trusted. Compare the profile's fingerprint and security settings with the "
                   "CA."},
    CatalogueEntry{
        Code::otherAuthority, "The CA is another one than the profile says",
        "None of the certificates that the server offers is the pinned one, or was issued by it. The CA was "
        "replaced, the pin is wrong, or somebody stands in between.",
        "Ask the CA's operator for the fingerprint of its certificate, on another way than the network. If it "
        "is the one that the message shows, set ca-fingerprint to it."},
    CatalogueEntry{Code::authorityInvalid, "A certificate of the CA is not valid now",
                   "The certificate of the CA or its RA has expired or is not valid yet, by this machine's clock.",
                   "Check this machine's clock (timedatectl); the certificate is renewed by the CA's operator."},
    CatalogueEntry{
        Code::noRecipient, "The CA has no certificate that requests can be encrypted to",
        "None of the certificates it offers is usable for that, or recipient-fingerprint names none of them.",
        "The message tells why each is not used. Ask the CA's operator, or set recipient-fingerprint."},
    CatalogueEntry{Code::signatureWrong, "The answer's signature does not fit",
                   "The answer was not signed by the CA or its RA, or it was changed on its way.",
                   "It is tried again by itself. When it stays, compare \"scepctl probe NAME\" with the CA's "
                   "certificates, and look for a proxy that changes answers."},
    CatalogueEntry{Code::notDecrypted, "The answer cannot be decrypted",
                   "It is encrypted for another key or under another password, or was changed on its way.",
                   "\"scepctl trace NAME\" shows for whom it was encrypted. With EC keys the CA must encrypt under the "
                   "challenge."},
    CatalogueEntry{Code::tooWeak, "A key or an algorithm is too weak",
                   "The CA uses a digest, a cipher or a key that is not safe any more.",
                   "Have the CA use something stronger; security = \"legacy\" or legacy-replies = true in the profile "
                   "accepts what the message names."},
    CatalogueEntry{Code::certificateUnusable, "The issued certificate is not the one that was asked for",
                   "It is for another key or another subject, not valid now, or could be taken for a CA's. It is not "
                   "installed, and what was installed stays.",
                   "Show the message to the CA's operator: the CA's template or policy changes requests."},
    CatalogueEntry{Code::notScep, "The answer is not SCEP", "The server answered with a web page or something else.",
                   "Check the path of the URL; \"scepctl probe URL\" tries one."},
    CatalogueEntry{Code::redirected, "The server sends elsewhere",
                   "It redirects to another server, or to http from https, which is not followed.",
                   "Write the URL that it names into the profile, if that is the right one."},
    CatalogueEntry{Code::serverUntrusted, "The server's TLS certificate is not accepted",
                   "It is not from a CA that is trusted for https here, has expired, or is for another name.",
                   "Name the CA that issued it in tls.ca-certificates, or use http://: SCEP protects its messages "
                   "itself."},
    CatalogueEntry{Code::notHttp, "The answer is not HTTP", "Something else than a web server listens there.",
                   "Check the port of the URL."},
    CatalogueEntry{Code::tooLarge, "The answer is too large",
                   "It is larger than any answer in SCEP, and was not read to its end.",
                   "Check that the URL is that of a SCEP server."},
    CatalogueEntry{Code::generationBroken, "A stored certificate cannot be deployed",
                   "Its key and certificate do not belong together, or its chain does not lead to the CA. Nothing was "
                   "installed.",
                   "\"scepctl renew NAME\" gets another one; \"scepctl rollback NAME\" takes the one before."},

    CatalogueEntry{Code::local, "Something on this machine failed",
                   "The disk, the memory, a permission or another program; the message says which.",
                   "Look at this machine's disk, memory and permissions; it is tried again by itself."},
    CatalogueEntry{
        Code::diskFull, "There is no space left",
        "A file could not be written because its file system is full, or a quota is reached. The former files "
        "stay as they were.",
        "Make room on the file system that the message names (df -h, df -i); it is tried again by itself."},
    CatalogueEntry{
        Code::readOnly, "A file system is read-only",
        "A file could not be written. The former files stay as they were.",
        "Deploy to a place that is writable, or make it so; \"scepctl verify\" tells which targets are not."},
    CatalogueEntry{
        Code::notPermitted, "Something is not permitted",
        "The kernel refused an access: by owner and mode, or by the sandbox of the unit.",
        "Look at owner and mode of what the message names. Targets outside of /etc need ReadWritePaths= in a "
        "drop-in of scepd-deploy.service and one of scepd-recover.service."},
    CatalogueEntry{Code::outOfResources, "This machine is out of memory, processes or open files",
                   "The kernel could not give what was asked for.",
                   "Look what uses it up (systemctl status, free); it is tried again by itself."},
    CatalogueEntry{Code::inputOutput, "The disk reports an error",
                   "A read or write failed. What could not be written whole does not count.",
                   "Look at the kernel's messages (journalctl -k) and replace the disk when it is failing."},
    CatalogueEntry{Code::enrollDied, "scepd-enroll ended without a result",
                   "It was killed, for want of memory for instance, or crashed. What it had not committed does not "
                   "count.",
                   "\"journalctl -k\" tells whether the kernel killed it; it is tried again by itself."},
    CatalogueEntry{
        Code::stateDamaged, "A file of scepd's state is damaged",
        "It was changed by hand, by a failing disk, or written by a newer version of scepd.",
        "Restore it from a backup, or run \"scepctl purge NAME\", after which a new certificate is enrolled."},
    CatalogueEntry{Code::challengeCommand, "The command for the challenge failed",
                   "It ended with an error, or did not print a challenge on its first line.",
                   "Run it by hand as user scepd and look what it says; it is tried again by itself."},
    CatalogueEntry{
        Code::targetUnusable, "A target cannot be written safely",
        "A folder on its path is missing, belongs to somebody else, can be written by others, or is a symlink; or "
        "something that is not a file, such as a symlink, lies in its place.",
        "Make the folder, change owner and mode of what the message names, or choose another path; \"scepctl verify\" "
        "looks at all of them; as root, for it passes over folders that the caller may not look into."},
    CatalogueEntry{Code::checkFailed, "The consumer does not accept the new files",
                   "Its own check (nginx -t, haproxy -c and others) passes with the files that are installed and fails "
                   "with the new ones, which were not installed.",
                   "The journal of the unit that the message names tells why."},
    CatalogueEntry{Code::consumerFailed, "The consumer did not take the new certificate",
                   "It could not be reloaded, or ended over it. The former files were put back.",
                   "The journal of the consumer's unit tells why; it is tried again by itself."},
    CatalogueEntry{Code::notServed, "The new certificate is not presented",
                   "The listener under served did not present it after the deployment.",
                   "Check that served names the listener that uses this certificate, and that it was reloaded."},
    CatalogueEntry{
        Code::hookFailed, "A hook failed",
        "The certificate is deployed; a program that is run afterwards did not succeed.",
        "Mend what the reason names; the hook is run again by itself, or at once with scepctl redeploy NAME."},
};

constexpr std::size_t prefixLength = std::string_view("SCEPD-").size();

} // namespace

std::span<const CatalogueEntry> catalogue() {
    return entries;
}

const CatalogueEntry& entryOf(Code code) {
    const auto* const found = std::ranges::find(entries, code, &CatalogueEntry::code);
    return found != entries.end() ? *found : entryOf(Code::local);
}

std::string name(Code code) {
    return fmt::format("SCEPD-{:03}", static_cast<unsigned>(code));
}

std::optional<Code> codeFromName(std::string_view text) {
    const auto equal = [text](const std::string& code) {
        return std::ranges::equal(
            text, code, {}, [](unsigned char c) { return std::toupper(c); },
            [](unsigned char c) { return std::toupper(c); });
    };
    const auto* const found = std::ranges::find_if(entries, [&](const auto& entry) { return equal(name(entry.code)); });
    return found != entries.end() ? std::optional(found->code) : std::nullopt;
}

bool isError(Code code) {
    return static_cast<unsigned>(code) >= static_cast<unsigned>(Code::configuration);
}

bool isGeneral(Code code) {
    return static_cast<unsigned>(code) % 100 == 0;
}

std::string messageId(Code code) {
    return fmt::format("{}{:04}", messageFamily, static_cast<unsigned>(code));
}

std::string withCode(const Error& error) {
    return isGeneral(error.code()) ? std::string(error.what())
                                   : fmt::format("{} ({})", error.what(), name(error.code()));
}

Error errorFrom(Fault fault, const std::string& text) {
    const auto length = prefixLength + std::string_view("000").size();
    if (text.size() < length + 3 || !text.ends_with(')')) return {fault, text};
    const auto begin = text.size() - length - 1;
    const auto code = codeFromName(std::string_view(text).substr(begin, length));
    if (!code || faultOf(*code) != fault || std::string_view(text).substr(begin - 2, 2) != " (") return {fault, text};
    return {*code, text.substr(0, begin - 2)};
}

} // namespace scepd
