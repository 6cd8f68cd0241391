#include "base/error.hpp"
#include "ctl/console.hpp"
#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"
#include "profile/quantity.hpp"
#include "profile/suggest.hpp"

#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace scepd;
using ctl::Exit;

/// What was typed. `run` is what the verb that was named does with it.
struct Arguments {
    std::string root = "/", name, file, timeout = "5min", challengeFile;
    std::vector<std::string> names, groups, files;
    bool json = false, noLegend = false, all = false, wait = false, force = false;
    std::function<Exit(const ctl::Console&)> run;
};

CLI::App* verb(CLI::App& app, const char* name, const char* description, Arguments& arguments,
               std::function<Exit(const ctl::Console&)> run) {
    auto* command = app.add_subcommand(name, description);
    command->callback([&arguments, run = std::move(run)] { arguments.run = run; });
    return command;
}

ctl::Patience patience(const Arguments& arguments) {
    return {arguments.wait, profile::parseDuration(arguments.timeout)};
}

void addWaiting(CLI::App* command, Arguments& arguments) {
    auto* wait = command->add_flag("--wait", arguments.wait, "wait until it is installed and tell how it goes");
    const auto isDuration = [](const std::string& text) -> std::string {
        try {
            profile::parseDuration(text);
            return {};
        } catch (const Error& error) {
            return error.what();
        }
    };
    command
        ->add_option("--timeout", arguments.timeout,
                     "with --wait: give up waiting after this time (30s, 5min); 0: never")
        ->type_name("TIME")
        ->needs(wait)
        ->check(isDuration, "", "")
        ->capture_default_str();
}

void addReading(CLI::App& app, Arguments& a) {
    auto* status = verb(app, "status", "how the certificates are, or one of them", a,
                        [&a](const auto& console) { return ctl::status(console, a.name); });
    status->add_option("NAME", a.name, "a certificate");
    auto* list = verb(app, "list", "names, usages and states", a,
                      [&a](const auto& console) { return ctl::list(console, a.all); });
    list->add_flag("--all", a.all, "also those that do not apply to this endpoint");
    auto* show = verb(app, "show", "one certificate in full", a,
                      [&a](const auto& console) { return ctl::show(console, a.name); });
    show->add_option("NAME", a.name, "a certificate")->required();
    auto* profiles = verb(app, "profiles", "the profiles as loaded, or one of them", a,
                          [&a](const auto& console) { return ctl::profiles(console, a.name); });
    profiles->add_option("FILE", a.name, "a profile's path or file name");
    verb(app, "ca", "the CAs that were met, with fingerprints and expiry", a,
         [](const auto& console) { return ctl::ca(console); });
    verb(app, "monitor", "tell what happens until interrupted", a,
         [](const auto& console) { return ctl::monitor(console); });
    verb(app, "version", "our version and the daemon's", a,
         [](const auto& console) { return ctl::version(console, SCEPD_VERSION); });
}

/// What no single option can tell. Throws CLI::ValidationError.
void checkRequest(const Arguments& a) {
    const bool selects = a.all || !a.groups.empty();
    if (a.names.empty() && !selects)
        throw CLI::ValidationError("request", "name a certificate, or say --all or --group GROUP");
    if (!a.names.empty() && selects) throw CLI::ValidationError("request", "either names, or --all or --group GROUP");
    if (!a.challengeFile.empty() && a.names.size() != 1)
        throw CLI::ValidationError("--challenge-file", "a challenge belongs to exactly one certificate: name it");
}

void addActions(CLI::App& app, Arguments& a) {
    auto* request = app.add_subcommand("request", "ask for certificates now; a valid one is left alone");
    request->add_option("NAME", a.names, "certificates");
    request->add_flag("--all", a.all, "every certificate that applies to this endpoint");
    request->add_option("--group", a.groups, "certificates of profiles for this group")
        ->type_name("GROUP")
        ->allow_extra_args(false);
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
    auto* renew = verb(app, "renew", "ask for new certificates in the place of valid ones", a,
                       [&a](const auto& console) { return ctl::renew(console, a.names, patience(a)); });
    renew->add_option("NAME", a.names, "certificates")->required();
    addWaiting(renew, a);
    auto* trace = verb(app, "trace", "one attempt with every message to the CA and back, decoded", a,
                       [&a](const auto& console) { return ctl::trace(console, a.name, patience(a).timeout); });
    trace->add_option("NAME", a.name, "a certificate")->required();
    auto* csr = verb(app, "csr", "print a request for a CA that is asked by hand", a,
                     [&a](const auto& console) { return ctl::csr(console, a.name); });
    csr->add_option("NAME", a.name, "a certificate")->required();
    auto* import = verb(app, "import", "take the certificate that such a CA gave", a,
                        [&a](const auto& console) { return ctl::import(console, a.name, a.file); });
    import->add_option("NAME", a.name, "a certificate")->required();
    import->add_option("FILE", a.file, "the certificate and its chain; -: from standard input")->required();
    verb(app, "reload", "make the daemon read the profiles again", a,
         [](const auto& console) { return ctl::reload(console); });
    auto* verify = verb(app, "verify", "check profiles without a daemon: all, or these files", a,
                        [&a](const auto& console) { return ctl::verify(console, a.files, a.root); });
    verify->add_option("FILE", a.files, "profiles, or a scepd.toml");
}

/// For a first word that is no verb: "there is no verb "stats"; did you mean "status"?"
std::string noSuchVerb(const CLI::App& app) {
    const auto words = app.remaining();
    if (!app.get_subcommands().empty() || words.empty() || words.front().starts_with('-')) return {};
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return fmt::format("scepctl: there is no verb \"{}\"{}\n", words.front(),
                       profile::didYouMean(words.front(), {names.begin(), names.end()}));
}

} // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Certificates that scepd keeps for this endpoint: how they are, and what to do about them.",
                 "scepctl");
    app.set_version_flag("--version", "scepctl " SCEPD_VERSION);
    app.add_option("--root", arguments.root, "configuration and state are below this directory")->type_name("DIR");
    app.add_flag("--json", arguments.json, "print JSON");
    app.add_flag("--no-legend", arguments.noLegend, "print neither headings nor summaries");
    app.require_subcommand(0, 1);
    app.fallthrough();
    addReading(app, arguments);
    addActions(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::cerr << noSuchVerb(app);
        return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
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
