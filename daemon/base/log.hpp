#pragma once

#include "base/error.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace scepd::log {

/// syslog's levels, as far as we use them.
enum class Level { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

/// Additional journal fields: ("SCEPD_CERTIFICATE", "wifi").
using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// One line: with fields to the journal when standard error is the journal's, otherwise "<6>text" cut to "text" on
/// standard error. Control characters become "?". Debug lines appear only with SCEPD_DEBUG=1 in the environment. Never
/// give it a secret.
void write(Level level, std::string_view text, const Fields& fields = {});

/// While this lives, all lines go to `receiver` and nowhere else, without fields: for a program that works for another
/// one, which says how often they are told. One at a time.
class Diversion {
public:
    explicit Diversion(std::function<void(Level, const std::string& line)> receiver);
    ~Diversion();
    Diversion(const Diversion&) = delete;
    Diversion& operator=(const Diversion&) = delete;
};

/// What the journal keeps beside a line of the catalogue: MESSAGE_ID, with which journalctl -x finds cause and remedy,
/// and for errors SCEPD_ERROR, such as "SCEPD-201".
Fields fieldsOf(Code code);

/// Fields of every line while this lives, for programs and calls that work for one certificate: ("SCEPD_CERTIFICATE",
/// "wifi"). They live one within the other.
class Scope {
public:
    explicit Scope(Fields fields);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

private:
    std::size_t before_;
};

template <typename... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::error, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::warning, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void notice(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::notice, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::debug, fmt::format(text, std::forward<Args>(args)...));
}

} // namespace scepd::log
