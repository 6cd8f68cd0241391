#pragma once

#include "crypto/rollover.hpp"
#include "scep/authority.hpp"
#include "scep/next_authority.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scepd::enroll {

/// What CAs said of their successors (RFC 8894 section 4.7), kept beside a certificate's generations as rollover.pem:
/// with it the pin still holds when the CA has rolled over.
class Succession {
public:
    /// Reads what is known; a damaged file counts as empty and is told in the log.
    Succession(const std::filesystem::path& directory, crypto::Strength strength);

    /// Keeps a CA's word in the place of its former one. Throws Error{local}, and Error{protocol} for a word that does
    /// not hold.
    void remember(const crypto::Rollover& word);

    /// The successors of CAs that the pin fits, the latest first; none when nothing is known.
    [[nodiscard]] std::vector<crypto::Certificate> heirsOf(const scep::Pin& pin) const;

    /// The CA that follows the one of this exchange, when that has named one which is still to come or valid.
    [[nodiscard]] std::optional<scep::NextAuthority> nextAfter(const scep::Authorities& current, Time now) const;

    /// PEM, for a generation.
    [[nodiscard]] std::string text() const { return crypto::toPem(words_); }

private:
    std::filesystem::path file_;
    crypto::Strength strength_;
    std::vector<crypto::Rollover> words_;
};

} // namespace scepd::enroll
