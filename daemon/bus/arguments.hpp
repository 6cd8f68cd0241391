#pragma once

#include "record/request.hpp"

#include <map>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

/// What callers write and what they read: object paths and the options of Request, in both interfaces.
namespace scepd::bus {

using Options = std::map<std::string, sdbus::Variant>;

/// The object of a certificate. Throws Error{local} when memory is out.
std::string objectPath(const std::string& certificate);

/// Refuses what a caller wrote: throws org.freedesktop.DBus.Error.InvalidArgs.
[[noreturn]] void invalid(const std::string& text);

/// The options renew, force, challenge, trace and groups. Throws InvalidArgs for another one or one of another type.
/// The descriptors are our own: those in the message are closed with it.
record::RequestOptions requestOptions(const Options& options);

} // namespace scepd::bus
