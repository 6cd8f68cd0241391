#pragma once

#include "ca/server.hpp"
#include "integration/scep/endpoint.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

/// What passes between an endpoint and the test CA, as the CA wrote it down.
namespace scepd::test {

/// Occurs nowhere else: whoever finds it has found the challenge.
inline constexpr auto secret = "canary-8CE317021F690069";

inline ProfileText profileFor(const ca::TestCa& authority) {
    return {.urls = fmt::format("\"{}\"", authority.url()),
            .trust = fmt::format("ca-fingerprint = \"{}\"", authority.fingerprint())};
}

/// The value of one field of a line in requests.log.
inline std::string field(const std::string& line, const std::string& name) {
    const auto begin = (" " + line).find(" " + name + "=");
    if (begin == std::string::npos) return {};
    const auto value = line.substr(begin + name.size() + 1);
    return value.substr(0, value.find(' '));
}

inline std::vector<std::string> fields(const ca::TestCa& authority, const std::string& name) {
    std::vector<std::string> values;
    for (const auto& line : authority.requests())
        values.push_back(field(line, name));
    return values;
}

/// The same of PKIOperations alone.
inline std::vector<std::string> messages(const ca::TestCa& authority, const std::string& name) {
    std::vector<std::string> values;
    for (const auto& line : authority.requests())
        if (field(line, "operation") == "PKIOperation") values.push_back(field(line, name));
    return values;
}

} // namespace scepd::test
