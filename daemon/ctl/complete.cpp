#include "ctl/complete.hpp"

#include "ctl/text.hpp"

#include <algorithm>
#include <ostream>

namespace scepd::ctl {
namespace {

using Words = std::vector<std::string>;

class Completion {
public:
    Completion(const Console& console, const Words& words, const NamesOf& names)
        : console_(console), word_(words.empty() ? std::string() : words.back()), names_(names) {}

    void offer(const std::string& text, const std::string& description) const {
        if (text.starts_with(word_)) console_.out << printable(text) << '\t' << printable(description) << '\n';
    }
    void offerOptions(const VerbFacts& verb) const {
        for (const auto& option : verb.options)
            for (const auto& name : option.names)
                if (name.starts_with("--")) offer(name, option.description);
    }
    void offerVerbs(const std::vector<VerbFacts>& verbs) const {
        for (const auto& verb : verbs)
            offer(verb.name, verb.description);
    }
    /// What stands for a word in the usage tells what it can be.
    void offerValue(const std::string& kind) const {
        if (kind.contains("NAME"))
            for (const auto& [name, state] : names_())
                offer(name, state);
        if (kind.contains("FILE") || kind.contains("DIR")) console_.out << ":files\n";
    }
    [[nodiscard]] bool isOption() const { return word_.starts_with('-'); }

private:
    const Console& console_;
    std::string word_;
    const NamesOf& names_;
};

const OptionFacts* optionOf(const VerbFacts& verb, const std::string& word) {
    const auto found = std::ranges::find_if(
        verb.options, [&](const auto& option) { return std::ranges::find(option.names, word) != option.names.end(); });
    return found == verb.options.end() ? nullptr : &*found;
}

/// The option before the last word, when that word is its value.
const OptionFacts* optionWithValue(const Words& words, const VerbFacts& general, const VerbFacts* verb) {
    if (words.size() < 2) return nullptr;
    const auto& before = words[words.size() - 2];
    const auto* option = verb != nullptr ? optionOf(*verb, before) : nullptr;
    if (option == nullptr) option = optionOf(general, before);
    return option != nullptr && !option->value.empty() ? option : nullptr;
}

/// The verb among the words before the last.
const VerbFacts* verbIn(const Words& words, const std::vector<VerbFacts>& verbs) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        if (const auto found = std::ranges::find(verbs, words[i], &VerbFacts::name); found != verbs.end())
            return &*found;
    return nullptr;
}

} // namespace

void complete(const Console& console, const VerbFacts& general, const std::vector<VerbFacts>& verbs, const Words& words,
              const NamesOf& names) {
    const Completion completion(console, words, names);
    const auto* verb = verbIn(words, verbs);
    if (const auto* option = optionWithValue(words, general, verb)) return completion.offerValue(option->value);
    if (completion.isOption()) {
        if (verb != nullptr) completion.offerOptions(*verb);
        return completion.offerOptions(general);
    }
    if (verb == nullptr) return completion.offerVerbs(verbs);
    for (const auto& kind : verb->positionals)
        completion.offerValue(kind);
}

} // namespace scepd::ctl
