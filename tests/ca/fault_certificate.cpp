#include "ca/fault_lists.hpp"

#include <array>
#include <fmt/format.h>

namespace scepd::ca {

namespace {

constexpr std::time_t oneDay = 86400;
constexpr std::time_t in1950 = -631152000;
constexpr std::time_t endOf9999 = 253402300799;

void shift(IssuePlan& plan, std::time_t notBefore, std::time_t notAfter) {
    plan.notBefore += notBefore;
    plan.notAfter = plan.notBefore + notAfter;
}

constexpr Fault issues(std::string_view name, std::string_view meaning, void (*issue)(IssuePlan&)) {
    return {.name = name, .meaning = meaning, .issue = issue};
}

constexpr auto hugeSerial = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

std::string thousandNames() {
    std::string names = "subjectAltName=DNS:device.example.com";
    for (int i = 1; i < 1000; ++i)
        names += fmt::format(",DNS:device-{}.example.com", i);
    return names;
}

constexpr std::array table{
    issues("other-key", "the certificate is for another key", [](IssuePlan& p) { p.key = Party::Stranger; }),
    issues("other-subject", "the certificate is for somebody else",
           [](IssuePlan& p) { p.commonName = "somebody else"; }),
    issues("control-subject", "terminal controls in its common name",
           [](IssuePlan& p) { p.commonName = "\x1b]0;title\a\nwifi: issued"; }),
    issues("nul-in-subject", "its common name goes on after a NUL",
           [](IssuePlan& p) { p.commonName = std::string("device\0.example.org", 19); }),
    issues("expired", "the certificate expired yesterday", [](IssuePlan& p) { shift(p, -2 * oneDay, oneDay); }),
    issues("not-yet-valid", "the certificate is valid from tomorrow", [](IssuePlan& p) { shift(p, oneDay, oneDay); }),
    issues("valid-0-seconds", "the certificate ends when it begins", [](IssuePlan& p) { shift(p, 0, 0); }),
    issues("since-1950", "the certificate is valid since 1950", [](IssuePlan& p) { p.notBefore = in1950; }),
    issues("until-9999", "the certificate never ends", [](IssuePlan& p) { p.notAfter = endOf9999; }),
    issues("foreign-issuer", "another CA of that name issues", [](IssuePlan& p) { p.issuer = Party::Stranger; }),
    issues("weak-issuer", "a CA below with an RSA key of 512 bits issues", [](IssuePlan& p) { p.weakIssuer = true; }),
    issues("same-certificate", "a renewal returns the old certificate", [](IssuePlan& p) { p.repeatOld = true; }),
    issues("ca-leaf", "the certificate is a CA's and may sign certificates",
           [](IssuePlan& p) {
               p.isCa = true;
               p.without = NID_key_usage;
               p.addition = "keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign";
           }),
    issues("half-ca-leaf", "CA:TRUE, with the requested keyUsage", [](IssuePlan& p) { p.isCa = true; }),
    issues("signing-leaf", "CA:FALSE, and may sign certificates",
           [](IssuePlan& p) {
               p.without = NID_key_usage;
               p.addition = "keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign";
           }),
    issues("huge-serial", "a serial number of 40 octets", [](IssuePlan& p) { p.serial = hugeSerial; }),
    issues("negative-serial", "a negative serial number", [](IssuePlan& p) { p.serial = "-2a"; }),
    issues("sha1-certificate", "the certificate is signed with SHA-1", [](IssuePlan& p) { p.digest = "SHA1"; }),
    issues("md5-certificate", "the certificate is signed with MD5", [](IssuePlan& p) { p.digest = "MD5"; }),
    issues("no-san", "the requested subjectAltName is left out",
           [](IssuePlan& p) { p.without = NID_subject_alt_name; }),
    issues("other-san", "another subjectAltName",
           [](IssuePlan& p) {
               p.without = NID_subject_alt_name;
               p.addition = "subjectAltName=DNS:somebody.else.example.org";
           }),
    issues("more-san", "the requested subjectAltName, and one more",
           [](IssuePlan& p) {
               p.without = NID_subject_alt_name;
               p.addition = "subjectAltName=DNS:device.example.com,DNS:bank.example.org";
           }),
    issues("san-twice", "a second subjectAltName extension",
           [](IssuePlan& p) { p.addition = "subjectAltName=DNS:bank.example.org"; }),
    issues("thousand-sans", "a thousand names in the subjectAltName",
           [](IssuePlan& p) {
               static const auto names = thousandNames();
               p.without = NID_subject_alt_name;
               p.addition = names.c_str();
           }),
    issues("no-extended-key-usage", "the requested extendedKeyUsage is left out",
           [](IssuePlan& p) { p.without = NID_ext_key_usage; }),
    issues("other-extended-key-usage", "code signing in the place of the requested extendedKeyUsage",
           [](IssuePlan& p) {
               p.without = NID_ext_key_usage;
               p.addition = "extendedKeyUsage=codeSigning";
           }),
    issues("critical-extension", "a critical extension that nobody knows",
           [](IssuePlan& p) { p.addition = "1.3.6.1.4.1.55738.1=critical,DER:0500"; }),
};

} // namespace

std::span<const Fault> certificateFaults() {
    return table;
}

} // namespace scepd::ca
