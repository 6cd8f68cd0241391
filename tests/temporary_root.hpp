#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <sys/stat.h>

namespace scepd::test {

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

    /// Writes a file below the root, with its directories.
    void write(const std::string& relative, const std::string& content, mode_t mode = 0644) const {
        const auto path = path_ / relative;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
        ::chmod(path.c_str(), mode);
    }

private:
    std::filesystem::path path_;
};

} // namespace scepd::test
