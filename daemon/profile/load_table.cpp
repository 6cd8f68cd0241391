#include "profile/load_table.hpp"

#include "profile/quantity.hpp"
#include "profile/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace scepd::profile {
namespace {

constexpr std::size_t longestText = 500;
constexpr std::size_t mostFindings = 100;

std::string_view typeName(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::string:
        return "a text";
    case toml::node_type::integer:
        return "a whole number";
    case toml::node_type::floating_point:
        return "a number";
    case toml::node_type::boolean:
        return "true or false";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::table:
        return "a table";
    default:
        return "a date or time";
    }
}

Place placeIn(const toml::source_region& source) {
    return {source.begin.line, source.begin.column};
}

std::pair<std::uint32_t, std::uint32_t> orderInFile(const std::pair<std::string, Place>& key) {
    return {key.second.line, key.second.column};
}

} // namespace

bool Findings::failed() const {
    return std::ranges::any_of(
        diagnostics_, [](const Diagnostic& finding) { return finding.severity == Diagnostic::Severity::error; });
}

bool Findings::isFull() const {
    return diagnostics_.size() >= mostFindings;
}

std::vector<Diagnostic> Findings::sorted() const {
    auto result = diagnostics_;
    std::ranges::stable_sort(result, {},
                             [](const Diagnostic& finding) { return std::tie(finding.line, finding.column); });
    if (result.size() <= mostFindings) return result;
    const auto left = result.size() - mostFindings;
    result.resize(mostFindings);
    result.push_back({file_, 0, 0, Diagnostic::Severity::error, fmt::format("{} more findings are not shown", left)});
    return result;
}

void Findings::add(Place place, Diagnostic::Severity severity, const std::string& text) {
    diagnostics_.push_back({file_, place.line, place.column, severity, presentable(text, longestText)});
}

Table::Table(const toml::table& table, std::string name, Findings& findings)
    : table_(&table), name_(std::move(name)), findings_(&findings) {}

Place Table::placeOf(const toml::node& node) {
    return placeIn(node.source());
}

Place Table::place() const {
    return placeOf(*table_);
}

Place Table::at(std::string_view key) const {
    const auto* const node = table_->get(key);
    return node == nullptr ? place() : placeOf(*node);
}

const toml::node* Table::find(std::string_view key) {
    known_.emplace(key);
    return table_->get(key);
}

bool Table::isKnown(std::string_view key) const {
    return known_.contains(key);
}

void Table::report(std::string_view key, Place place, std::string_view reason) {
    findings_->error(place, fmt::format("{}: {}", key, reason));
}

void Table::error(std::string_view reason) {
    report(name_, place(), reason);
}

void Table::error(std::string_view key, std::string_view reason) {
    report(key, at(key), reason);
}

void Table::warning(std::string_view key, std::string_view reason) {
    findings_->warning(at(key), fmt::format("{}: {}", key, reason));
}

void Table::missing(std::string_view key, std::string_view example) {
    findings_->error(place(), fmt::format("{}{}{} is missing; write for instance {}", name_, name_.empty() ? "" : ": ",
                                          key, example));
}

void Table::wrongType(std::string_view key, const toml::node& node, std::string_view wanted) {
    report(key, placeOf(node), fmt::format("expected {}, found {}", wanted, typeName(node)));
}

std::optional<std::string> Table::stringOf(std::string_view key, const toml::node& node) {
    const auto* const value = node.as_string();
    if (value == nullptr)
        wrongType(key, node, "a text in quotation marks");
    else if (hasControlCharacter(value->get()))
        report(key, placeOf(node), "holds a control character, such as a line break or a tab");
    else
        return value->get();
    return std::nullopt;
}

std::optional<std::string> Table::freeText(std::string_view key) {
    const auto* const node = find(key);
    return node == nullptr ? std::nullopt : stringOf(key, *node);
}

std::optional<std::string> Table::text(std::string_view key) {
    auto value = freeText(key);
    if (!value || !value->empty()) return value;
    error(key, "is empty; give it a value or leave the line out");
    return std::nullopt;
}

