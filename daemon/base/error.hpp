#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace scepd {

/// What a failure means for the next attempt.
///
/// - configuration: nothing will change until somebody edits a profile, a secret or a hook
/// - unreachable: the network or the server did not answer; trying again soon makes sense
/// - refused: the CA understood and said no
/// - protocol: the CA's answer cannot be trusted or understood
/// - local: this machine failed (disk, memory, permissions, a consumer)
enum class Fault { configuration, unreachable, refused, protocol, local };

/// The fault's name as it stands in state files and bus errors, for instance "unreachable".
std::string_view name(Fault fault);

/// The inverse of name(Fault). Throws Error{local} for a word that is no fault.
Fault faultFromName(std::string_view text);

/// The one exception of the house: a fault and a sentence that names what was tried, where, and why it failed,
/// such as "fetch CA certificate: http://ca.example.com/scep: connection refused". Never holds a secret.
class Error : public std::runtime_error {
public:
    Error(Fault fault, const std::string& sentence) : std::runtime_error(sentence), fault_(fault) {}

    [[nodiscard]] Fault fault() const { return fault_; }

    /// The same error with what was being done in front: Error{"b"}.during("a") reads "a: b".
    [[nodiscard]] Error during(std::string_view action) const { return {fault_, std::string(action) + ": " + what()}; }

private:
    Fault fault_;
};

/// An Error{local} for a failed system call: "ACTION: text of errno". Reads errno when called.
Error systemError(std::string_view action);

} // namespace scepd
