#pragma once

#include "profile/load.hpp"
#include "temporary_root.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>

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

using scepd::test::TemporaryRoot;

/// A profile below the root, as administrators write it: not for everyone to read.
inline std::filesystem::path writeProfile(const TemporaryRoot& root, const std::string& name,
                                          const std::string& content, mode_t mode = 0640) {
    return root.write("etc/scepd/profiles.d/" + name, content, mode);
}

} // namespace scepd::profile::test
