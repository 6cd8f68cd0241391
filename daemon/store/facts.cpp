#include "store/facts.hpp"

#include "store/table.hpp"

namespace scepd::store {

toml::table toTable(const record::Held& held) {
    return toml::table{
        {"version", formatVersion},
        {"generation", static_cast<std::int64_t>(held.generation)},
        {"subject", held.subject},
        {"issuer", held.issuer},
        {"serial-number", held.serialNumber},
        {"fingerprint", held.fingerprint},
        {"san", toArray(held.san)},
        {"key-type", held.keyType},
        {"not-before", toNumber(held.notBefore)},
        {"not-after", toNumber(held.notAfter)},
        {"issued", toNumber(held.issued)},
        {"ca-fingerprint", held.caFingerprint},
        {"ca-not-after", toNumber(held.caNotAfter)},
        {"profile", held.profile},
        {"configuration", held.configuration},
        {"names", held.names},
        {"machine-id", held.machineId},
    };
}

record::Held heldFrom(const toml::table& table) {
    return {
        .generation = getCount(table, "generation"),
        .subject = get<std::string>(table, "subject"),
        .issuer = get<std::string>(table, "issuer"),
        .serialNumber = get<std::string>(table, "serial-number"),
        .fingerprint = get<std::string>(table, "fingerprint"),
        .san = getStrings(table, "san"),
        .keyType = get<std::string>(table, "key-type"),
        .notBefore = getTime(table, "not-before"),
        .notAfter = getTime(table, "not-after"),
        .issued = getTime(table, "issued"),
        .caFingerprint = get<std::string>(table, "ca-fingerprint"),
        .caNotAfter = getTime(table, "ca-not-after"),
        .profile = get<std::string>(table, "profile"),
        .configuration = get<std::string>(table, "configuration"),
        .names = table["names"].value_or(std::string()), // younger than the format
        .machineId = get<std::string>(table, "machine-id"),
    };
}

} // namespace scepd::store
