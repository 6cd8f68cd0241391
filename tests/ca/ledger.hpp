#pragma once

#include "ca/request.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace scepd::ca {

/// What the CA knows about one transaction.
struct Transaction {
    SigningRequest request; ///< without the challenge
    Certificate signer;     ///< who signed the request that opened it
    Certificate issued;     ///< empty until a certificate was issued
};

/// The transactions of a CA, one directory each below `transactions/`, so that they outlive a restart: `request.der`,
/// `signer.pem` and, once issued, `certificate.pem`. Approval is a file: `approve-all` or `approve/TRANSACTION`.
class Ledger {
public:
    explicit Ledger(std::filesystem::path state) : state_(std::move(state)) {}

    /// The name of a transaction in paths and logs: letters, digits, '-' and '_' as they are, the rest as %XX.
    static std::string nameOf(std::string_view transactionId);

    /// What is known under this transactionID; nothing when it was never opened or was forgotten.
    std::optional<Transaction> find(std::string_view transactionId) const;

    /// Opens a transaction, in the place of one that had the same transactionID.
    void open(std::string_view transactionId, const SigningRequest& request, const Certificate& signer) const;

    /// Keeps the certificate that was issued for it.
    void complete(std::string_view transactionId, const Certificate& issued) const;

    /// The certificate with this serial number (as serialOf() writes it) that this CA issued; empty when there is none.
    Certificate issuedWith(std::string_view serial) const;

    /// Removes a transaction that was refused.
    void forget(std::string_view transactionId) const;

    /// Whether somebody approved the transaction by creating one of the two files.
    bool approved(std::string_view transactionId) const;

    /// Counts one more CertPoll for the transaction and returns how many there were since this CA started.
    int countPoll(std::string_view transactionId);

private:
    std::filesystem::path directoryOf(std::string_view transactionId) const;

    std::filesystem::path state_;
    std::map<std::string, int, std::less<>> polls_;
};

} // namespace scepd::ca
