#pragma once

#include "base/secret.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace scepd::store {

/// What must be on the disk before a request is sent, so that its answer can still be fetched after a crash: with the
/// same key and the same transactionID (RFC 8894, section 3.2.1.1).
struct Transaction {
    std::string id;      ///< transactionID
    Secret key;          ///< PKCS#8 PEM of the key that the request asks to certify.
    std::string request; ///< DER PKCS#10
    std::string signer;  ///< PEM of the certificate that signs the messages; empty: that of the generation it renews.
    Secret signerKey;    ///< PKCS#8 PEM of the signer's key; empty: `key`, or that of the generation it renews.
    unsigned messageType = 0;  ///< Of the request: 17 or 19.
    unsigned renews = 0;       ///< The generation whose certificate signs it; 0 for a first enrollment.
    bool pending = false;      ///< The CA said PENDING at least once: CertPoll comes next.
    std::string configuration; ///< What was asked for: when the profile changes it is a new transaction.

    bool operator==(const Transaction&) const = default;
};

/// Keeps the transaction in the place of any older one. Durable when it returns. A crash in between leaves none, but
/// what changes in a transaction with the same key and request is one replaced file: the old state or the new.
/// Throws Error{local} naming the file.
void saveTransaction(const std::filesystem::path& root, const std::string& name, const Transaction& transaction);

/// The transaction that was begun and not ended; nullopt for none. Throws Error{local} when it is damaged.
std::optional<Transaction> readTransaction(const std::filesystem::path& root, const std::string& name);

/// The PKCS#10 that was made for a CA that is asked by hand and is not answered, in PEM; nullopt for none. It carries
/// no challenge: those of exchanges over the network do and are nobody's to see.
std::optional<std::string> readManualRequest(const std::filesystem::path& root, const std::string& name);

/// The name under which a request by hand is kept as a transaction: beside those over the network.
std::string manualTransaction(const std::string& name);

/// Wipes the key and removes it; nothing to remove is fine.
void dropTransaction(const std::filesystem::path& root, const std::string& name);

} // namespace scepd::store
