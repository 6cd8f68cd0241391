#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace scepd::test {

/// Makes a directory and its parents as an installation has them, whatever the umask: for everyone to read, for the
/// owner to write.
inline void makeDirectory(const std::filesystem::path& directory) {
    if (std::filesystem::exists(directory)) return;
    makeDirectory(directory.parent_path());
    std::filesystem::create_directory(directory);
    ::chmod(directory.c_str(), 0755);
}

/// Writes a file, with its directories.
inline void writeFile(const std::filesystem::path& path, const std::string& content, mode_t mode = 0644) {
    makeDirectory(path.parent_path());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    ::chmod(path.c_str(), mode);
}

/// The names in a directory, hidden ones too, for EXPECT_THAT(..., UnorderedElementsAre(...)).
inline std::vector<std::string> namesIn(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.push_back(entry.path().filename().string());
    return names;
}

/// A directory of its own for one test, removed at the end.
class TemporaryRoot {
public:
    TemporaryRoot() {
        auto pattern = (std::filesystem::temp_directory_path() / "scepd-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
        path_ = pattern;
    }
    ~TemporaryRoot() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryRoot(const TemporaryRoot&) = delete;
    TemporaryRoot& operator=(const TemporaryRoot&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& relative) const { return path_ / relative; }

    /// Writes a file below the root, with its directories, and tells where it is.
    std::filesystem::path write(const std::string& relative, const std::string& content, mode_t mode = 0644) const {
        auto file = path_ / relative;
        writeFile(file, content, mode);
        return file;
    }

private:
    std::filesystem::path path_;
};

} // namespace scepd::test
