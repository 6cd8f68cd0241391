#pragma once

#include "profile/profile.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scepd::profile {

/// Gives a variable's value, or nullopt when it is not known now.
using Lookup = std::function<std::optional<std::string>(const std::string& variable)>;

/// The text with every ${variable} (and the spellings of other products: %username%, $USERNAME, ...) replaced; `$$` and
/// `%%` are literal. Throws Error{configuration} that names the variable which cannot be resolved: nothing expands to
/// nothing.
std::string expand(const std::string& text, const Lookup& lookup);

/// The canonical names of all variables that a text uses, in order of appearance, each once. Throws
/// Error{configuration} for an unfinished "${".
std::vector<std::string> variablesIn(const std::string& text);

/// True when the subject or an alternative name of the certificate hangs on a variable.
bool usesVariables(const Certificate& certificate);

/// A certificate's names with all variables expanded; the values are not escaped further, they are values, not text.
struct Names {
    Subject subject;
    std::vector<SanName> san;

    bool operator==(const Names&) const = default;
};

/// Throws Error{configuration} naming the first variable that cannot be resolved.
Names expandNames(const Certificate& certificate, const Lookup& lookup);

} // namespace scepd::profile
