#include "enroll/look.hpp"

#include "base/error.hpp"
#include "enroll/session.hpp"
#include "store/generation.hpp"
#include "store/lock.hpp"

#include <fmt/format.h>

namespace scepd::enroll {

record::Report look(const Wanted& wanted, std::optional<Time> earliest, const Progress& progress) {
    const auto& name = wanted.certificate.name;
    Session session(wanted, progress);
    try {
        const auto locked = store::lock(wanted.root, name);
        const auto time = earliest.value_or(now());
        session.open(time, earliest.has_value());
        session.coming(time);
        return record::Looked{};
    } catch (const Error& error) {
        const auto told = error.during(fmt::format("look at the CA of {}", name));
        return record::Failed{told.code(), told.what(), session.retryAfter()};
    }
}

} // namespace scepd::enroll
