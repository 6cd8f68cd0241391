#include "ca/faults.hpp"

#include "ca/fault_lists.hpp"

#include <vector>

namespace scepd::ca {

namespace {

std::vector<Fault> allFaults() {
    std::vector<Fault> all{
        {.name = "swapped-ca", .meaning = "another CA of that name behind the URL", .swapsCa = true}};
    for (const auto list : {certificateFaults(), statusFaults(), attributeFaults(), envelopeFaults(), authorityFaults(),
                            bodyFaults(), transportFaults()})
        all.insert(all.end(), list.begin(), list.end());
    return all;
}

} // namespace

std::span<const Fault> faultTable() {
    static const auto all = allFaults();
    return all;
}

} // namespace scepd::ca
