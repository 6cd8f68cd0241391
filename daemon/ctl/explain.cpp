#include "ctl/verbs.hpp"

#include "base/code.hpp"
#include "ctl/failure.hpp"
#include "ctl/text.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {
namespace {

/// What a next action does, for the middle of a sentence.
std::string doing(const std::string& action) {
    static const std::map<std::string, std::string> words{{"enroll", "be enrolled"},
                                                          {"renew", "be renewed"},
                                                          {"poll", "be asked for at the CA"},
                                                          {"deploy", "be deployed"}};
    const auto found = words.find(action);
    return found == words.end() ? action : found->second;
}

std::string headline(const Certificate& certificate, Time at) {
    const auto held = certificate.notAfter == never ? std::string()
                      : certificate.notAfter > at   ? " and is valid until " + spoken(certificate.notAfter, at)
                                                    : "; it was valid until " + spoken(certificate.notAfter, at);
    const auto plain = certificate.state == "valid" && certificate.notAfter > at
                           ? " is valid until " + spoken(certificate.notAfter, at)
                           : fmt::format(" is {}{}", certificate.state, held);
    return certificate.name + plain + ".";
}

std::string next(const Certificate& certificate, const record::Explanation& explanation, Time at) {
    if (!certificate.attemptPhase.empty())
        return fmt::format("It is being worked on now ({}).", certificate.attemptPhase);
    if (certificate.nextAction.empty() || certificate.nextAction == "nothing") return "Nothing comes next by itself.";
    const auto time = std::max(explanation.expected, certificate.nextActionTime);
    const auto when = time <= at ? std::string("now") : fmt::format("on {} ({})", spoken(time, at), relative(time, at));
    return fmt::format("It will {} {}.", doing(certificate.nextAction), when);
}

/// Many names are a number: the first few tell enough.
std::string some(const std::vector<std::string>& names) {
    constexpr std::size_t enough = 5;
    if (names.size() <= enough) return fmt::format("{}", fmt::join(names, ", "));
    return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + enough, ", "), names.size() - enough);
}

std::string errorText(const Certificate& certificate) {
    const auto code = codeFromName(certificate.lastErrorCode);
    if (!code) return {};
    return fmt::format("{}, \"{}\"; more: scepctl explain {}", name(*code), entryOf(*code).title, name(*code));
}

Fields fieldsOf(const Certificate& certificate, const record::Explanation& explanation, Time at) {
    Fields fields;
    fields.add("State", certificate.reason, colourOf(certificate.state));
    fields.add("Remedy", certificate.remedy, Colour::yellow);
    fields.add("Error", errorText(certificate));
    fields.add("Next", next(certificate, explanation, at));
    fields.add("Rule", explanation.rule);
    fields.add("Before it", some(explanation.before));
    if (explanation.overtakes > at)
        fields.add("Overtakes",
                   fmt::format("from {} on it does not wait for those before it", spoken(explanation.overtakes, at)));
    if (explanation.emergency > at)
        fields.add("Emergency",
                   fmt::format("from {} on renewals need not be spaced apart", spoken(explanation.emergency, at)));
    for (const auto& change : explanation.changes)
        fields.add(&change == &explanation.changes.front() ? "Changed by" : "", change);
    return fields;
}

Json::Object json(const Certificate& certificate, const record::Explanation& explanation) {
    return {{"name", certificate.name},
            {"state", certificate.state},
            {"reason", certificate.reason},
            {"remedy", certificate.remedy},
            {"notAfter", ctl::json(certificate.notAfter)},
            {"nextAction", certificate.nextAction},
            {"nextActionTime", ctl::json(certificate.nextActionTime)},
            {"errorCode", certificate.lastErrorCode},
            {"rule", explanation.rule},
            {"due", ctl::json(explanation.due)},
            {"expected", ctl::json(explanation.expected)},
            {"before", strings(explanation.before)},
            {"overtakes", ctl::json(explanation.overtakes)},
            {"emergency", ctl::json(explanation.emergency)},
            {"changes", strings(explanation.changes)}};
}

void print(const Console& console, const CatalogueEntry& entry) {
    console.out << fmt::format("{}: {}\n", name(entry.code), entry.title);
    Fields fields;
    fields.add("Cause", std::string(entry.cause));
    fields.add("Remedy", std::string(entry.remedy), Colour::yellow);
    fields.print(console, "  ");
}

Exit explainCode(const Console& console, Code code) {
    const auto& entry = entryOf(code);
    if (!console.json)
        print(console, entry);
    else
        console.out << document({{"code", scepd::name(code)},
                                 {"title", std::string(entry.title)},
                                 {"cause", std::string(entry.cause)},
                                 {"remedy", std::string(entry.remedy)}});
    return Exit::done;
}

} // namespace

Exit explain(const Console& console, const std::string& name) {
    if (const auto code = codeFromName(name)) return explainCode(console, *code);
    if (name.starts_with("SCEPD-") && name.find_first_not_of("0123456789", 6) == std::string::npos) {
        report(console, {Exit::failed, fmt::format("there is no code {}", name), "scepd-errors(7) lists all of them."});
        return Exit::failed;
    }
    Daemon daemon(console.interactive);
    const auto certificate = daemon.certificate(name);
    const auto explanation = daemon.explain(name);
    if (console.json) {
        console.out << document(json(certificate, explanation));
        return Exit::done;
    }
    const auto at = now();
    console.out << printable(headline(certificate, at)) << '\n';
    fieldsOf(certificate, explanation, at).print(console, "  ");
    return Exit::done;
}

} // namespace scepd::ctl
