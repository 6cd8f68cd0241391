#pragma once

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

/// What sdbus-c++ 1.2 keeps to itself of libsystemd. Member pointers named through a derived class may reach what is
/// protected.
namespace scepd::bus::raw {

/// A message of libsystemd as one of sdbus-c++ (`Kind`: MethodCall, PropertyGetReply), which keeps a reference to it.
template <typename Kind>
class Wrapped : public Kind {
public:
    /// `other` is any message of the same connection.
    Wrapped(sd_bus_message* message, const sdbus::Message& other) : Kind(message, other.*(&Wrapped::sdbus_)) {}
};

/// libsystemd's message behind one of sdbus-c++, whose it stays.
inline sd_bus_message* behind(const sdbus::Message& message) {
    class Reach : public sdbus::Message {
    public:
        static void* message(const sdbus::Message& of) { return of.*(&Reach::msg_); }
    };
    return static_cast<sd_bus_message*>(Reach::message(message));
}

} // namespace scepd::bus::raw
