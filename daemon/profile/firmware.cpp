#include "profile/firmware.hpp"

#include "profile/text.hpp"

#include <fmt/format.h>

#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string_view>

namespace scepd::profile {
namespace {

using Value = std::optional<std::string>;

struct BusCloser {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
struct MessageCloser {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, BusCloser>;
using Message = std::unique_ptr<sd_bus_message, MessageCloser>;

constexpr std::chrono::microseconds patience = std::chrono::seconds(5);

Bus systemBus() {
    sd_bus* bus = nullptr;
    return sd_bus_open_system(&bus) < 0 ? Bus() : Bus(bus);
}

Message question(sd_bus* bus, const char* method) {
    sd_bus_message* message = nullptr;
    const int result = sd_bus_message_new_method_call(
        bus, &message, "org.freedesktop.hostname1", "/org/freedesktop/hostname1", "org.freedesktop.hostname1", method);
    return result < 0 ? Message() : Message(message);
}

Message answer(sd_bus* bus, const Message& asked) {
    sd_bus_message* reply = nullptr;
    const int result = sd_bus_call(bus, asked.get(), static_cast<std::uint64_t>(patience.count()), nullptr, &reply);
    return result < 0 ? Message() : Message(reply);
}

Value serialFromBus() {
    const Bus bus = systemBus();
    const Message asked = bus ? question(bus.get(), "GetHardwareSerial") : Message();
    const Message reply = asked ? answer(bus.get(), asked) : Message();
    const char* serial = nullptr;
    if (!reply || sd_bus_message_read(reply.get(), "s", &serial) < 0) return std::nullopt;
    return meaningfulSerial(serial);
}

Value uuidOf(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != 16) return std::nullopt;
    const auto part = [&](std::size_t from, std::size_t count) {
        return fmt::format("{:02x}", fmt::join(bytes.subspan(from, count), ""));
    };
    return fmt::format("{}-{}-{}-{}-{}", part(0, 4), part(4, 2), part(6, 2), part(8, 2), part(10, 6));
}

Value uuidFromBus() {
    const Bus bus = systemBus();
    const Message asked = bus ? question(bus.get(), "GetProductUUID") : Message();
    const int nobodyToAsk = 0;
    if (!asked || sd_bus_message_append(asked.get(), "b", nobodyToAsk) < 0) return std::nullopt;
    const Message reply = answer(bus.get(), asked);
    const void* bytes = nullptr;
    std::size_t size = 0;
    if (!reply || sd_bus_message_read_array(reply.get(), 'y', &bytes, &size) < 0) return std::nullopt;
    return uuidOf({static_cast<const std::uint8_t*>(bytes), size});
}

Value firstLine(const char* path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    return line.substr(0, line.find('\0')); // the device tree ends its texts with a NUL
}

bool isMeaningfulUuid(std::string_view uuid) {
    const auto allAre = [&](char c) {
        return std::ranges::all_of(uuid, [c](char other) { return other == c || other == '-'; });
    };
    return uuid.size() == 36 && !allAre('0') && !allAre('f');
}

} // namespace

std::optional<std::string> meaningfulSerial(std::string text) {
    static constexpr std::array<std::string_view, 12> fillers{"default string",
                                                              "none",
                                                              "not specified",
                                                              "not applicable",
                                                              "n/a",
                                                              "oem",
                                                              "system serial number",
                                                              "to be filled by o.e.m.",
                                                              "serial number",
                                                              "unknown",
                                                              "invalid",
                                                              "123456789"};
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.pop_back();
    text.erase(0, text.find_first_not_of(" \t"));
    const auto isFiller = std::ranges::find(fillers, lowerCase(text)) != fillers.end();
    const bool onlyZeros = std::ranges::all_of(text, [](char c) { return c == '0' || c == '.' || c == '-'; });
    return isFiller || onlyZeros || hasControlCharacter(text) || !isUtf8(text) ? std::nullopt : Value(text);
}

std::optional<std::string> firmwareSerial() {
    if (auto serial = serialFromBus()) return serial;
    for (const char* path : {"/sys/class/dmi/id/product_serial", "/sys/firmware/devicetree/base/serial-number"})
        if (const auto line = firstLine(path))
            if (auto serial = meaningfulSerial(*line)) return serial;
    return std::nullopt;
}

std::optional<std::string> firmwareUuid() {
    auto uuid = uuidFromBus();
    if (!uuid) uuid = firstLine("/sys/class/dmi/id/product_uuid");
    if (!uuid || !isMeaningfulUuid(*uuid)) return std::nullopt;
    return lowerCase(*uuid);
}

} // namespace scepd::profile
