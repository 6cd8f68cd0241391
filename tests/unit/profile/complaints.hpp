#pragma once

#include "support.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

/// For the tests of what people read about a profile that is wrong: each completes some lines to a whole profile.
namespace scepd::profile::test {

/// What is written, and the one line that people then read.
struct Case {
    std::string text;
    std::string complaint;
};

inline void expectComplaints(const std::vector<Case>& cases, std::string (*complete)(const std::string&)) {
    for (const auto& [text, complaint] : cases)
        EXPECT_THAT(complaints(complete(text)), testing::ElementsAre(complaint)) << text;
}

/// Certificate lines begin in line 5, after usage and subject in line 7.
inline std::string inCertificate(const std::string& lines) {
    return profileWith("usage = \"generic\"\n" + aSubject + lines);
}

/// Lines of [scep] begin in line 4.
inline std::string inScep(const std::string& lines) {
    return scepTable + lines + "[certificate.c]\nusage = \"generic\"\n" + aSubject;
}

/// Lines of [scep.challenge] begin in line 5.
inline std::string inChallenge(const std::string& lines) {
    return inScep("[scep.challenge]\n" + lines);
}

/// Lines of the target begin in line 8.
inline std::string inTarget(const std::string& lines) {
    return inCertificate("[[certificate.c.deploy]]\n" + lines);
}

/// A whole [scep] table; the certificate follows.
inline std::string asScep(const std::string& lines) {
    return "[scep]\n" + lines + "[certificate.c]\nusage = \"generic\"\n" + aSubject;
}

inline std::string asItIs(const std::string& text) {
    return text;
}

} // namespace scepd::profile::test
