#pragma once

#include "base/file.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

/// What the deployer remembers, in a folder that only root writes in (scepd's own state belongs to user scepd):
///
///     ROOT/var/lib/scepd-deploy/intent/NAME     a transaction that is under way
///     ROOT/var/lib/scepd-deploy/deployed/NAME   what lies on the targets
///     ROOT/var/lib/scepd-deploy/damaged/        files of the two that could not be understood
///
/// Plain text, one `key value` per line, the format's name and version first. What is no name of a certificate is
/// refused everywhere with Error{configuration}.
namespace scepd::deploy {

/// How far a transaction has come. Each word is written before what it announces is begun.
///
/// - stage: new files are being written beside the old ones; undone by removing them
/// - install: new files are complete and take the place of the old ones, which wait beside them
/// - reload: all are in place and on the disk; the consumers are to be told
/// - hooks: the consumers took them, the old files go; the hooks are to be run
/// - undo: the old files take their places again
/// - undone: they are back; the consumers are to be told
enum class Phase { stage, install, reload, hooks, undo, undone };

/// The record of a transaction.
struct Intent {
    /// A file to install and the inode of the one that was staged for it (0 while it is not), by which it is known
    /// again when the names have changed.
    struct File {
        std::string path; ///< Absolute as in the profile, below the root.
        ino_t staged = 0;

        bool operator==(const File&) const = default;
    };

    std::string certificate;
    unsigned generation = 0;
    unsigned previous = 0; ///< The generation that lay there before; 0 for none of ours.
    std::string event;     ///< deployed or rolled-back: what the hooks are told.
    Phase phase = Phase::stage;
    std::vector<File> files;

    bool operator==(const Intent&) const = default;
};

/// What lies on a certificate's targets.
struct Deployed {
    unsigned generation = 0;        ///< 0 for nothing.
    unsigned confirmed = 0;         ///< The last generation that consumers were seen to use; 0 for none.
    std::vector<std::string> paths; ///< Every file of ours, also of targets that the profile no longer names.

    bool operator==(const Deployed&) const = default;
};

/// Both are durable when they return. Throw Error{local} naming the file.
void write(const std::filesystem::path& root, const Intent& intent);
void write(const std::filesystem::path& root, const std::string& certificate, const Deployed& deployed);

/// nullopt (and an empty Deployed) when there is none. A file that cannot be understood is set aside in damaged/,
/// told in the log, and counts as none. Throws Error{local} when the disk fails.
std::optional<Intent> readIntent(const std::filesystem::path& root, const std::string& certificate);
Deployed readDeployed(const std::filesystem::path& root, const std::string& certificate);

/// Removing what is not there is fine.
void dropIntent(const std::filesystem::path& root, const std::string& certificate);
void dropDeployed(const std::filesystem::path& root, const std::string& certificate);

/// Forgets everything about a certificate, also what was set aside. Nothing to forget is fine.
void forget(const std::filesystem::path& root, const std::string& certificate);

/// Certificates with a transaction under way, sorted.
std::vector<std::string> interrupted(const std::filesystem::path& root);

/// Two deployers never work below the same root at the same time: held while one thing is done. Waits for the other.
class Lock {
public:
    /// Throws Error{local} when the folder cannot be made.
    explicit Lock(const std::filesystem::path& root);

private:
    UniqueFd fd_;
};

/// True for what a profile accepts as a certificate's name: safe as a file name.
bool isCertificateName(const std::string& name);

} // namespace scepd::deploy
