#include "ctl/verbs.hpp"

#include "base/error.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace scepd::ctl {
namespace {

using record::Rule;

std::string fileName(const std::string& path) {
    return std::filesystem::path(path).filename().string();
}

Json::Object json(const Rule& rule) {
    return {{"file", rule.file},
            {"applies", rule.applies},
            {"groups", strings(rule.groups)},
            {"description", rule.description},
            {"urls", strings(rule.urls)},
            {"trust", rule.trust},
            {"certificates", strings(rule.certificates)}};
}

void printTable(const Console& console, const std::vector<Rule>& rules) {
    Table table({"PROFILE", "APPLIES", "GROUPS", "CERTIFICATES", "CA"});
    for (const auto& rule : rules)
        table.add({{rule.file, fileName(rule.file), Colour::none},
                   {rule.applies ? "yes" : "no", "", rule.applies ? Colour::green : Colour::grey},
                   {rule.groups.empty() ? "all" : joined(rule.groups), "", Colour::none},
                   {joined(rule.certificates), "", Colour::none},
                   {joined(rule.urls), rule.urls.empty() ? "" : rule.urls.front(), Colour::none}});
    table.print(console);
    if (table.empty() && console.legend)
        console.out
            << "No profiles are loaded.\nRemedy: put one into /etc/scepd/profiles.d; \"scepctl verify\" checks it.\n";
}

void printOne(const Console& console, const Rule& rule) {
    Fields fields;
    fields.add("Profile", rule.file);
    fields.add("Description", rule.description);
    fields.add("Applies here", rule.applies ? "yes" : "no");
    fields.add("Groups", rule.groups.empty() ? "all" : joined(rule.groups));
    fields.add("CA", joined(rule.urls));
    fields.add("Trust", rule.trust);
    fields.add("Certificates", joined(rule.certificates));
    fields.print(console);
}

template <typename Items>
void keepOnly(Items& items, const std::string& file) {
    std::erase_if(items, [&](const auto& item) { return item.file != file && fileName(item.file) != file; });
}

} // namespace

Exit profiles(const Console& console, const std::string& file) {
    Daemon daemon(console.interactive);
    auto rules = daemon.profiles();
    auto findings = daemon.diagnostics();
    if (!file.empty()) {
        keepOnly(rules, file);
        keepOnly(findings, file);
        if (rules.empty() && findings.empty())
            throw Error(Fault::configuration,
                        fmt::format("no profile {} is loaded; \"scepctl profiles\" names them", file));
    }
    if (console.json) {
        Json::Array rows;
        for (const auto& rule : rules)
            rows.emplace_back(json(rule));
        console.out << document({{"profiles", std::move(rows)}, {"diagnostics", ctl::json(findings)}});
        return Exit::done;
    }
    if (file.empty()) printTable(console, rules);
    for (const auto& rule : rules)
        if (!file.empty()) printOne(console, rule);
    if (!findings.empty()) console.out << '\n';
    print(console, findings);
    return Exit::done;
}

} // namespace scepd::ctl
