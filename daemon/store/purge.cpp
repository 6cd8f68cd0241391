#include "store/purge.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "store/generation.hpp"
#include "store/lock.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;

/// Files and links below a directory; the links `current` and `upcoming`, which say what is held, come first.
std::vector<fs::path> filesBelow(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory))
        if (entry.is_symlink() || !entry.is_directory()) files.push_back(entry.path());
    std::ranges::stable_partition(files, [](const fs::path& path) { return fs::is_symlink(path); });
    return files;
}

void removeEverything(const fs::path& directory) {
    try {
        for (const auto& path : filesBelow(directory))
            file::wipe(path);
        fs::remove_all(directory);
    } catch (const fs::filesystem_error& error) {
        throw Error(Fault::local, fmt::format("remove {}: {}", error.path1().string(), error.code().message()));
    }
    file::syncDirectory(directory.parent_path());
}

} // namespace

bool keeps(const fs::path& root, const std::string& name) {
    return std::ranges::binary_search(keptCertificates(root), name);
}

void purge(const fs::path& root, const std::string& name) {
    if (!keeps(root, name)) return;
    const auto locked = lock(root, name);
    removeEverything(certificateDirectory(root, name));
}

} // namespace scepd::store
