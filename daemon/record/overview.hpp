#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What is known beside the certificates themselves, as the bus shows it.
namespace scepd::record {

/// Something that is wrong with a configuration file; lines and columns count from 1.
struct Finding {
    std::string file;
    std::uint32_t line = 0, column = 0;
    std::string severity; ///< "error", "warning"
    std::string text;

    bool operator==(const Finding&) const = default;
};

/// A profile as people browse it; secrets never.
struct Rule {
    std::string file;
    bool applies = false;
    std::vector<std::string> groups;
    std::string description;
    std::vector<std::string> urls;
    std::string trust; ///< "sha256:…", "file /etc/…", "first-use"
    std::vector<std::string> certificates;

    bool operator==(const Rule&) const = default;
};

/// What is known of the machine around.
struct Surroundings {
    bool clockSynchronized = false, networkOnline = false;

    bool operator==(const Surroundings&) const = default;
};

/// The daemon as a whole.
struct Overview {
    Surroundings surroundings;
    std::vector<std::string> groups;
    std::vector<std::string> queue;
    std::vector<Finding> findings;
    std::vector<Rule> rules;

    bool operator==(const Overview&) const = default;
};

} // namespace scepd::record
