#pragma once

#include "crypto/key.hpp"
#include "enroll/check.hpp"
#include "enroll/plan.hpp"
#include "record/report.hpp"

#include <string>
#include <vector>

namespace scepd::enroll {

/// Where an accepted certificate comes from.
struct Provenance {
    std::vector<crypto::Certificate> authorities; ///< The CA that authenticates it, then the other one of a rollover.
    std::string rollover;                         ///< As store::Generation::rollover.
    std::string machineId;
    std::string names; ///< namesDigest() of what was asked for.
};

/// Makes a generation of an accepted certificate and its key: the current one or, when it is not valid yet, the
/// upcoming one. Remarks are told in the log. Durable when it returns; throws Error{local}.
record::Issued commit(const Wanted& wanted, const Accepted& accepted, const crypto::Key& key,
                      const Provenance& provenance, Time now);

} // namespace scepd::enroll
