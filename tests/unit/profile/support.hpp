#pragma once

#include "profile/load.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

/// What the tests of this folder share.
namespace scepd::profile::test {

/// A CA that can be trusted, for profiles that are about something else. Eight lines.
inline const std::string scepTable = "[scep]\n"
                                     "url = \"http://ca.example.com/scep\"\n"
                                     "ca-fingerprint = \"" +
                                     std::string(64, 'a') + "\"\n";

/// A whole profile around the lines of one certificate named "c", whose first line is line 5.
inline std::string profileWith(const std::string& lines) {
    return scepTable + "[certificate.c]\n" + lines;
}

inline const std::string aSubject = "subject = \"CN=host\"\n";

inline std::vector<std::string> formatted(const std::vector<Diagnostic>& diagnostics) {
    std::vector<std::string> lines;
    lines.reserve(diagnostics.size());
    for (const auto& diagnostic : diagnostics)
        lines.push_back(format(diagnostic));
    return lines;
}

/// The diagnostics of a profile's text, in the form that people see, with the file name "p".
inline std::vector<std::string> complaints(const std::string& text) {
    return formatted(parseProfile(text, "p").diagnostics);
}

/// A directory that is a whole machine's root and goes away with the test.
class TemporaryRoot {
public:
    TemporaryRoot() {
        std::string pattern = (std::filesystem::temp_directory_path() / "scepd-profile-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp fails");
        path_ = pattern;
    }
    TemporaryRoot(const TemporaryRoot&) = delete;
    TemporaryRoot& operator=(const TemporaryRoot&) = delete;
    TemporaryRoot(TemporaryRoot&&) = delete;
    TemporaryRoot& operator=(TemporaryRoot&&) = delete;
    ~TemporaryRoot() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& inside) const { return path_ / inside; }

    /// Writes a file with its folders; nobody but its owner may change it.
    std::filesystem::path write(const std::string& inside, const std::string& content, mode_t mode = 0640) const {
        auto file = path_ / inside;
        makeFolder(file.parent_path());
        std::ofstream(file) << content;
        ::chmod(file.c_str(), mode);
        return file;
    }

    std::filesystem::path writeProfile(const std::string& name, const std::string& content, mode_t mode = 0640) const {
        return write("etc/scepd/profiles.d/" + name, content, mode);
    }

private:
    void makeFolder(const std::filesystem::path& folder) const {
        if (std::filesystem::exists(folder)) return;
        makeFolder(folder.parent_path());
        std::filesystem::create_directory(folder);
        ::chmod(folder.c_str(), 0755);
    }

    std::filesystem::path path_;
};

} // namespace scepd::profile::test
