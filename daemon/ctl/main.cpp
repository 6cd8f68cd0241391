#include "base/error.hpp"
#include "ctl/complete.hpp"
#include "ctl/console.hpp"
#include "ctl/failure.hpp"
#include "ctl/help.hpp"
#include "ctl/usage.hpp"
#include "ctl/verbs.hpp"
#include "profile/quantity.hpp"

#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace scepd;
using ctl::Exit;

/// What was typed. `run` is what the verb that was named does with it.
struct Arguments {
    std::string root = "/", name, file, timeout = "5min", challengeFile, svgFile, report;
    std::vector<std::string> names, groups, files;
    std::uint32_t generation = 0;
    unsigned lines = 20;
    bool json = false, noLegend = false, all = false, wait = false, force = false, off = false, atBoot = false,
         check = false;
    std::string enrollProgram = SCEPD_LIBEXEC "/scepd-enroll";
    ctl::ProbeRequest probe{};
    std::function<Exit(const ctl::Console&)> run;
};

/// What "scepctl --help" puts together.
constexpr auto seeing = "How things are";
constexpr auto asking = "Ask for certificates";
constexpr auto installed = "What is installed";
constexpr auto byHand = "A CA that is asked by hand";
constexpr auto authorities = "CAs and SCEP servers";
constexpr auto configuration = "Profiles and daemon";

/// A verb of a group; `example` is a command line without "scepctl".
CLI::App* verb(CLI::App& app, const char* group, const char* name, const char* description, const char* example) {
    auto* command = app.add_subcommand(name, description)->group(group);
    command->footer(fmt::format("Example: scepctl {}", example));
    return command;
}

void runs(CLI::App* command, Arguments& arguments, std::function<Exit(const ctl::Console&)> run) {
    command->callback([&arguments, run = std::move(run)] { arguments.run = run; });
}

ctl::Patience patience(const Arguments& arguments) {
    return {arguments.wait, profile::parseDuration(arguments.timeout)};
}

CLI::Option* addTimeout(CLI::App* command, Arguments& arguments, const char* description) {
    const auto isDuration = [](const std::string& text) -> std::string {
        try {
            profile::parseDuration(text);
            return {};
        } catch (const Error& error) {
            return error.what();
        }
    };
    return command->add_option("--timeout", arguments.timeout, description)
        ->type_name("TIME")
        ->check(isDuration, "", "")
        ->capture_default_str();
}

void addWaiting(CLI::App* command, Arguments& arguments) {
    auto* wait = command->add_flag("--wait", arguments.wait, "wait until it is installed and tell how it goes");
    addTimeout(command, arguments, "with --wait: give up waiting after this time (30s, 5min); 0: never")->needs(wait);
}

