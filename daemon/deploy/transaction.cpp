#include "deploy/transaction.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "profile/target_path.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;

std::string fileName(const std::string& path) {
    return fs::path(path).filename().string();
}

Directory::Missing whenMissing(const fs::path& directory) {
    return profile::isMadeWhenMissing(directory) ? Directory::Missing::isMade : Directory::Missing::isAnError;
}

} // namespace

std::string nameBeside(const std::string& fileName) {
    return fmt::format(".{}.scepd", fileName);
}

Transaction::Transaction(fs::path root, Intent intent) : root_(std::move(root)), intent_(std::move(intent)) {}

void Transaction::stage(const std::vector<PlannedFile>& files) {
    intent_.files.clear();
    for (const auto& file : files) {
        refuseOddDestination(file.path);
        intent_.files.push_back({file.path, 0});
    }
    record(Phase::stage);
    try {
        for (const auto& file : files)
            stageOne(file);
        syncDirectories();
    } catch (const Error&) {
        discard();
        throw;
    }
}

void Transaction::refuseOddDestination(const std::string& path) {
    const auto same = [&](const Intent::File& file) { return file.path == path; };
    if (std::ranges::any_of(intent_.files, same))
        throw Error(Fault::configuration, fmt::format("two targets write {}", path));
    const auto status = directoryOf(path).status(fileName(path));
    if (const auto reason = status ? profile::notReplacedBecause(status->st_mode) : std::nullopt)
        throw Error(Code::targetUnusable, fmt::format("{} {}", below(root_, path).string(), *reason));
}

void Transaction::stageOne(const PlannedFile& file) {
    const auto& directory = directoryOf(file.path);
    const auto name = nameBeside(fileName(file.path));
    directory.create(name, file.content.reveal(), file.attributes);
    const auto status = directory.status(name);
    if (!status) throw Error(Fault::local, fmt::format("{} vanished", (directory.path() / name).string()));
    std::ranges::find(intent_.files, file.path, &Intent::File::path)->staged = status->st_ino;
}

void Transaction::discard() {
    removeBeside();
    finish();
}

void Transaction::install() {
    record(Phase::install);
    for (const auto& file : intent_.files)
        putInPlace(file);
    syncDirectories();
    rememberDeployed();
    record(Phase::reload);
}

void Transaction::putInPlace(const Intent::File& file) {
    const auto& directory = directoryOf(file.path);
    const auto name = fileName(file.path);
    const auto there = directory.status(name);
    if (there && there->st_ino == file.staged) return;
    if (there)
        directory.exchange(nameBeside(name), name);
    else
        directory.rename(nameBeside(name), name);
}

void Transaction::accept() {
    removeBeside();
    record(Phase::hooks);
}

void Transaction::undo() {
    try {
        record(Phase::undo);
    } catch (const Error& error) { // A full disk must not keep the old files from coming back.
        log::warning("{}", error.what());
    }
    for (const auto& file : intent_.files)
        putBack(file);
    syncDirectories();
    rememberPrevious();
    record(Phase::undone);
}

void Transaction::putBack(const Intent::File& file) {
    const auto* directory = findDirectory(file.path);
    if (directory == nullptr) return;
    const auto name = fileName(file.path);
    const auto beside = nameBeside(name);
    const auto there = directory->status(name);
    const bool isOurs = there && there->st_ino == file.staged;
    if (!isOurs)
        directory->remove(beside);
    else if (directory->status(beside))
        directory->rename(beside, name);
    else
        directory->remove(name);
}

void Transaction::removeBeside() {
    for (const auto& file : intent_.files)
        if (const auto* directory = findDirectory(file.path)) directory->remove(nameBeside(fileName(file.path)));
    syncDirectories();
}

void Transaction::rememberDeployed() {
    auto deployed = readDeployed(root_, intent_.certificate);
    deployed.generation = intent_.generation;
    for (const auto& file : intent_.files)
        if (std::ranges::find(deployed.paths, file.path) == deployed.paths.end()) deployed.paths.push_back(file.path);
    write(root_, intent_.certificate, deployed);
}

void Transaction::rememberPrevious() {
    if (intent_.previous == 0) {
        dropDeployed(root_, intent_.certificate);
        return;
    }
    auto deployed = readDeployed(root_, intent_.certificate);
    deployed.generation = intent_.previous;
    write(root_, intent_.certificate, deployed);
}

void Transaction::finish() {
    dropIntent(root_, intent_.certificate);
}

void Transaction::record(Phase phase) {
    intent_.phase = phase;
    write(root_, intent_);
}

void Transaction::syncDirectories() {
    for (const auto& [path, directory] : directories_)
        directory.sync();
}

const Directory& Transaction::directoryOf(const std::string& path) {
    if (const auto* known = findDirectory(path)) return *known;
    const auto parent = fs::path(path).parent_path();
    return directories_.emplace(parent, Directory::open(root_, parent, whenMissing(parent))).first->second;
}

const Directory* Transaction::findDirectory(const std::string& path) {
    const auto parent = fs::path(path).parent_path();
    if (const auto known = directories_.find(parent); known != directories_.end()) return &known->second;
    auto directory = Directory::openIfExists(root_, parent);
    if (!directory) return nullptr;
    return &directories_.emplace(parent, std::move(*directory)).first->second;
}

} // namespace scepd::deploy
