#pragma once

#include "ca/faults.hpp"

#include <filesystem>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::ca {

/// A fault that was switched on.
struct ArmedFault {
    const Fault* fault = nullptr;
    std::string operation; ///< empty for every operation
    int left = Fault::always;
};

/// Reads NAME[@OPERATION][*TIMES] items between white space or commas. Throws std::runtime_error that names an unknown
/// fault.
std::list<ArmedFault> parseFaults(std::string_view text);

/// The faults that bear on one request.
class ActiveFaults {
public:
    explicit ActiveFaults(std::vector<ArmedFault*> armed) : armed_(std::move(armed)) {}

    /// Lets the faults alter what passes at this point, in the order in which they were named.
    template <typename Subject>
    void apply(void (*Fault::*point)(Subject&), Subject& subject) {
        for (auto* armed : armed_) {
            if (armed->fault->*point == nullptr) continue;
            (armed->fault->*point)(subject);
            note(armed);
        }
    }

    /// Whether another CA shall answer.
    bool swapsCa();

    /// Counts the request for those that altered something; called once, at its end.
    void count();

    /// The names of those that altered something, between commas; "-" for none.
    std::string acted() const;

private:
    void note(ArmedFault* armed);

    std::vector<ArmedFault*> armed_;
    std::vector<ArmedFault*> acted_;
};

/// The faults as the file `fault` names them now: read again at every request, counted from the start when it changed.
class FaultSwitch {
public:
    explicit FaultSwitch(std::filesystem::path file) : file_(std::move(file)) {}

    /// The faults for a request of this operation. Throws as parseFaults does.
    ActiveFaults forRequest(std::string_view operation);

private:
    std::filesystem::path file_;
    std::filesystem::file_time_type changed_;
    std::string text_;
    std::list<ArmedFault> armed_;
};

} // namespace scepd::ca
