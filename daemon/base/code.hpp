#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace scepd {

/// What the catalogue says of a code: what scepd-errors(7), the journal (journalctl -x) and "scepctl explain" tell.
struct CatalogueEntry {
    Code code;
    std::string_view title;  ///< What happened, for a line.
    std::string_view cause;  ///< Why, in whole sentences.
    std::string_view remedy; ///< What a person can do, in whole sentences; empty for what needs nothing.
};

/// All of them, by their numbers.
std::span<const CatalogueEntry> catalogue();

/// Every code has an entry.
const CatalogueEntry& entryOf(Code code);

/// "SCEPD-201", in all places where people meet it.
std::string name(Code code);

/// The inverse of name(Code), whatever the case of its letters; nullopt for what is no code of the catalogue.
std::optional<Code> codeFromName(std::string_view text);

/// True for what went wrong, false for what the journal tells without being asked.
bool isError(Code code);

/// True for the first of a hundred: nothing more is known than the fault.
bool isGeneral(Code code);

/// The MESSAGE_ID of journal entries with this code, 32 lower-case hexadecimal digits (systemd.journal-fields(7)).
std::string messageId(Code code);

/// "SENTENCE (SCEPD-201)": how an error travels on the bus. A general code is not worth the room.
std::string withCode(const Error& error);

/// The error that withCode() wrote; without a code that of the fault.
Error errorFrom(Fault fault, const std::string& text);

} // namespace scepd
