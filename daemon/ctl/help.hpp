#pragma once

#include "ctl/text.hpp"

#include <memory>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::ctl {

/// "--help" within 80 columns and in plain words: names of values instead of their types, and defaults in brackets.
class Help : public CLI::Formatter {
public:
    Help() {
        column_width(28);
        label("SUBCOMMAND", "VERB");
        label("OPTIONS", "OPTION...");
        label("Positionals", "Arguments");
    }

    [[nodiscard]] std::string make_subcommand(const CLI::App* verb) const override {
        constexpr std::size_t widestVerb = 14;
        std::ostringstream out;
        CLI::detail::format_help(out, verb->get_name(), folded(verb->get_description(), widestVerb), widestVerb);
        return out.str();
    }

    [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override {
        const bool hasValue = option->get_type_size() != 0 && !option->get_positional();
        return hasValue ? " " + option->get_type_name() : std::string();
    }

    [[nodiscard]] std::string make_option_desc(const CLI::Option* option) const override {
        const auto& initial = option->get_default_str();
        const auto& text = option->get_description();
        return folded(initial.empty() ? text : fmt::format("{} (default: {})", text, initial), get_column_width());
    }

    [[nodiscard]] std::string make_description(const CLI::App* verb) const override {
        return paragraphs(verb->get_description()) + "\n";
    }

    [[nodiscard]] std::string make_footer(const CLI::App* verb) const override {
        const auto footer = verb->get_footer();
        return footer.empty() ? footer : paragraphs(footer) + "\n";
    }

private:
    static constexpr std::size_t width = 80;

    /// Divided by empty lines; within one, lines end where the terminal does.
    static std::string paragraphs(std::string text) {
        std::string result;
        for (auto end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
            result += folded(text.substr(0, end), 0) + "\n\n";
            text.erase(0, end + 2);
        }
        return result + folded(text, 0);
    }

    static std::string folded(const std::string& text, std::size_t indent) {
        return fmt::format("{}", fmt::join(wrapped(text, width - indent), "\n"));
    }
};

} // namespace scepd::ctl
