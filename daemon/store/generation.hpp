#pragma once

#include "base/secret.hpp"
#include "record/held.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What we hold on the disk, below ROOT/var/lib/scepd/certificates/NAME:
///
/// - generation-7/{key,cert,chain,ca,rollover}.pem, facts.toml: facts.toml is written last, with it a generation is
///   complete; rollover.pem only where a CA has named its successor
/// - current -> generation-7: what is in use
/// - upcoming -> generation-8: a certificate of the coming CA, which becomes valid later
/// - transaction.{key,signer,csr,toml}: an exchange that the CA may have answered (store/transaction)
/// - history.toml: what attempts left behind (store/history)
/// - authorities.toml: the CA that the last exchange met (store/authorities)
/// - first-use.pem, rollover.pem, outages: what scepd-enroll remembers of the CA and its URLs
/// - manual/transaction.{key,csr,toml}: a request that somebody carries to a CA by hand (enroll/manual)
/// - lock: held by the one attempt that runs (store/lock)
///
/// store/purge removes all of it.
namespace scepd::store {

/// ROOT/var/lib/scepd/certificates/NAME.
std::filesystem::path certificateDirectory(const std::filesystem::path& root, const std::string& name);

/// The names of all certificates of which anything is kept, whether a profile still asks for them or not, sorted.
std::vector<std::string> keptCertificates(const std::filesystem::path& root);

/// The files of one generation.
struct Generation {
    Secret key;              ///< PKCS#8 PEM
    std::string certificate; ///< PEM
    std::string chain;       ///< PEM of the intermediates, leaf's issuer first, without the anchor; may be empty.
    std::string ca;          ///< PEM of the trust anchor, and of the other one while a CA rolls over.
    record::Held facts;
    std::string rollover = {}; ///< Why a CA that nobody pinned is trusted (crypto/rollover.hpp); empty: no such CA.

    bool operator==(const Generation&) const = default;
};

/// Commits a new generation behind the newest and lets `current` name it; its facts' number is set here. When this
/// returns it survives a power cut; when it throws (Error{local}) `current` still names the one before. Only the three
/// newest generations and what `current` names are kept, the keys of others are overwritten before they are removed.
unsigned commit(const std::filesystem::path& root, const std::string& name, Generation generation);

/// As commit(), for a certificate that is to be used later: `upcoming` names it and `current` stays (RFC 8894, figure
/// 9). An ordinary commit() ends that.
unsigned commitUpcoming(const std::filesystem::path& root, const std::string& name, Generation generation);

/// The facts of the generation that `upcoming` names; nullopt when there is none. Throws as readHeld.
std::optional<record::Held> readUpcoming(const std::filesystem::path& root, const std::string& name);

/// From now on `current` names the upcoming generation. Durable when it returns; nothing upcoming is fine. Throws
/// Error{local}.
void useUpcoming(const std::filesystem::path& root, const std::string& name);

/// Removes what a killed writer left of a link, unless somebody works on the certificate now.
void removeLeftovers(const std::filesystem::path& root, const std::string& name);

/// From now on `current` names this generation, one of those that are kept. Durable when it returns. Throws
/// Error{local}.
void use(const std::filesystem::path& root, const std::string& name, unsigned number);

/// The facts of the generation that `current` names; nullopt when there is none. A damaged facts file throws
/// Error{local} naming it.
std::optional<record::Held> readHeld(const std::filesystem::path& root, const std::string& name);

/// The facts of a complete generation by its number. Throws Error{local} naming a file that is missing or damaged.
record::Held readFacts(const std::filesystem::path& root, const std::string& name, unsigned number);

/// Reads a complete generation from a directory that somebody less trusted may own: no symlink is followed.
/// Throws Error{local} naming the file that is missing or damaged.
Generation readGeneration(const std::filesystem::path& root, const std::string& name, unsigned number);

/// One public file of the generation that `current` names: "cert", "chain" or "ca". Throws Error{local} when there is
/// none.
std::string readPublic(const std::filesystem::path& root, const std::string& name, const std::string& part);

/// Numbers of the complete generations, oldest first.
std::vector<unsigned> generations(const std::filesystem::path& root, const std::string& name);

} // namespace scepd::store
