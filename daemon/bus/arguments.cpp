#include "bus/arguments.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <systemd/sd-bus.h>

namespace scepd::bus {
namespace {

template <typename Value>
Value valueOf(const std::string& option, const sdbus::Variant& variant) {
    if (!variant.containsValueOfType<Value>()) invalid(fmt::format("the option {} has the wrong type", option));
    return variant.get<Value>();
}

/// A descriptor of our own: the one in the message is closed with it.
UniqueFd keep(const sdbus::UnixFd& fd) {
    UniqueFd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
    if (!copy) throw systemError("keep a file descriptor");
    return copy;
}

} // namespace

std::string objectPath(const std::string& certificate) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/scepd1/certificate", certificate.c_str(), &path) < 0)
        throw Error(Fault::local, "no memory for an object path");
    std::string result(path);
    std::free(path);
    return result;
}

void invalid(const std::string& text) {
    throw sdbus::Error("org.freedesktop.DBus.Error.InvalidArgs", text);
}

record::RequestOptions requestOptions(const Options& options) {
    record::RequestOptions result;
    for (const auto& [name, value] : options) {
        if (name == "renew")
            result.renew = valueOf<bool>(name, value);
        else if (name == "force")
            result.force = valueOf<bool>(name, value);
        else if (name == "challenge")
            result.challenge = keep(valueOf<sdbus::UnixFd>(name, value));
        else if (name == "trace")
            result.trace = keep(valueOf<sdbus::UnixFd>(name, value));
        else if (name == "groups")
            result.groups = valueOf<std::vector<std::string>>(name, value);
        else
            invalid(fmt::format("there is no option {}: renew, force, challenge, trace and groups are known", name));
    }
    return result;
}

} // namespace scepd::bus
