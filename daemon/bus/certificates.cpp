#include "bus/certificates.hpp"

#include "bus/arguments.hpp"
#include "bus/raw.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>

namespace scepd::bus {
namespace {

constexpr auto root = "/org/scepd1/certificate";
constexpr auto interface = "org.scepd1.Certificate";

using Text = std::unique_ptr<char, decltype(&std::free)>;

std::optional<std::string> nameIn(const char* path) {
    char* name = nullptr;
    if (sd_bus_path_decode(path, root, &name) <= 0) return std::nullopt;
    return std::string(Text(name, std::free).get());
}

sd_bus* busOf(const sdbus::Message& message) {
    return sd_bus_message_get_bus(raw::behind(message));
}

void require(int result, const char* what) {
    if (result < 0) throw sdbus::Error("org.scepd1.Error.Local", std::string(what) + ": " + std::strerror(-result));
}

/// Body of what libsystemd calls, through which nothing can be thrown.
template <typename Body>
int guarded(sd_bus_error* error, Body body) noexcept {
    try {
        return answer(body);
    } catch (const sdbus::Error& thrown) {
        return sd_bus_error_set(error, thrown.getName().c_str(), thrown.getMessage().c_str());
    }
}

// What a property's value is on the bus.
template <typename Value>
Value shown(Value value) {
    return value;
}
std::uint64_t shown(Time time) {
    return microseconds(time);
}

template <typename Value>
auto read(const record::Status& status, Value record::Status::*member) {
    return shown(status.*member);
}
template <typename Value>
auto read(const record::Status& status, Value record::Held::*member) {
    return shown(status.held ? (*status.held).*member : Value());
}
auto read(const record::Status& status, auto function) {
    return function(status);
}

std::vector<sdbus::Struct<std::string, std::string, std::string>> rowsOf(const std::vector<record::TargetState>& all) {
    std::vector<sdbus::Struct<std::string, std::string, std::string>> rows;
    for (const auto& target : all)
        rows.emplace_back(target.target, target.state, target.detail);
    return rows;
}

/// `names` are those of the arguments and of the results, each with a NUL behind it.
sd_bus_vtable method(const char* name, const char* arguments, const char* results, const char* names,
                     sd_bus_message_handler_t handler) {
    return SD_BUS_METHOD_WITH_NAMES(name, arguments, names, results, , handler, SD_BUS_VTABLE_UNPRIVILEGED);
}

sd_bus_vtable property(const char* name, const char* signature, sd_bus_property_get_t get,
                       std::uint32_t flags = SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE) {
    return SD_BUS_PROPERTY(name, signature, get, 0, flags);
}

} // namespace

/// What libsystemd calls.
struct Certificates::Calls {
    using Objects = std::map<std::string, Found>;

    static int find(sd_bus* /*bus*/, const char* path, const char* /*interface*/, void* data, void** found,
                    sd_bus_error* error) {
        return guarded(error, [&] {
            auto& objects = *static_cast<Objects*>(data);
            const auto name = nameIn(path);
            const auto object = name ? objects.find(*name) : objects.end();
            if (object == objects.end()) return 0;
            *found = &object->second;
            return 1;
        });
    }

    static int paths(sd_bus* /*bus*/, const char* /*prefix*/, void* data, char*** paths, sd_bus_error* error) {
        return guarded(error, [&] {
            const auto& objects = *static_cast<const Objects*>(data);
            auto** path = static_cast<char**>(std::calloc(objects.size() + 1, sizeof(char*)));
            if (path == nullptr) throw std::bad_alloc();
            *paths = path;
            for (const auto& [name, object] : objects)
                *path++ = ::strdup(objectPath(name).c_str());
            return 1;
        });
    }

    template <void (CertificateObject::*method)(sdbus::MethodCall&)>
    static int call(sd_bus_message* message, void* data, sd_bus_error* error) {
        return guarded(error, [&] {
            auto& found = *static_cast<Found*>(data);
            raw::Wrapped<sdbus::MethodCall> call(message, found.connection);
            (found.object.*method)(call);
            return 1;
        });
    }

    template <auto value>
    static int get(sd_bus* /*bus*/, const char* /*path*/, const char* /*interface*/, const char* /*property*/,
                   sd_bus_message* message, void* data, sd_bus_error* error) {
        return guarded(error, [&] {
            const auto& found = *static_cast<const Found*>(data);
            raw::Wrapped<sdbus::PropertyGetReply> reply(message, found.connection);
            reply << read(found.object.status(), value);
            return 1;
        });
    }

