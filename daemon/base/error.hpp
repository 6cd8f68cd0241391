#pragma once

#include <cstdint>
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

/// What happened, by a number that means the same for ever: the catalogue (base/code.hpp, scepd-errors(7)) has a cause
/// and a remedy for each. Below 100 are what the journal tells; then the hundreds are the fault, and the first of each
/// hundred is all that is known when nothing more is.
enum class Code : std::uint16_t {
    requested = 1,
    issued = 2,
    pending = 3,
    deployed = 4,
    rolledBack = 5,
    expiring = 6,
    drifted = 7,
    removed = 8,
    stateChanged = 9,
    hooksRan = 10,
    namesChanged = 11,
    successor = 12,
    purged = 13,

    configuration = 100,
    unsupported = 101,
    secretMissing = 102,
    pinFileUnusable = 103,
    tlsFilesUnusable = 104,
    noSuchUrl = 105,
    hookUnusable = 106,
    containerPassword = 107,
    variableUnknown = 108,
    answerUnreadableLater = 109,

    unreachable = 200,
    nameNotFound = 201,
    notConnected = 202,
    timedOut = 203,
    connectionLost = 204,
    tlsFailed = 205,
    serverBusy = 206,
    interfaceUnusable = 207,
    attemptTimedOut = 208,

    refused = 300,
    badAlg = 301,
    badMessageCheck = 302,
    badRequest = 303,
    badTime = 304,
    badCertId = 305,
    pollLimit = 306,
    httpRefused = 307,
    loginRefused = 308,
    clientRefused = 309,

    protocol = 400,
    otherAuthority = 401,
    authorityInvalid = 402,
    noRecipient = 403,
    signatureWrong = 404,
    notDecrypted = 405,
    tooWeak = 406,
    certificateUnusable = 407,
    notScep = 408,
    redirected = 409,
    serverUntrusted = 410,
    notHttp = 411,
    tooLarge = 412,
    generationBroken = 413,

    local = 500,
    diskFull = 501,
    readOnly = 502,
    notPermitted = 503,
    outOfResources = 504,
    inputOutput = 505,
    enrollDied = 506,
    stateDamaged = 507,
    challengeCommand = 508,
    targetUnusable = 509,
    checkFailed = 510,
    consumerFailed = 511,
    notServed = 512,
    hookFailed = 513,
};

/// The fault of an error's code: its hundreds.
Fault faultOf(Code code);

/// The code that says no more than the fault.
Code generalCode(Fault fault);

/// The one exception of the house: a fault and a sentence that names what was tried, where, and why it failed,
/// such as "fetch CA certificate: http://ca.example.com/scep: connection refused". Never holds a secret.
class Error : public std::runtime_error {
public:
    Error(Fault fault, const std::string& sentence) : Error(generalCode(fault), sentence) {}
    Error(Code code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}

    [[nodiscard]] Fault fault() const { return faultOf(code_); }
    [[nodiscard]] Code code() const { return code_; }

    /// The same error with what was being done in front: Error{"b"}.during("a") reads "a: b".
    [[nodiscard]] Error during(std::string_view action) const { return {code_, std::string(action) + ": " + what()}; }

    /// The same sentence with another meaning, for whoever knows more than the one who threw it.
    [[nodiscard]] Error as(Code code) const { return {code, what()}; }

private:
    Code code_;
};

/// An Error{local} for a failed system call: "ACTION: text of errno", with the code of that errno. Reads errno when
/// called.
Error systemError(std::string_view action);

} // namespace scepd
