#pragma once

#include <filesystem>
#include <string>

namespace scepd::ca {

/// What is remembered about one HTTP request; "-" stands for what it did not have. Never a challenge.
struct JournalEntry {
    std::string operation = "-";
    std::string method = "-";
    std::string contentType = "-";
    std::string messageType = "-";
    std::string transaction = "-"; ///< as Ledger::nameOf writes it
    std::string key = "-";         ///< SHA-256 of the requested SubjectPublicKeyInfo
    std::string challenge = "-";   ///< yes or no
    std::string signer = "-";      ///< issued, self-signed, transport (self-signed with a key of its own) or other
    std::string digest = "-";
    std::string cipher = "-";
    std::string der = "-";     ///< yes when the message is strict DER
    std::string outcome = "-"; ///< SUCCESS, PENDING, FAILURE, or the HTTP status
    std::string serial = "-";  ///< of the certificate in the answer
    std::string faults = "-";  ///< that altered the answer
    std::string to = "-";      ///< who opened the envelope: own, next, or password
    std::string text = "-";    ///< why it was refused; the last, because it has spaces
};

/// The append-only `requests.log`: one line of name=value pairs per request.
class Journal {
public:
    Journal(std::filesystem::path file, bool onStderr) : file_(std::move(file)), onStderr_(onStderr) {}

    /// Appends a line, whole before this returns.
    void append(const JournalEntry& entry) const;

private:
    std::filesystem::path file_;
    bool onStderr_;
};

} // namespace scepd::ca
