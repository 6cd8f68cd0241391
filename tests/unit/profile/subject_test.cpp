#include "base/error.hpp"
#include "profile/subject.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd;
using namespace scepd::profile;
using testing::HasSubstr;

namespace {

std::string refusal(const std::string& text) {
    try {
        parseSubject(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::configuration);
        return error.what();
    }
    return {};
}

} // namespace

TEST(Subject, KeepsTheOrderTypedAndJoinsAnRdnWithPlus) {
    const Subject expected{
        {{"CN", "${hostname}"}, {"serialNumber", "${serial}"}}, {{"OU", "Kiosk"}}, {{"O", "Example"}}};
    EXPECT_EQ(parseSubject("CN=${hostname}+serialNumber=${serial},OU=Kiosk,O=Example"), expected);
    EXPECT_EQ(parseSubject("  CN = ${hostname} + serialNumber = ${serial} , OU=Kiosk ,O=Example  "), expected);
}

TEST(Subject, UnderstandsNamesOfAttributesInAnyCaseTheirAliasesAndObjectIdentifiers) {
    const std::vector<std::pair<std::string, std::string>> cases{{"cn", "CN"},
                                                                 {"commonName", "CN"},
                                                                 {"E", "emailAddress"},
                                                                 {"Email", "emailAddress"},
                                                                 {"EMAILADDRESS", "emailAddress"},
                                                                 {"SN", "SN"},
                                                                 {"surname", "SN"},
                                                                 {"serialNumber", "serialNumber"},
                                                                 {"S", "ST"},
                                                                 {"G", "GN"},
                                                                 {"userid", "UID"},
                                                                 {"2.5.4.3", "2.5.4.3"},
                                                                 {"OID.1.2.3", "1.2.3"},
                                                                 {"oid.2.999.1", "2.999.1"},
                                                                 {"dc", "DC"},
                                                                 {"street", "street"}};
    for (const auto& [typed, type] : cases)
        EXPECT_EQ(parseSubject(typed + "=x"), (Subject{{{type, "x"}}})) << typed;
}

TEST(Subject, UnescapesAsRfc4514Does) {
    const std::vector<std::pair<std::string, std::string>> cases{{R"(O=Example\, Inc.)", "Example, Inc."},
                                                                 {R"(O=A\+B)", "A+B"},
                                                                 {R"(O=\"A\")", "\"A\""},
                                                                 {R"(O=A\\B)", R"(A\B)"},
                                                                 {R"(O=A\2CB)", "A,B"},
                                                                 {R"(O=M\C3\BCller)", "Müller"},
                                                                 {R"(O=\#1)", "#1"},
                                                                 {R"(O=\ A\ )", " A "},
                                                                 {R"(O="Example, Inc.")", "Example, Inc."},
                                                                 {R"(O="say \"A\"+B" )", "say \"A\"+B"},
                                                                 {R"(O=a=b)", "a=b"},
                                                                 {"O=  two  words  ", "two  words"},
                                                                 {"O=Müller", "Müller"}};
    for (const auto& [text, value] : cases)
        EXPECT_EQ(parseSubject(text), (Subject{{{"O", value}}})) << text;
}

TEST(Subject, LeavesVariablesInTheValuesAndNothingInsideThemSeparates) {
    EXPECT_EQ(parseSubject("CN=pc-${mac:eth0},UID=%username%"),
              (Subject{{{"CN", "pc-${mac:eth0}"}}, {{"UID", "%username%"}}}));
    EXPECT_EQ(parseSubject("CN=\"${hostname}, here\""), (Subject{{{"CN", "${hostname}, here"}}}));
}

TEST(Subject, NeverTakesAnEscapedSignForAVariable) {
    EXPECT_EQ(parseSubject(R"(CN=\24{hostname})"), (Subject{{{"CN", "$${hostname}"}}}));
    EXPECT_EQ(parseSubject(R"(CN=100\25)"), (Subject{{{"CN", "100%%"}}}));
}

TEST(Subject, IsRefusedWithThePlaceAndTheRemedy) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "expects ATTRIBUTE=VALUE"},
        {"host", "expects ATTRIBUTE=VALUE, such as CN=${hostname}"},
        {"CN=a,", "expects ATTRIBUTE=VALUE"},
        {"CN=a,,O=b", "(at character 6)"},
        {"O=Example, Inc.", "write \"\\,\" for a comma"},
        {"CN=", "gives CN no value"},
        {"CN=a+O=", "gives O no value"},
        {"CN=\"\"", "gives CN no value"},
        {"CN=\"a", "has a quotation mark that is never closed"},
        {"CN=\"a\"b", "has something after the closing quotation mark"},
        {"CN=a;O=b", "has ; inside a value; separate attributes with \",\" or write \"\\;\""},
        {"CN=a\"b", "has \" inside a value"},
        {"CN=#0401", "begins a value with \"#\"; write \"\\#\""},
        {"CN=a\\", "has a \"\\\" that escapes nothing"},
        {"CN=a\\q", "has a \"\\\" that escapes nothing"},
        {"CN=a\\00", "escapes a control character"},
        {"CN=\\FF", "gives CN a value that is not UTF-8"},
        {"CM=a", "\"CM\" is not an attribute of a name known here"},
        {"serialNumbr=1", "did you mean \"serialNumber\"?"},
        {"3.1=a", "\"3.1\" is not an attribute"},
        {"1.40=a", "\"1.40\" is not an attribute"},
        {"1.02=a", "is not an attribute"},
        {"1=a", "is not an attribute"},
        {"CN=${host", "\"${\" has no \"}\""},
        {"CN=$hostname", "\"$hostname\" is not a variable; write \"${hostname}\""}};
    for (const auto& [text, reason] : cases)
        EXPECT_THAT(refusal(text), HasSubstr(reason)) << text;
}

TEST(Subject, IsHeldToTheLimitsOfX509AsSoonAsAValueIsKnown) {
    EXPECT_EQ(refusal("CN=" + std::string(64, 'x')), "");
    EXPECT_EQ(refusal("CN=" + std::string(65, 'x')), "CN has 65 characters; X.509 allows it 64");
    EXPECT_EQ(refusal("C=DE"), "");
    EXPECT_EQ(refusal("C=Germany"), "C=Germany is not a country's two letters, such as C=DE");
    EXPECT_EQ(refusal("serialNumber=A_1"), "serialNumber=A_1 has characters that X.509 does not allow in it");
    EXPECT_EQ(refusal("emailAddress=jürgen@example.com"),
              "emailAddress=jürgen@example.com has characters that X.509 does not allow in it");
    EXPECT_EQ(refusal("C=${country}"), "");
    std::string umlauts;
    for (int i = 0; i < 64; ++i)
        umlauts += "ü";
    EXPECT_EQ(refusal("CN=" + umlauts), "");
}

TEST(ObjectIdentifiers, AreDottedNumbersWithinTheirArcs) {
    for (const auto* good : {"1.2", "2.5.4.3", "0.9.2342.19200300.100.1.1", "2.999", "1.39", "1.3.6.1.4.1.311.20.2.2"})
        EXPECT_TRUE(isObjectIdentifier(good)) << good;
    for (const auto* bad :
         {"", "1", "1.", ".1", "1..2", "3.1", "1.40", "0.100", "1.2.03", "1.2.a", "1.-2", "1.2 ", "10.1"})
        EXPECT_FALSE(isObjectIdentifier(bad)) << bad;
}
