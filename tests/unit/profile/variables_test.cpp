#include "base/error.hpp"
#include "profile/variables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

using namespace scepd;
using namespace scepd::profile;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::optional<std::string> known(const std::string& variable) {
    static const std::map<std::string, std::string> values{
        {"hostname", "pc1"},        {"mac:eth0", "00:16:3e:01:02:03"},
        {"username", "jdoe"},       {"email", "jdoe@example.com"},
        {"domain", "example.com"},  {"device-name", "TC-7"},
        {"host-id", "h1"},          {"uuid", "4c4c"},
        {"asset", "A,O=Evil+CN=x"}, {"empty", ""},
        {"dollar", "${hostname}"}};
    const auto found = values.find(variable);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

template <typename Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::configuration);
        return error.what();
    }
    return {};
}

} // namespace

TEST(Variables, AreReplacedInAllSpellings) {
    const std::vector<std::pair<std::string, std::string>> cases{{"plain", "plain"},
                                                                 {"${hostname}", "pc1"},
                                                                 {"a${hostname}b${hostname}", "apc1bpc1"},
                                                                 {"${HostName}", "pc1"},
                                                                 {"${mac:eth0}", "00:16:3e:01:02:03"},
                                                                 {"%username%", "jdoe"},
                                                                 {"%USERNAME%", "jdoe"},
                                                                 {"$USERNAME", "jdoe"},
                                                                 {"$username@x", "jdoe@x"},
                                                                 {"%email%", "jdoe@example.com"},
                                                                 {"%useremail%", "jdoe@example.com"},
                                                                 {"%UserEmail%", "jdoe@example.com"},
                                                                 {"$EMAILADDRESS", "jdoe@example.com"},
                                                                 {"%domainname%", "example.com"},
                                                                 {"%devicename%", "TC-7"},
                                                                 {"$HOSTID-x", "h1-x"},
                                                                 {"$UDID", "4c4c"},
                                                                 {"%username%%domainname%", "jdoeexample.com"}};
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(expand(text, known), expected) << text;
}

TEST(Variables, AreNotSeenInDoubledSigns) {
    EXPECT_EQ(expand("$${hostname}", known), "${hostname}");
    EXPECT_EQ(expand("${hostname}$$@x", known), "pc1$@x");
    EXPECT_EQ(expand("100%%", known), "100%");
    EXPECT_EQ(expand("%%username%%", known), "%username%");
}

TEST(Variables, LeaveASinglePercentSignAlone) {
    EXPECT_EQ(expand("https://x/a%20b", known), "https://x/a%20b");
    EXPECT_EQ(expand("50% off", known), "50% off");
    EXPECT_EQ(expand("%", known), "%");
}

TEST(Variables, AreReplacedOnceOnly) {
    EXPECT_EQ(expand("${dollar}", known), "${hostname}");
}

TEST(Variables, WithoutAValueAreNamedAndNeverExpandToNothing) {
    EXPECT_THAT(
        refusal([] { expand("CN ${serial}", known); }),
        HasSubstr("the variable ${serial} has no value on this machine now; give it one as \"serial\" in [endpoint]"));
    EXPECT_THAT(refusal([] { expand("${empty}", known); }), HasSubstr("the variable ${empty} has no value"));
    EXPECT_THAT(refusal([] { expand("%USEREMAIL%", [](const auto&) { return std::nullopt; }); }),
                HasSubstr("the variable %USEREMAIL% has no value on this machine now; give it one as \"email\""));
}

TEST(Variables, ThatAreMisspelledAreRefusedWithTheRemedy) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"${hostname", "\"${\" has no \"}\"; write \"$$\" for a dollar sign"},
        {"a$", "\"$\" stands alone; write \"$$\""},
        {"$@x", "\"$\" stands alone"},
        {"$hostname", "\"$hostname\" is not a variable; write \"${hostname}\", or \"$$hostname\" for a dollar sign"},
        {"%hostname%", "\"%hostname%\" is not a variable; write \"${hostname}\", or \"%%\" for a percent sign"},
        {"${}", "\"${}\" is not a variable"},
        {"${a b}", "is not a variable; names have letters, digits and -"},
        {"${user_name}", "\"${user_name}\" is not a variable"},
        {"${mac:}", "\"${mac:}\" is not a variable"},
        {"${mac:a/b}", "is not a variable"},
        {"${a${b}}", "is not a variable"}};
    for (const auto& [text, reason] : cases)
        EXPECT_THAT(refusal([&] { variablesIn(text); }), HasSubstr(reason)) << text;
}

TEST(Variables, AreListedOnceByTheirCanonicalNames) {
    EXPECT_THAT(variablesIn("${fqdn}.%UserName%.$UDID.${FQDN}.${mac:eth0}.$$x.%%y%%"),
                ElementsAre("fqdn", "username", "uuid", "mac:eth0"));
    EXPECT_TRUE(variablesIn("no variables").empty());
}

TEST(Names, CarryTheValueOfAVariableWholeWithoutANewRdn) {
    Certificate certificate;
    certificate.subject = {{{"CN", "${asset}"}}, {{"O", "Example"}}};
    certificate.san = {{SanType::dns, "${hostname}.example.com"}};
    const Names expected{{{{"CN", "A,O=Evil+CN=x"}}, {{"O", "Example"}}}, {{SanType::dns, "pc1.example.com"}}};
    EXPECT_EQ(expandNames(certificate, known), expected);
}

TEST(Names, AreHeldToX509OnceTheirVariablesAreKnown) {
    Certificate certificate;
    certificate.san = {{SanType::ip, "${hostname}"}};
    EXPECT_THAT(refusal([&] { expandNames(certificate, known); }),
                HasSubstr("\"pc1\" is not an IPv4 or IPv6 address (after its variables were replaced)"));
    certificate.san.clear();
    certificate.subject = {{{"C", "${hostname}"}}};
    EXPECT_THAT(refusal([&] { expandNames(certificate, known); }), HasSubstr("C=pc1 is not a country's two letters"));
    certificate.subject = {{{"CN", "${x}"}}};
    EXPECT_THAT(refusal([&] { expandNames(certificate, [](const auto&) { return std::string("a\0b", 3); }); }),
                HasSubstr("CN holds bytes that are no text"));
}

TEST(Names, NameTheVariableThatHasNoValue) {
    Certificate certificate;
    certificate.subject = {{{"CN", "${nowhere}"}}};
    EXPECT_THAT(refusal([&] { expandNames(certificate, known); }), HasSubstr("the variable ${nowhere} has no value"));
}