    static const sd_bus_vtable* members();
};

/// As dbus/org.scepd1.Certificate.xml has them.
const sd_bus_vtable* Certificates::Calls::members() {
    using Object = CertificateObject;
    using Status = record::Status;
    using Held = record::Held;
    static const std::array table{
        sd_bus_vtable SD_BUS_VTABLE_START(0),
        method("Request", "a{sv}", "", "options\0", call<&Object::request>),
        method("Cancel", "", "", "", call<&Object::cancel>),
        method("CreateRequest", "", "s", "request\0", call<&Object::createRequest>),
        method("Import", "s", "", "pem\0", call<&Object::import>),
        method("Rollback", "u", "", "generation\0", call<&Object::rollback>),
        method("Redeploy", "", "", "", call<&Object::redeploy>),
        method("Purge", "", "", "", call<&Object::purge>),
        method("Explain", "", "a{sv}", "explanation\0", call<&Object::explain>),
        method("ListGenerations", "", "a(usssttt)", "generations\0", call<&Object::listGenerations>),
        method("GetPem", "s", "s", "what\0pem\0", call<&Object::getPem>),
        property("Name", "s", get<&Status::name>, SD_BUS_VTABLE_PROPERTY_CONST),
        property("Profile", "s", get<&Status::profile>),
        property("Usage", "s", get<&Status::usage>),
        property("State", "s", get<[](const Status& status) { return std::string(record::name(status.state)); }>),
        property("Reason", "s", get<&Status::reason>),
        property("Remedy", "s", get<&Status::remedy>),
        property("Subject", "s", get<&Held::subject>),
        property("Issuer", "s", get<&Held::issuer>),
        property("SerialNumber", "s", get<&Held::serialNumber>),
        property("Fingerprint", "s", get<&Held::fingerprint>),
        property("SubjectAlternativeNames", "as", get<&Held::san>),
        property("NotBefore", "t", get<&Held::notBefore>),
        property("NotAfter", "t", get<&Held::notAfter>),
        property("KeyType", "s", get<&Held::keyType>),
        property("Generation", "u", get<&Held::generation>),
        property("NextAction", "s",
                 get<[](const Status& status) { return std::string(record::name(status.nextAction)); }>),
        property("NextActionTime", "t", get<&Status::nextActionTime>),
        property("NextActionReason", "s", get<&Status::nextActionReason>),
        property("LastAttemptTime", "t", get<&Status::lastAttempt>),
        property("LastErrorCode", "s", get<&Status::lastErrorCode>),
        property("LastError", "s", get<&Status::lastError>),
        property("Attempts", "u", get<&Status::attempts>),
        property("AttemptPhase", "s", get<&Status::phase>),
        property("DeployedGeneration", "u", get<&Status::deployedGeneration>),
        property("Targets", "a(sss)", get<[](const Status& status) { return rowsOf(status.targets); }>),
        sd_bus_vtable SD_BUS_VTABLE_END,
    };
    return table.data();
}

Certificates::Certificates(sdbus::IConnection& connection, Handlers& handlers, Access& access)
    : handlers_(handlers),
      access_(access),
      connection_(sdbus::createProxy(connection, "org.scepd1", root)->createMethodCall(interface, "Cancel")) {
    auto* bus = busOf(connection_);
    sd_bus_slot* slot = nullptr;
    require(sd_bus_add_fallback_vtable(bus, &slot, root, interface, Calls::members(), Calls::find, &objects_),
            "show certificates on the bus");
    members_.reset(slot);
    require(sd_bus_add_node_enumerator(bus, &slot, root, Calls::paths, &objects_), "list certificates on the bus");
    paths_.reset(slot);
}

void Certificates::add(const record::Status& status) {
    objects_.try_emplace(status.name, CertificateObject(status, handlers_, access_), connection_);
    sd_bus_emit_object_added(busOf(connection_), objectPath(status.name).c_str());
}

void Certificates::remove(const std::string& name) {
    if (!objects_.contains(name)) return;
    sd_bus_emit_object_removed(busOf(connection_), objectPath(name).c_str());
    objects_.erase(name);
}

void Certificates::changed(const std::string& name, const std::vector<std::string>& properties) {
    std::vector<char*> list;
    for (const auto& property : properties)
        list.push_back(const_cast<char*>(property.c_str())); // libsystemd only reads them
    list.push_back(nullptr);
    sd_bus_emit_properties_changed_strv(busOf(connection_), objectPath(name).c_str(), interface, list.data());
}

} // namespace scepd::bus
