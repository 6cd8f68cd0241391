#include "ctl/failure.hpp"

#include "base/code.hpp"
#include "ctl/text.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <ostream>
#include <string_view>

#include <fmt/format.h>
#include <sdbus-c++/Error.h>

namespace scepd::ctl {
namespace {

struct Meaning {
    std::string_view name; ///< Of the bus error.
    Exit code;
    std::string_view sentence; ///< In front of the error's own text; empty: that text alone.
    std::string_view remedy;
    std::optional<Fault> fault{}; ///< The text may end with one of its codes, whose remedy is better.
};

constexpr std::string_view start =
    R"(Start it with "systemctl start scepd"; "journalctl -u scepd" tells why it is not running.)";
constexpr std::string_view hangs =
    R"(See what it does with "systemctl status scepd", or restart it with "systemctl restart scepd".)";
constexpr std::string_view bus =
    "Is dbus.service running? DBUS_SYSTEM_BUS_ADDRESS, when it is set, must name a bus that listens.";
constexpr std::string_view authority = "Run it as root (sudo scepctl ...) or as a member of group scepd-admin.";
constexpr std::string_view withoutPolkit = "Run it as root (sudo scepctl ...), or ask again when polkit answers.";
constexpr std::string_view unreachable =
    "Check the network and the CA's URL, which \"scepctl probe NAME\" tries; then run it again.";
constexpr std::string_view refused =
    "Ask the CA's operator; \"scepctl history NAME\" tells what the CA has answered so far.";
constexpr std::string_view protocol =
    "Nothing of it was used. Compare it with what \"scepctl profiles\" and \"scepctl ca\" tell of the CA.";
constexpr std::string_view local =
    "\"scepctl explain NAME\" tells how it stands, \"scepctl history NAME\" what was before and is kept.";
constexpr std::string_view version =
    "scepd and scepctl are of different versions: restart it with \"systemctl restart scepd\".";

constexpr std::array meanings{
    Meaning{"org.scepd1.Error.NoSuchCertificate", Exit::noSuchCertificate, "",
            "\"scepctl list --all\" names the certificates of all profiles."},
    Meaning{"org.scepd1.Error.NotApplicable", Exit::notApplicable, "",
            "\"scepctl profiles\" tells which profiles there are and for which groups; the groups of this endpoint "
            "stand in /etc/scepd/scepd.toml."},
    Meaning{"org.scepd1.Error.Busy", Exit::failed, "", "\"scepctl status\" tells how far it is."},
    Meaning{"org.scepd1.Error.Configuration", Exit::failed, "", "\"scepctl verify\" names the file and the line."},
    Meaning{"org.scepd1.Error.Unreachable", Exit::failed, "", unreachable, Fault::unreachable},
    Meaning{"org.scepd1.Error.Refused", Exit::failed, "", refused, Fault::refused},
    Meaning{"org.scepd1.Error.Protocol", Exit::failed, "", protocol, Fault::protocol},
    Meaning{"org.scepd1.Error.Local", Exit::failed, "", local, Fault::local},
    Meaning{"org.freedesktop.DBus.Error.AccessDenied", Exit::notAuthorized, "not authorized: ", authority},
    Meaning{"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", Exit::notAuthorized,
            "not authorized: ", authority},
    Meaning{"org.freedesktop.DBus.Error.InvalidArgs", Exit::usage, "", ""},
    Meaning{"org.freedesktop.DBus.Error.ServiceUnknown", Exit::noDaemon, "scepd does not answer: it is not running",
            start},
    Meaning{"org.freedesktop.DBus.Error.NameHasNoOwner", Exit::noDaemon, "scepd does not answer: it is not running",
            start},
    Meaning{"org.freedesktop.DBus.Error.NoReply", Exit::noDaemon, "scepd does not answer: ", hangs},
    Meaning{"org.freedesktop.DBus.Error.Timeout", Exit::noDaemon, "scepd does not answer: ", hangs},
    Meaning{"org.freedesktop.DBus.Error.TimedOut", Exit::noDaemon, "scepd does not answer: ", hangs},
    Meaning{"org.freedesktop.DBus.Error.NoServer", Exit::noDaemon, "the system bus does not answer: ", bus},
    Meaning{"org.freedesktop.DBus.Error.Disconnected", Exit::noDaemon, "the system bus has gone away: ", bus},
    Meaning{"System.Error.ENOTCONN", Exit::noDaemon, "the system bus has gone away: ", bus},
    Meaning{"System.Error.ECONNRESET", Exit::noDaemon, "the system bus has gone away: ", bus},
    Meaning{"org.freedesktop.DBus.Error.UnknownMethod", Exit::failed, "", version},
    Meaning{"org.freedesktop.DBus.Error.UnknownInterface", Exit::failed, "", version},
    Meaning{"org.freedesktop.DBus.Error.UnknownProperty", Exit::failed, "", version},
};

std::string_view remedyOf(const Meaning& meaning, const std::string& text) {
    // Membership of a group does not help while polkit, which looks at it, does not answer.
    if (meaning.remedy == authority && text.starts_with("polkit ")) return withoutPolkit;
    if (!meaning.fault) return meaning.remedy;
    if (text.contains("scepctl ")) return ""; // it says itself what to do
    const auto code = errorFrom(*meaning.fault, text).code();
    return isGeneral(code) ? meaning.remedy : entryOf(code).remedy;
}

} // namespace

Failure explain(const sdbus::Error& error) {
    const auto* const meaning = std::ranges::find(meanings, error.getName(), &Meaning::name);
    if (meaning == meanings.end()) return {Exit::failed, error.getMessage(), ""};
    const auto sentence = std::string(meaning->sentence);
    const bool quotes = sentence.empty() || sentence.ends_with(' '); // the bus's words do not always tell more
    return {meaning->code, quotes ? sentence + error.getMessage() : sentence,
            std::string(remedyOf(*meaning, error.getMessage()))};
}

Failure notHere(const profile::Configuration& configuration, const std::string& name, const std::string& why) {
    const auto has = [&](const auto& profile) {
        return std::ranges::find(profile.certificates, name, &profile::Certificate::name) != profile.certificates.end();
    };
    const auto found = std::ranges::find_if(configuration.profiles, has);
    if (found == configuration.profiles.end()) return explain(sdbus::Error("org.scepd1.Error.NoSuchCertificate", why));
    return explain(
        sdbus::Error("org.scepd1.Error.NotApplicable",
                     fmt::format("the certificate {} does not apply here: {}", name, profile::groupsSentence(*found))));
}

void report(const Console& console, const Failure& failure) {
    const auto say = [&](const std::string& text) {
        for (const auto& line : wrapped(text, console.width))
            console.err << line << '\n';
    };
    say("scepctl: " + printable(failure.sentence));
    if (!failure.remedy.empty()) say("Remedy: " + printable(failure.remedy));
}

Exit guarded(const Console& console, const std::function<Exit()>& verb) {
    const auto failed = [&](const Failure& failure) {
        report(console, failure);
        return failure.code;
    };
    try {
        return verb();
    } catch (const sdbus::Error& error) {
        return failed(explain(error));
    } catch (const std::exception& error) {
        return failed({Exit::failed, error.what(), ""});
    }
}

} // namespace scepd::ctl
