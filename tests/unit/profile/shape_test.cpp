#include "base/error.hpp"
#include "profile/shape.hpp"
#include "profile/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd;
using namespace scepd::profile;
using testing::HasSubstr;

namespace {

std::string refusal(std::string (*parse)(const std::string&), const std::string& text) {
    try {
        parse(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::configuration);
        return error.what();
    }
    return {};
}

void expectRefusals(std::string (*parse)(const std::string&),
                    const std::vector<std::pair<std::string, std::string>>& cases) {
    for (const auto& [text, reason] : cases)
        EXPECT_THAT(refusal(parse, text), HasSubstr(reason)) << text;
}

} // namespace

TEST(ScepUrls, AreTakenVerbatimAndOnlyOneWithoutAnyPathGetsTheUsualOne) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"http://ca.example.com", "http://ca.example.com/cgi-bin/pkiclient.exe"},
        {"http://ca.example.com:8080", "http://ca.example.com:8080/cgi-bin/pkiclient.exe"},
        {"http://ca.example.com?x=1", "http://ca.example.com/cgi-bin/pkiclient.exe?x=1"},
        {"http://ca.example.com/", "http://ca.example.com/"},
        {"HTTPS://ca.example.com/certsrv/mscep/mscep.dll", "HTTPS://ca.example.com/certsrv/mscep/mscep.dll"},
        {"http://[2001:db8::1]:80/scep/", "http://[2001:db8::1]:80/scep/"},
        {"http://192.0.2.1/scep?profile=a", "http://192.0.2.1/scep?profile=a"}};
    for (const auto& [text, url] : cases)
        EXPECT_EQ(parseScepUrl(text), url);
}

TEST(ScepUrls, AreRefusedWithTheReason) {
    expectRefusals(parseScepUrl, {{"ca.example.com", "is not a URL; it begins with http:// or https://"},
                                  {"ftp://ca.example.com/", "is not a URL"},
                                  {"http:///scep", "has no valid host and port"},
                                  {"http://ca.example.com:0/", "has no valid host and port"},
                                  {"http://ca.example.com:99999/", "has no valid host and port"},
                                  {"http://ca.example.com:/", "has no valid host and port"},
                                  {"http://[::1/", "has no valid host and port"},
                                  {"http://[ca]/", "has no valid host and port"},
                                  {"http://ca.example.com/#top", "has a \"#\""},
                                  {"http://ca.example.com/a b", "has characters that a URL writes as %XX"},
                                  {"http://ca.example.com/ü", "has characters that a URL writes as %XX"}});
}

TEST(Urls, NeverCarryAPasswordAndItIsNotRepeated) {
    for (auto* parse : {parseScepUrl, parseUrl, parseProxy}) {
        const auto reason = refusal(parse, "http://jdoe:geheim@ca.example.com/");
        EXPECT_THAT(reason, HasSubstr("must not carry a user name or password"));
        EXPECT_THAT(reason, testing::Not(HasSubstr("geheim")));
    }
    EXPECT_THAT(refusal(parseProxy, "jdoe:geheim@proxy:3128"), HasSubstr("must not carry a user name or password"));
}

TEST(Proxies, AreHostAndPortOrAUrl) {
    for (const auto* good : {"proxy.example.com:3128", "proxy", "http://proxy:3128", "https://[::1]:3128"})
        EXPECT_EQ(parseProxy(good), good);
    expectRefusals(parseProxy, {{"proxy:port", "is not a proxy; write http://proxy.example.com:3128"},
                                {"socks5://p", "is not a URL"}});
}

TEST(ServedAddresses, AreHostAndPort) {
    for (const auto* good : {"localhost:443", "[::1]:443", "192.0.2.1:8443"})
        EXPECT_EQ(parseHostPort(good), good);
    expectRefusals(parseHostPort,
                   {{"localhost", "is not host:port"}, {":443", "is not host:port"}, {"::1:443", "is not host:port"}});
}

TEST(Interfaces, AreNamesTheKernelAccepts) {
    for (const auto* good : {"eth0", "enp0s31f6", "br-1.100", "wlan0"})
        EXPECT_EQ(parseInterface(good), good);
    expectRefusals(parseInterface, {{"eth 0", "is not the name of a network interface"},
                                    {"a/b", "is not the name"},
                                    {"..", "is not the name"},
                                    {"sixteencharacter", "is not the name"}});
}

TEST(Paths, AreAbsoluteAndWrittenShortest) {
    EXPECT_EQ(parsePath("/etc/ssl/a b.pem"), "/etc/ssl/a b.pem");
    expectRefusals(parsePath, {{"etc/a", "is not an absolute path; it begins with \"/\""},
                               {"/etc/../shadow", "has \"..\" in it"},
                               {"/etc/..", "has \"..\" in it"},
                               {"/etc/ssl/", "ends with \"/\""},
                               {"/", "ends with \"/\""},
                               {"/etc//ssl/a", "is not written shortest; write \"/etc/ssl/a\""},
                               {"/etc/./a", "is not written shortest; write \"/etc/a\""},
                               {"/" + std::string(5000, 'a'), "is longer than a path can be"}});
}

TEST(Units, AreWholeNamesOfServicesOrTargets) {
    for (const auto* good : {"nginx.service", "wpa_supplicant@eth0.service", "multi-user.target", "a\\x2db.service"})
        EXPECT_EQ(parseUnit(good), good);
    expectRefusals(parseUnit, {{"nginx", "is not a unit's whole name; write \"nginx.service\""},
                               {".service", "is not the name of a systemd service"},
                               {"cron.timer", "is not the name of a systemd service or target"},
                               {"a b.service", "is not the name of a systemd service"}});
}

TEST(FileNames, HaveNoFolder) {
    EXPECT_EQ(parseFileName("ca-trust"), "ca-trust");
    expectRefusals(parseFileName,
                   {{"../x", "is not a file's name"}, {"a/b", "is not a file's name"}, {".x", "is not a file's name"}});
}

TEST(Accounts, AreNamesOrNumbers) {
    for (const auto* good : {"root", "ssl-cert", "_apt", "1000", "pc$"})
        EXPECT_EQ(parseAccount(good), good);
    expectRefusals(
        parseAccount,
        {{"a:b", "is not the name of a user or group"}, {"-x", "is not the name"}, {"a b", "is not the name"}});
}

TEST(Utf8, IsCheckedAsRfc3629SaysIt) {
    for (const auto* good : {"", "a", "ü", "€", "😀", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(isUtf8(good)) << good;
    for (const auto* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
                            "\xf0\x80\x80\xaf", "\xe2\x82", "a\xc3("})
        EXPECT_FALSE(isUtf8(bad));
}
