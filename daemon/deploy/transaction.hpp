#pragma once

#include "deploy/directory.hpp"
#include "deploy/memory.hpp"
#include "deploy/plan.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace scepd::deploy {

/// Replaces the files of all targets of a certificate so that, whatever happens and whenever, they end as the old ones
/// or the new ones, never as a mixture.
///
/// The new files are written beside the old ones first. Then each exchanges its name with the old one, back to back, so
/// that the old ones wait beside the new until the consumers have taken those. Every step is recorded before it begins,
/// with the inodes of the new files: so after a crash the record and the names alone tell what was done, and
/// finishing or undoing needs neither profile nor store.
///
///     stage() ─▶ install() ─▶ accept() ─▶ finish()
///        │           │
///     (discards)   undo() ──────────────▶ finish()
///
/// All methods can be repeated after a crash. They throw Error{local} naming the path.
class Transaction {
public:
    /// A new one begins with stage(); one that was read from the disk goes on at its phase.
    Transaction(std::filesystem::path root, Intent intent);

    [[nodiscard]] const Intent& intent() const { return intent_; }

    /// Writes the new files beside their destinations, complete and on the disk. When it throws, none of them is left.
    void stage(const std::vector<PlannedFile>& files);
    /// Takes away what stage() wrote, and the record.
    void discard();
    /// Puts the staged files in place and remembers the generation as deployed. When it throws, undo() is due.
    void install();
    /// The consumers took the new files: removes the old ones.
    void accept();
    /// Puts back what lay there before install(), or nothing where there was nothing.
    void undo();
    /// Forgets the transaction.
    void finish();

private:
    void record(Phase phase);
    void stageOne(const PlannedFile& file);
    void refuseOddDestination(const std::string& path);
    void putInPlace(const Intent::File& file);
    void putBack(const Intent::File& file);
    void removeBeside();
    void rememberDeployed();
    void rememberPrevious();
    void syncDirectories();
    const Directory& directoryOf(const std::string& path);
    const Directory* findDirectory(const std::string& path);

    std::filesystem::path root_;
    Intent intent_;
    std::map<std::filesystem::path, Directory> directories_;
};

/// The name beside a destination that the new file has before the exchange and the old one after it.
std::string nameBeside(const std::string& fileName);

} // namespace scepd::deploy
