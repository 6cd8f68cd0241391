#include "ctl/console.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

constexpr unsigned usualWidth = 80;

unsigned terminalWidth() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usualWidth;
    return size.ws_col;
}

bool wantsColour() {
    const char* none = std::getenv("NO_COLOR");
    const char* type = std::getenv("TERM");
    return (none == nullptr || *none == '\0') && type != nullptr && std::string_view(type) != "dumb";
}

} // namespace

Console systemConsole() {
    Console console{.out = std::cout, .err = std::cerr};
    console.terminal = ::isatty(STDOUT_FILENO) == 1;
    console.interactive = ::isatty(STDIN_FILENO) == 1;
    if (!console.terminal) return console;
    console.width = terminalWidth();
    console.colour = wantsColour();
    return console;
}

} // namespace scepd::ctl