void addSeeing(CLI::App& app, Arguments& a) {
    auto* status = verb(app, seeing, "status", "how the certificates are, or one of them", "status wifi");
    status->add_option("NAME", a.name, "a certificate");
    status->add_flag("--check", a.check,
                     "one line and an exit code for a monitoring system: 0 ok, 1 warning, 2 critical, 3 unknown");
    runs(status, a,
         [&a](const auto& console) { return a.check ? ctl::check(console, a.name) : ctl::status(console, a.name); });
    auto* list = verb(app, seeing, "list", "names, usages and states", "list --all");
    list->add_flag("--all", a.all, "also those that do not apply to this endpoint, with reasons");
    runs(list, a, [&a](const auto& console) { return ctl::list(console, a.all); });
    auto* show = verb(app, seeing, "show", "one certificate in full", "show wifi");
    show->add_option("NAME", a.name, "a certificate")->required();
    runs(show, a, [&a](const auto& console) { return ctl::show(console, a.name); });
    auto* explain =
        verb(app, seeing, "explain", "why it is so, what comes next and when; or what a code means", "explain wifi");
    explain->add_option("NAME", a.name, "a certificate, or a code such as SCEPD-201")->required();
    runs(explain, a, [&a](const auto& console) { return ctl::explain(console, a.name); });
    auto* history = verb(app, seeing, "history", "the generations that are kept, and what happened", "history wifi");
    history->add_option("NAME", a.name, "a certificate")->required();
    history->add_option("--lines", a.lines, "so many lines of the journal at most")
        ->type_name("COUNT")
        ->check(CLI::Range(0, 10'000), "", "")
        ->capture_default_str();
    runs(history, a, [&a](const auto& console) { return ctl::history(console, a.name, a.lines); });
    auto* timeline = verb(app, seeing, "timeline", "past and coming events of all certificates and CAs",
                          "timeline --svg certificates.svg");
    timeline->add_option("--svg", a.svgFile, "write a picture (SVG) into this file; -: standard output")
        ->type_name("FILE");
    runs(timeline, a, [&a](const auto& console) { return ctl::timeline(console, a.svgFile); });
    runs(verb(app, seeing, "monitor", "tell what happens until interrupted", "monitor --json"), a,
         [](const auto& console) { return ctl::monitor(console); });
    runs(verb(app, seeing, "metrics", "what Prometheus is told, in its text format", "metrics"), a,
         [](const auto& console) { return ctl::metrics(console); });
}

/// Certificates are named, or selected by these.
void addSelection(CLI::App* command, Arguments& a) {
    command->add_flag("--all", a.all, "every certificate that applies to this endpoint");
    command->add_option("--group", a.groups, "certificates of profiles that name this group")
        ->type_name("GROUP")
        ->allow_extra_args(false);
}

bool selects(const Arguments& a) {
    return a.all || !a.groups.empty();
}

/// What no single option can tell. Throws CLI::ValidationError.
void checkSelection(const Arguments& a) {
    if (a.names.empty() && !selects(a)) throw CLI::ValidationError("name a certificate, or say --all or --group GROUP");
    if (!a.names.empty() && selects(a)) throw CLI::ValidationError("either names, or --all or --group GROUP");
}

void checkRequest(const Arguments& a) {
    checkSelection(a);
    if (!a.challengeFile.empty() && a.names.size() != 1)
        throw CLI::ValidationError("--challenge-file", "a challenge belongs to exactly one certificate: name it");
}

void addAsking(CLI::App& app, Arguments& a) {
    auto* request =
        verb(app, asking, "request", "ask for certificates now; a valid one is left alone", "request wifi --wait");
    request->add_option("NAME", a.names, "certificates");
    addSelection(request, a);
    request->add_flag("--force", a.force, "do not wait for backoff, spacing or the end of retries");
    request->add_option("--challenge-file", a.challengeFile, "the challenge to send, from a file (its first line)")
        ->type_name("FILE");
    addWaiting(request, a);
    request->callback([&a] {
        checkRequest(a);
        a.run = [&a](const ctl::Console& console) {
            ctl::Ask ask{.names = a.names, .groups = a.groups, .force = a.force};
            if (!a.challengeFile.empty()) ask.challengeFile = a.challengeFile;
            return ctl::request(console, ask, patience(a));
        };
    });
    auto* renew =
        verb(app, asking, "renew", "ask for new certificates in the place of valid ones", "renew wifi --wait");
    renew->add_option("NAME", a.names, "certificates")->required();
    addWaiting(renew, a);
    runs(renew, a, [&a](const auto& console) { return ctl::renew(console, a.names, patience(a)); });
    auto* wait = verb(app, asking, "wait", "wait until a certificate is installed, without asking for it",
                      "wait web --timeout 90s");
    wait->add_option("NAME", a.name, "a certificate")->required();
    addTimeout(wait, a, "give up after this time (30s, 5min); 0: never");
    wait->add_flag("--at-boot", a.atBoot, "as scepd-ready@NAME.service waits: never for a certificate for 802.1X");
    runs(wait, a, [&a](const auto& console) { return ctl::wait(console, a.name, patience(a).timeout, a.atBoot); });
}

/// As `cp` takes its destination: the last word is the calendar, unless it is the only one and names a certificate.
/// Throws CLI::ValidationError.
std::string takeCalendar(Arguments& a) {
    if (a.off || a.names.empty() || (a.names.size() == 1 && !selects(a))) return {};
    auto calendar = a.names.back();
    if (calendar.empty()) throw CLI::ValidationError("the calendar is an empty word");
    a.names.pop_back();
    return calendar;
}

void addSchedule(CLI::App& app, Arguments& a) {
    auto* schedule =
        verb(app, asking, "schedule", "ask for certificates by a calendar, as \"request\" does, or show when",
             "schedule session \"Mon..Fri 03:00\"");
    schedule->footer(schedule->get_footer() +
                     "\n\nThe last word is the calendar, as systemd.time(7) has it: daily, \"*-*-01 04:30\". Without "
                     "one the schedules are shown. They are systemd timers, scepd-request@NAME.timer, and survive a "
                     "reboot; what was missed while the machine was off is made up for. A valid certificate is left "
                     "alone, and scepd renews by itself: schedules are for profiles that say request = \"manual\".");
    schedule->add_option("NAME CALENDAR", a.names, "certificates, and when to ask for them");
    addSelection(schedule, a);
    schedule->add_flag("--off", a.off, "take their schedules away; with --all every one");
    schedule->callback([&a] {
        const auto calendar = takeCalendar(a);
        if (a.off || !calendar.empty()) checkSelection(a);
        a.run = [&a, calendar](const ctl::Console& console) {
            return ctl::schedule(
                console, {.names = a.names, .groups = a.groups, .calendar = calendar, .off = a.off, .root = a.root});
        };
    });
}

void addInstalled(CLI::App& app, Arguments& a) {
    auto* rollback =
        verb(app, installed, "rollback", "go back to the certificate before, or an earlier one", "rollback web");
    rollback->footer(
        rollback->get_footer() +
        "\n\nThe newest three generations are kept. The one that is put back is not replaced before half of the time "
        "that is left to it has passed, unless somebody asks: there is time to find out what was wrong with the "
        "other.");
    rollback->add_option("NAME", a.name, "a certificate")->required();
    rollback->add_option("GENERATION", a.generation, "its number; without: the one before that in use");
    runs(rollback, a, [&a](const auto& console) { return ctl::rollback(console, a.name, a.generation); });
    auto* redeploy =
        verb(app, installed, "redeploy", "install what is held once more, reload and run hooks", "redeploy web");
    redeploy->add_option("NAME", a.name, "a certificate")->required();
    runs(redeploy, a, [&a](const auto& console) { return ctl::redeploy(console, a.name); });
    auto* purge =
        verb(app, installed, "purge", "forget a certificate: keys, history and what was installed", "purge wifi");
    purge->footer(
        purge->get_footer() +
        "\n\nFor a certificate that no profile names any more, or to begin anew: where a profile still names it, "
        "it is asked for again.");
    purge->add_option("NAME", a.name, "a certificate")->required();
    runs(purge, a, [&a](const auto& console) { return ctl::purge(console, a.name); });
}

void addByHand(CLI::App& app, Arguments& a) {
    auto* csr = verb(app, byHand, "csr", "print a request (PKCS#10) to carry to the CA", "csr wifi > wifi.csr");
    csr->footer(csr->get_footer() +
                "\n\nThe key stays here. The same request comes again until its certificate is imported or the profile "
                "asks for something else; attempts over the network neither send nor replace it.");
    csr->add_option("NAME", a.name, "a certificate")->required();
    runs(csr, a, [&a](const auto& console) { return ctl::csr(console, a.name); });
    auto* import =
        verb(app, byHand, "import", "take and deploy the certificate that the CA gave for it", "import wifi wifi.p7b");
    import->add_option("NAME", a.name, "a certificate")->required();
    import
        ->add_option("FILE", a.file,
                     "certificate, chain and, unless known from before, the CA; PEM or PKCS#7, -: standard input")
        ->required();
    runs(import, a, [&a](const auto& console) { return ctl::import(console, a.name, a.file); });
}

void addEnrollProgram(CLI::App* command, Arguments& a) {
    command->add_option("--enroll-program", a.enrollProgram, "scepd-enroll, which does it")
        ->type_name("FILE")
        ->capture_default_str();
}

void addProbe(CLI::App& app, Arguments& a) {
    auto* probe = verb(app, authorities, "probe", "look at a SCEP server: what works, what does not, what to do",
                       "probe http://ca.example.com/certsrv/mscep/mscep.dll");
    probe->add_option("TARGET", a.probe.target, "a URL, or a certificate, whose server is meant")
        ->type_name("URL|NAME")
        ->required();
    probe->add_option("--ca-identifier", a.probe.caIdentifier, "with a URL: which of its CAs is meant")
        ->type_name("TEXT");
    probe->add_option("--proxy", a.probe.proxy, "with a URL: an HTTP proxy")->type_name("HOST:PORT");
    probe->add_option("--tls-ca-certificates", a.probe.tlsCaCertificates, "with an https URL: whom to trust")
        ->type_name("FILE");
    addEnrollProgram(probe, a);
    runs(probe, a, [&a](const auto& console) {
        a.probe.root = a.root;
        a.probe.enrollProgram = a.enrollProgram;
        return ctl::probe(console, a.probe);
    });
}

void addAuthorities(CLI::App& app, Arguments& a) {
    runs(verb(app, authorities, "ca", "the CAs that were met, with fingerprints and expiry", "ca"), a,
         [](const auto& console) { return ctl::ca(console); });
    addProbe(app, a);
    auto* plan =
        verb(app, authorities, "plan", "what would be asked for and installed; nothing is sent or written", "plan web");
    plan->add_option("NAME", a.name, "a certificate")->required();
    addEnrollProgram(plan, a);
    runs(plan, a, [&a](const auto& console) { return ctl::plan(console, a.name, a.root, a.enrollProgram); });
    auto* trace = verb(app, authorities, "trace", "one attempt now, every message decoded, without secrets",
                       "trace wifi > for-the-ca-team.txt");
    trace->add_option("NAME", a.name, "a certificate; a valid one is renewed")->required();
    runs(trace, a, [&a](const auto& console) { return ctl::trace(console, a.name, patience(a).timeout); });
}

void addConfiguration(CLI::App& app, Arguments& a) {
    auto* doctor =
        verb(app, configuration, "doctor", "check this endpoint: what is wrong here, and what to do about it",
             "doctor --report scepd-report.txt");
    doctor
        ->add_option("--report", a.report,
                     "write a text for a ticket into this file, secrets masked; -: standard output")
        ->type_name("FILE");
    runs(doctor, a, [&a](const auto& console) {
        return ctl::doctor(console, {.root = a.root, .report = a.report, .version = SCEPD_VERSION});
    });
    auto* profiles =
        verb(app, configuration, "profiles", "the profiles as loaded, or one of them", "profiles office.toml");
    profiles->add_option("FILE", a.name, "a profile's path or file name");
    runs(profiles, a, [&a](const auto& console) { return ctl::profiles(console, a.name); });
    auto* verify = verb(app, configuration, "verify", "check profiles without a daemon: all, or these files",
                        "verify office.toml");
    verify->add_option("FILE", a.files, "profiles, or a scepd.toml");
    runs(verify, a, [&a](const auto& console) { return ctl::verify(console, a.files, a.root); });
    runs(verb(app, configuration, "reload", "make the daemon read the profiles again", "reload"), a,
         [](const auto& console) { return ctl::reload(console); });
    runs(verb(app, configuration, "version", "our version and the daemon's", "version"), a,
         [](const auto& console) { return ctl::version(console, SCEPD_VERSION); });
}

ctl::OptionFacts factsOf(const CLI::Option& option) {
    ctl::OptionFacts facts{.names = {}, .description = option.get_description(), .value = {}};
    for (const auto& name : option.get_lnames())
        facts.names.push_back("--" + name);
    if (option.get_type_size() != 0) facts.value = option.get_type_name();
    return facts;
}

ctl::VerbFacts factsOf(const CLI::App& command) {
    ctl::VerbFacts facts{
        .name = command.get_name(), .description = command.get_description(), .options = {}, .positionals = {}};
    for (const auto* option : command.get_options()) {
        if (option->get_positional())
            facts.positionals.push_back(option->get_name() + " " + option->get_type_name());
        else
            facts.options.push_back(factsOf(*option));
    }
    return facts;
}

/// Certificates that the daemon tells of; none when it does not.
std::vector<std::pair<std::string, std::string>> certificateNames() {
    std::vector<std::pair<std::string, std::string>> names;
    try {
        for (const auto& listed : ctl::Daemon(false).list())
            names.emplace_back(listed.name, listed.state);
    } catch (const std::exception&) {
        names.clear();
    }
    return names;
}

/// "scepctl complete WORD..." is what the shells call; it is no verb for people.
int complete(const CLI::App& app, const std::vector<std::string>& words) {
    std::vector<ctl::VerbFacts> verbs;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        verbs.push_back(factsOf(*command));
    ctl::complete(ctl::systemConsole(), factsOf(app), verbs, words, certificateNames);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Certificates that scepd keeps for this endpoint: how they are, and what to do about them.",
                 "scepctl");
    app.formatter(std::make_shared<ctl::Help>());
    app.set_help_flag("-h,--help", "print what there is to say of it, with an example");
    app.set_version_flag("--version", "scepctl " SCEPD_VERSION, "print the version");
    app.add_option("--root", arguments.root, "configuration and state are below this directory")->type_name("DIR");
    app.add_flag("--json", arguments.json, "print JSON");
    app.add_flag("--no-legend", arguments.noLegend, "print neither headings nor summaries");
    app.require_subcommand(0, 1);
    app.fallthrough();
    addSeeing(app, arguments);
    addAsking(app, arguments);
    addSchedule(app, arguments);
    addInstalled(app, arguments);
    addByHand(app, arguments);
    addAuthorities(app, arguments);
    addConfiguration(app, arguments);
    if (argc > 1 && std::string_view(argv[1]) == "complete") return complete(app, {argv + 2, argv + argc});
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error); // --help and --version
        return static_cast<int>(ctl::reportUsage(ctl::systemConsole(), app, error));
    }
    if (!arguments.run) {
        std::cerr << app.help();
        return static_cast<int>(Exit::usage);
    }
    auto console = ctl::systemConsole();
    console.json = arguments.json;
    console.legend = !arguments.noLegend;
    return static_cast<int>(ctl::guarded(console, [&] { return arguments.run(console); }));
}
