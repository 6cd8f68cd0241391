#pragma once

#include "enroll/plan.hpp"

#include <functional>
#include <string>

namespace scepd::enroll {

/// Tells what the next attempt would ask for and how, without a byte to the CA or to the disk: "request" and what
/// stands in the PKCS#10, "exchange" and how it would be sent. The key in it is made for this and thrown away; no
/// challenge is looked for. Every line is safe to print. Throws Error{configuration} for a variable that cannot be told
/// now.
void dryRun(const Wanted& wanted, Time now,
            const std::function<void(const char* part, const std::string& name, const std::string& value)>& tell);

} // namespace scepd::enroll
