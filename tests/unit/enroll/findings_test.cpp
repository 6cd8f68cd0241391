#include "enroll/findings.hpp"

#include "base/error.hpp"
#include "enroll/decoded.hpp"
#include "enroll/reach.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::enroll;
using testing::ElementsAre;

std::vector<std::string> told(const std::function<void(Findings&)>& what) {
    std::vector<std::string> lines;
    Findings findings([&](const Finding& finding) {
        lines.push_back(fmt::format("{}|{}|{}", name(finding.mark), finding.check, finding.text));
    });
    what(findings);
    return lines;
}

TEST(FindingsOfAProbe, EndWithTheVerdictAndEachAdviceOnce) {
    EXPECT_THAT(told([](Findings& findings) {
                    findings.ok("name", "found");
                    findings.warning("clock", "wrong\n\033");
                    findings.problem("http", "nothing", "Try again.");
                    findings.problem("", "nothing", "Try again.");
                    findings.conclude();
                }),
                ElementsAre("ok|name|found", "warning|clock|wrong ?", "problem|http|nothing", "problem||nothing",
                            "problem|result|enrollment cannot work yet: 2 problems", "advice||Try again."));
}

TEST(FindingsOfAProbe, WithWarningsOrNoneEnrollmentCouldWork) {
    EXPECT_THAT(told([](Findings& findings) { findings.conclude(); }), ElementsAre("ok|result|enrollment could work"));
    EXPECT_THAT(told([](Findings& findings) {
                    findings.warning("clock", "x");
                    findings.conclude();
                }),
                ElementsAre("warning|clock|x", "warning|result|enrollment could work; 1 warning"));
}

TEST(Address, IsReadFromUrlsAndProxies) {
    EXPECT_EQ(serverOf("http://ca.example.com"), (Address{.host = "ca.example.com", .port = "80"}));
    EXPECT_EQ(serverOf("https://u:p@ca.example.com:8443/scep?x=/@"),
              (Address{.host = "ca.example.com", .port = "8443", .tls = true}));
    EXPECT_EQ(serverOf("https://[2001:db8::1]/scep"), (Address{.host = "2001:db8::1", .port = "443", .tls = true}));
    EXPECT_EQ(serverOf("http://[2001:db8::1]:81"), (Address{.host = "2001:db8::1", .port = "81"}));
    EXPECT_EQ(proxyOf("http://proxy:3128/"), (Address{.host = "proxy", .port = "3128", .isProxy = true}));
    EXPECT_EQ(proxyOf("proxy"), (Address{.host = "proxy", .port = "1080", .isProxy = true}));
    EXPECT_THROW(serverOf("ftp://ca.example.com"), Error);
    EXPECT_THROW(serverOf("http:///scep"), Error);
}

TEST(ShownOperation, LeavesOutWhatMayBeSecret) {
    EXPECT_EQ(shownOperation("http://u:p@ca/scep?token=secret&operation=GetCACert&message=corp"),
              "http://ca/scep?operation=GetCACert&message=corp");
    EXPECT_EQ(shownOperation("http://ca/scep?operation=PKIOperation&message=MII"),
              "http://ca/scep?operation=PKIOperation");
    EXPECT_EQ(shownOperation("http://ca/scep"), "http://ca/scep");
}

} // namespace
