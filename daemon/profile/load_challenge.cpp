#include "profile/load_parts.hpp"
#include "profile/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace scepd::profile {
namespace {

enum class Type { none, fixed, dynamic, command };
constexpr std::array typeWords{Word<Type>{"none", Type::none}, Word<Type>{"static", Type::fixed},
                               Word<Type>{"dynamic", Type::dynamic}, Word<Type>{"command", Type::command}};

constexpr std::array keyOwners{
    Word<Type>{"value", Type::fixed},
    Word<Type>{"file", Type::fixed},
    Word<Type>{"credential", Type::fixed},
    Word<Type>{"url", Type::dynamic},
    Word<Type>{"username", Type::dynamic},
    Word<Type>{"password-file", Type::dynamic},
    Word<Type>{"password-credential", Type::dynamic},
    Word<Type>{"argv", Type::command},
};

void exactlyOne(Table& table, std::span<const std::string_view> keys, std::string_view type) {
    const auto given = std::ranges::count_if(keys, [&](std::string_view key) { return table.has(key); });
    if (given == 1) return;
    table.error(
        fmt::format("type = \"{}\" needs {} of {}", type, given == 0 ? "one" : "exactly one", fmt::join(keys, ", ")));
}

StaticChallenge readStatic(Table& table) {
    StaticChallenge challenge;
    if (const auto value = table.text("value")) challenge.value = Secret(*value);
    challenge.file = table.parsed("file", parsePath);
    challenge.credential = table.parsed("credential", parseFileName);
    exactlyOne(table, std::array<std::string_view, 3>{"value", "file", "credential"}, "static");
    return challenge;
}

DynamicChallenge readDynamic(Table& table) {
    DynamicChallenge challenge;
    if (!table.has("url")) table.missing("url", "url = \"https://ndes.example.com/certsrv/mscep_admin/\"");
    if (!table.has("username")) table.missing("username", R"(username = "CORP\\svc-scep")");
    challenge.url = table.parsed("url", parseUrl).value_or("");
    challenge.username = table.text("username").value_or("");
    challenge.passwordFile = table.parsed("password-file", parsePath);
    challenge.passwordCredential = table.parsed("password-credential", parseFileName);
    exactlyOne(table, std::array<std::string_view, 2>{"password-file", "password-credential"}, "dynamic");
    return challenge;
}

CommandChallenge readCommand(Table& table) {
    if (!table.has("argv")) table.missing("argv", R"(argv = ["/usr/local/bin/challenge"])");
    auto argv = table.parsedList("argv", anyText).value_or(std::vector<std::string>{});
    if (table.has("argv") && (argv.empty() || !argv.front().starts_with('/')))
        table.error("argv", "begins with the absolute path of a program");
    return {std::move(argv)};
}

/// Every key of the table is known; one that another type would read is a mistake of its own.
void refuseForeignKeys(Table& table, Type type) {
    for (const auto& [key, owner] : keyOwners) {
        if (owner == type || !table.has(key)) continue;
        table.error(key, fmt::format(R"(belongs to type = "{}", but type is "{}")", wordFor(typeWords, owner),
                                     wordFor(typeWords, type)));
    }
}

} // namespace

Challenge readChallenge(Table table) {
    Challenge challenge;
    const auto type = table.choice("type", typeWords).value_or(Type::none);
    if (type == Type::fixed) challenge.source = readStatic(table);
    if (type == Type::dynamic) challenge.source = readDynamic(table);
    if (type == Type::command) challenge.source = readCommand(table);
    challenge.once = table.flag("once").value_or(false);
    refuseForeignKeys(table, type);
    table.know(allWords(keyOwners));
    table.finish();
    return challenge;
}

} // namespace scepd::profile