std::optional<bool> Table::flag(std::string_view key) {
    const auto* const node = find(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* const value = node->as_boolean()) return value->get();
    wrongType(key, *node, "true or false without quotation marks");
    return std::nullopt;
}

std::optional<unsigned> Table::count(std::string_view key, unsigned smallest, unsigned largest) {
    const auto* const node = find(key);
    if (node == nullptr) return std::nullopt;
    const auto* const value = node->as_integer();
    if (value == nullptr)
        wrongType(key, *node, "a whole number without quotation marks");
    else if (value->get() < smallest || value->get() > largest)
        error(key, fmt::format("{} is not between {} and {}", value->get(), smallest, largest));
    else
        return static_cast<unsigned>(value->get());
    return std::nullopt;
}

std::optional<std::string> Table::textOrZero(std::string_view key, std::string_view remedy) {
    const auto* const node = find(key);
    if (node == nullptr || (!node->is_integer() && !node->is_floating_point())) return text(key);
    if (node->is_integer() && node->as_integer()->get() == 0) return "0";
    report(key, placeOf(*node), fmt::format("a bare number does not say what it counts; {}", remedy));
    return std::nullopt;
}

std::optional<Duration> Table::duration(std::string_view key) {
    const auto value = textOrZero(key, R"(write a text with a unit, such as "30s", "10min" or "30d")");
    return value ? attempt(key, at(key), *value, parseDuration) : std::nullopt;
}

std::optional<Duration> Table::positiveDuration(std::string_view key) {
    auto value = duration(key);
    if (!value || *value > Duration::zero()) return value;
    error(key, "must be longer than 0");
    return std::nullopt;
}

const toml::array* Table::array(std::string_view key) {
    const auto* const node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_array()) wrongType(key, *node, R"(a list of texts, such as ["a", "b"])");
    return node->as_array();
}

std::optional<Table> Table::table(std::string_view key) {
    const auto* const node = find(key);
    if (node == nullptr) return std::nullopt;
    const std::string inner =
        name_.empty() ? std::string(key) : fmt::format("{}.{}", name_.substr(1, name_.size() - 2), key);
    if (const auto* const value = node->as_table()) return Table(*value, fmt::format("[{}]", inner), *findings_);
    wrongType(key, *node, fmt::format("a table, written [{}]", inner));
    return std::nullopt;
}

std::optional<std::vector<Table>> Table::tables(std::string_view key) {
    const auto* const node = find(key);
    if (node == nullptr) return std::nullopt;
    const std::string inner = fmt::format("[[{}.{}]]", name_.substr(1, name_.size() - 2), key);
    if (!node->is_array()) {
        wrongType(key, *node, fmt::format("a list of tables, each written {} with two brackets", inner));
        return std::nullopt;
    }
    std::vector<Table> result;
    for (const auto& element : *node->as_array()) {
        if (const auto* const value = element.as_table())
            result.emplace_back(*value, inner, *findings_);
        else
            wrongType(key, element, fmt::format("a table, written {}", inner));
    }
    return result;
}

std::vector<std::pair<std::string, Place>> Table::names() {
    std::vector<std::pair<std::string, Place>> result;
    for (const auto& [key, node] : *table_) {
        result.emplace_back(std::string(key.str()), placeIn(key.source()));
        find(key.str());
    }
    std::ranges::sort(result, {}, orderInFile);
    return result;
}

std::vector<std::pair<std::string, Place>> Table::innerTables() const {
    std::vector<std::pair<std::string, Place>> result;
    for (const auto& [key, node] : *table_)
        if (node.is_table()) result.emplace_back(std::string(key.str()), placeIn(key.source()));
    std::ranges::sort(result, {}, orderInFile);
    return result;
}

void Table::finish() {
    const std::vector<std::string_view> candidates(known_.begin(), known_.end());
    const std::string where = name_.empty() ? std::string() : " in " + name_;
    for (const auto& [key, node] : *table_) {
        if (isKnown(key.str())) continue;
        const auto help = findings_->isFull() ? std::string() : didYouMean(key.str(), candidates);
        findings_->error(placeIn(key.source()), fmt::format("unknown key {}{}{}", inQuotes(key.str()), where, help));
    }
}

} // namespace scepd::profile
