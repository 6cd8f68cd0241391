#include "schedule/spread.hpp"

#include "base/hash.hpp"

#include <cmath>

namespace scepd::schedule {
namespace {

/// The finalizer of splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

} // namespace

std::uint64_t hash(std::string_view machineId, std::string_view name) {
    return mix(stableHash(name, stableHash("/", stableHash(machineId))));
}

double share(std::uint64_t seed, std::uint64_t counter) {
    constexpr double range = 9007199254740992.0; // 2^53: what a double holds exactly
    return static_cast<double>(mix(seed + counter * 0x9e3779b97f4a7c15U) >> 11U) / range;
}

Duration scaled(Duration duration, double factor) {
    return Duration(static_cast<Duration::rep>(std::llround(static_cast<double>(duration.count()) * factor)));
}

} // namespace scepd::schedule
