#pragma once

#include "record/status.hpp"

#include <string>
#include <vector>

namespace scepd::bus {

/// Collects the names of properties whose values differ.
class Changes {
public:
    template <typename Value>
    void compare(const char* property, const Value& before, const Value& after) {
        if (!(before == after)) names_.emplace_back(property);
    }
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

private:
    std::vector<std::string> names_;
};

/// The properties of org.scepd1.Certificate that differ between two statuses of one certificate.
std::vector<std::string> changedProperties(const record::Status& before, const record::Status& after);

} // namespace scepd::bus
