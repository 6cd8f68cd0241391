#include "ctl/usage.hpp"

#include "ctl/failure.hpp"
#include "profile/suggest.hpp"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

/// For a first word that is no verb: "there is no verb "stats"; did you mean "status"?"
std::optional<std::string> noSuchVerb(const CLI::App& app) {
    const auto words = app.remaining();
    if (!app.get_subcommands().empty() || words.empty() || words.front().starts_with('-')) return std::nullopt;
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return fmt::format("there is no verb \"{}\"{}", words.front(),
                       profile::didYouMean(words.front(), {names.begin(), names.end()}));
}

} // namespace

Exit reportUsage(const Console& console, const CLI::App& app, const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const auto verb = chosen.empty() ? std::string() : chosen.front()->get_name() + " ";
    const auto place = chosen.empty() ? std::string() : chosen.front()->get_name() + ": ";
    report(console, {Exit::usage, noSuchVerb(app).value_or(place + error.what()),
                     fmt::format("\"scepctl {}--help\" tells how it is written.", verb)});
    return Exit::usage;
}

} // namespace scepd::ctl
