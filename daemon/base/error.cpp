#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace scepd {
namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 5> names{{
    {Fault::configuration, "configuration"},
    {Fault::unreachable, "unreachable"},
    {Fault::refused, "refused"},
    {Fault::protocol, "protocol"},
    {Fault::local, "local"},
}};

Code codeOfErrno(int number) {
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return Code::diskFull;
    case EROFS:
        return Code::readOnly;
    case EACCES:
    case EPERM:
        return Code::notPermitted;
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
        return Code::outOfResources;
    case EIO:
        return Code::inputOutput;
    default:
        return Code::local;
    }
}

} // namespace

Fault faultOf(Code code) {
    switch (static_cast<unsigned>(code) / 100) {
    case 1:
        return Fault::configuration;
    case 2:
        return Fault::unreachable;
    case 3:
        return Fault::refused;
    case 4:
        return Fault::protocol;
    default:
        return Fault::local;
    }
}

Code generalCode(Fault fault) {
    switch (fault) {
    case Fault::configuration:
        return Code::configuration;
    case Fault::unreachable:
        return Code::unreachable;
    case Fault::refused:
        return Code::refused;
    case Fault::protocol:
        return Code::protocol;
    case Fault::local:
        break;
    }
    return Code::local;
}

std::string_view name(Fault fault) {
    for (const auto& [value, text] : names)
        if (value == fault) return text;
    return "local";
}

Fault faultFromName(std::string_view text) {
    for (const auto& [value, word] : names)
        if (word == text) return value;
    throw Error(Fault::local, "no such fault: " + std::string(text));
}

Error systemError(std::string_view action) {
    const auto number = errno;
    return {codeOfErrno(number), std::string(action) + ": " + std::generic_category().message(number)};
}

} // namespace scepd
