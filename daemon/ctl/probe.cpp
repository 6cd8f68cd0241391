#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "ctl/enroll_program.hpp"
#include "ctl/failure.hpp"
#include "ctl/render.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "profile/load.hpp"

#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

/// What scepd-enroll found: mark, check and text.
struct Finding {
    std::string mark, check, text;
};

/// How a mark is shown.
struct Sign {
    const char* text;
    Colour colour;
};

Sign signOf(const std::string& mark) {
    if (mark == "ok") return {"✓", Colour::green};
    if (mark == "warning") return {"!", Colour::yellow};
    if (mark == "problem") return {"✗", Colour::red};
    return {" ", Colour::none};
}

bool isUrl(const std::string& target) {
    return target.contains("://");
}

/// A command line is for everyone to read.
void refuseLogin(const std::string& url, const char* what) {
    const auto begin = url.find("://");
    const auto authority = url.substr(begin == std::string::npos ? 0 : begin + 3);
    if (authority.substr(0, authority.find_first_of("/?#")).contains('@'))
        throw Error(Fault::configuration, fmt::format("a user and a password do not belong into {}", what));
}

std::vector<std::string> argumentsFor(const ProbeRequest& wanted) {
    std::vector<std::string> argv{"--root=" + wanted.root.string(),
                                  (isUrl(wanted.target) ? "--probe=" : "--probe-name=") + wanted.target};
    for (const auto& [option, value] :
         {std::pair("--ca-identifier=", wanted.caIdentifier), std::pair("--proxy=", wanted.proxy),
          std::pair("--tls-ca-certificates=", wanted.tlsCaCertificates)})
        if (!value.empty()) argv.push_back(option + value);
    return argv;
}

/// Shows findings as they come.
class Report {
public:
    explicit Report(const Console& console) : console_(console) {}

    void take(const std::string& line) {
        const auto first = line.find('\t');
        const auto second = first == std::string::npos ? first : line.find('\t', first + 1);
        if (second == std::string::npos) {
            console_.err << printable(line) << '\n';
            return;
        }
        show({line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
    }

    void finish() const {
        if (!console_.json) return;
        console_.out << document({{"findings", findings_}, {"advice", advice_}, {"profile", profile_}});
    }

private:
    void show(const Finding& finding) {
        if (finding.mark == "advice") return advise(finding.text);
        if (finding.mark == "profile") return paste(finding.text);
        if (!finding.check.empty()) check_ = finding.check;
        if (console_.json)
            return void(findings_.emplace_back(
                Json::Object{{"mark", finding.mark}, {"check", check_}, {"text", finding.text}}));
        constexpr std::size_t column = 18;
        const auto [sign, colour] = signOf(finding.mark);
        const auto label = finding.check.empty() ? std::string() : printable(finding.check) + ":";
        const auto lines = wrapped(printable(finding.text), console_.width > column ? console_.width - column : 0);
        for (const auto& text : lines) {
            const bool first = &text == &lines.front();
            console_.out << fmt::format("{} {:<15} {}", first ? paint(console_, colour, sign) : " ", first ? label : "",
                                        text)
                         << std::endl;
        }
    }

    void advise(const std::string& sentence) {
        if (console_.json) return void(advice_.emplace_back(sentence));
        if (!std::exchange(advised_, true)) console_.out << "\nAdvice:\n";
        const auto lines = wrapped(printable(sentence), console_.width > 2 ? console_.width - 2 : 0);
        for (const auto& text : lines)
            console_.out << (&text == &lines.front() ? "- " : "  ") << text << std::endl;
    }

    void paste(const std::string& line) {
        if (console_.json) return void(profile_.emplace_back(line));
        if (!std::exchange(pasted_, true)) console_.out << "\nFor a profile:\n\n";
        console_.out << printable(line) << std::endl;
    }

    const Console& console_;
    std::string check_;
    Json::Array findings_, advice_, profile_;
    bool advised_ = false, pasted_ = false;
};

/// Why there is no certificate of this name whose server could be looked at.
std::optional<Failure> whyNone(const ProbeRequest& wanted) {
    const auto configuration = profile::load(wanted.root);
    try {
        profile::select(configuration, wanted.target);
        return std::nullopt;
    } catch (const Error& error) {
        return notHere(configuration, wanted.target, error.what());
    }
}

} // namespace

Exit probe(const Console& console, const ProbeRequest& wanted) {
    if (!isUrl(wanted.target)) {
        if (const auto failure = whyNone(wanted)) {
            ctl::report(console, *failure);
            return failure->code;
        }
    }
    if (isUrl(wanted.target)) refuseLogin(wanted.target, "the URL");
    refuseLogin(wanted.proxy, "--proxy");
    Report report(console);
    const int code =
        runEnroll(wanted.enrollProgram, argumentsFor(wanted), [&](const std::string& line) { report.take(line); });
    report.finish();
    return code == 0 ? Exit::done : Exit::failed;
}

} // namespace scepd::ctl
