#include "base/error.hpp"
#include "profile/san.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd;
using namespace scepd::profile;
using testing::HasSubstr;

namespace {

std::string refusal(const std::string& text) {
    try {
        parseSanName(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::configuration);
        return error.what();
    }
    return {};
}

} // namespace

TEST(SubjectAlternativeNames, HaveATypeAndAValue) {
    const std::vector<std::pair<std::string, SanName>> cases{
        {"dns:host.example.com", {SanType::dns, "host.example.com"}},
        {"dns:*.example.com", {SanType::dns, "*.example.com"}},
        {"dns:my_host", {SanType::dns, "my_host"}},
        {"ip:192.0.2.1", {SanType::ip, "192.0.2.1"}},
        {"ip:2001:db8::1", {SanType::ip, "2001:db8::1"}},
        {"email:jdoe@example.com", {SanType::email, "jdoe@example.com"}},
        {"uri:https://example.com/a%20b", {SanType::uri, "https://example.com/a%20b"}},
        {"uri:urn:uuid:1234", {SanType::uri, "urn:uuid:1234"}},
        {"upn:pc$$@example.com", {SanType::upn, "pc$$@example.com"}},
        {"rid:1.3.6.1.4.1.311", {SanType::rid, "1.3.6.1.4.1.311"}}};
    for (const auto& [text, name] : cases)
        EXPECT_EQ(parseSanName(text), name) << text;
}

TEST(SubjectAlternativeNames, AreNotCheckedWhereAVariableDecides) {
    EXPECT_EQ(parseSanName("ip:${ip}"), (SanName{SanType::ip, "${ip}"}));
    EXPECT_EQ(parseSanName("upn:%username%"), (SanName{SanType::upn, "%username%"}));
}

TEST(SubjectAlternativeNames, AreRefusedWithWhatIsExpected) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"host.example.com", "does not begin with one of dns:, ip:, email:, uri:, upn:, rid:"},
        {"dsn:host", "did you mean \"dns\"?"},
        {"DNS:host", "does not begin with one of"},
        {"dns:", "\"dns:\" has no value"},
        {"dns:-host", "\"-host\" is not a DNS name such as host.example.com"},
        {"dns:host.", "is not a DNS name"},
        {"dns:a..b", "is not a DNS name"},
        {"dns:a b", "is not a DNS name"},
        {"dns:a.*.b", "is not a DNS name"},
        {"dns:" + std::string(64, 'a'), "is not a DNS name"},
        {"dns:müller.de", "is not a DNS name"},
        {"ip:300.1.1.1", "\"300.1.1.1\" is not an IPv4 or IPv6 address"},
        {"ip:192.0.2.0/24", "is not an IPv4 or IPv6 address"},
        {"email:jdoe", "\"jdoe\" is not a mail address such as jdoe@example.com"},
        {"email:a@b@c", "is not a mail address"},
        {"uri:example.com", "\"example.com\" is not a URI such as https://example.com/device"},
        {"uri:1a:b", "is not a URI"},
        {"upn:jdoe", "\"jdoe\" is not a user principal name such as jdoe@example.com"},
        {"rid:1", "\"1\" is not a dotted object identifier"},
        {"dns:${host", "\"${\" has no \"}\""}};
    for (const auto& [text, reason] : cases)
        EXPECT_THAT(refusal(text), HasSubstr(reason)) << text;
}
