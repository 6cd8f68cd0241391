#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

using namespace scepd::profile;
using namespace scepd::profile::test;

namespace {

std::string repeated(const std::string& part, std::size_t count) {
    std::string text;
    text.reserve(part.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        text += part;
    return text;
}

void expectRefusedWithoutHarm(const std::string& text) {
    const auto profile = parseProfile(text, "p");
    EXPECT_FALSE(profile.value);
    EXPECT_FALSE(profile.diagnostics.empty());
    EXPECT_FALSE(parseSettings(text, "p").value);
}

/// The same numbers in every run, so that what is found is found again.
class Dice {
public:
    std::size_t below(std::size_t limit) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state_ >> 33U) % limit;
    }

private:
    std::uint64_t state_ = 20240229;
};

/// A profile that touches most of the grammar, to be damaged.
const std::string everything =
    "description = \"x\"\ngroups = [\"a\", 'b']\n" + scepTable + R"(tls.ca-certificates = "/etc/a"
timeout = "1h 30min"
retries = 0x10
[scep.challenge]
type = "static"
value = """s3cret"""
[certificate.wifi]
usage = "802.1x"
subject = "CN=${hostname}+UID=\\2C%username%,O=\"Example, Inc.\""
san = ["dns:${fqdn}", "ip:192.0.2.1", "upn:${hostname}$$@example.com"]
key = { type = "rsa", bits = 4096 }
renew = "20%"
[[certificate.wifi.deploy]]
preset = "wpa_supplicant"
mode = "0640"
)";

} // namespace

TEST(HostileFiles, OfTooMuchNestingAreRefusedBeforeTheyExhaustTheStack) {
    constexpr std::size_t many = 200'000;
    expectRefusedWithoutHarm(repeated("a.", many) + "a = 1\n");
    expectRefusedWithoutHarm("[" + repeated("a.", many) + "a]\n");
    expectRefusedWithoutHarm("[[" + repeated("a.", many) + "a]]\n");
    expectRefusedWithoutHarm("[" + repeated("\"a\" . ", many) + "a]\n");
    expectRefusedWithoutHarm("a = " + repeated("[", many));
    expectRefusedWithoutHarm("a = " + repeated("[\n", many));
    expectRefusedWithoutHarm("a = " + repeated("{a=", many));
    expectRefusedWithoutHarm("a = [" + repeated("{ b." + repeated("b.", 20) + "b = [\n", 500));
    expectRefusedWithoutHarm(R"(a = [""""x"""", { )" + repeated("a.", many) + "a = 1 }]\n");
    expectRefusedWithoutHarm(R"(a = ["""\"""", { )" + repeated("a.", many) + "a = 1 }]\n");
    expectRefusedWithoutHarm("a = [''''x'''', { " + repeated("a.", many) + "a = 1 }]\n");
    expectRefusedWithoutHarm("a = ['\\', { " + repeated("a.", many) + "a = 1 }]\n");
    expectRefusedWithoutHarm("# \"\"\"\n" + repeated("a.", many) + "a = 1\n");
}

TEST(HostileFiles, MayHaveManyDotsWhereTheyMeanNothing) {
    const std::string text =
        "# " + repeated(".", 1000) + "\n" +
        profileWith("usage = \"generic\"\n" + aSubject + "template = \"" + repeated(".", 200) + "\"\n");
    EXPECT_TRUE(parseProfile(text, "p").value);
}

TEST(HostileFiles, OfMoreThanAMebibyteAreRefused) {
    expectRefusedWithoutHarm(std::string((1 << 20) + 1, '#'));
    EXPECT_TRUE(parseSettings(std::string(1 << 20, '#'), "p").value);
}

TEST(HostileFiles, OfAnyBytesGiveADiagnosticWithAPlace) {
    for (const auto& bytes :
         {std::string("\xff\xfe\0a", 4), std::string(100, '\0'), std::string("a = \"\xed\xa0\x80\""),
          std::string("\x1b[31m = 1"), std::string("\xEF\xBB\xBF\xEF\xBB\xBF"), std::string("a\r= 1"),
          std::string(R"("\u0000" = 1)"), std::string("= 1")})
        expectRefusedWithoutHarm(bytes);
}

TEST(HostileFiles, NeverPutControlCharactersOrEndlessNamesIntoADiagnostic) {
    const auto loaded = parseProfile("\"" + std::string(50'000, 'x') + "\" = 1\n\"a\\u001b[31mb\\n\" = 1\n", "p");
    for (const auto& diagnostic : loaded.diagnostics) {
        EXPECT_LT(diagnostic.text.size(), 400U);
        EXPECT_EQ(diagnostic.text.find('\x1b'), std::string::npos);
        EXPECT_EQ(diagnostic.text.find('\n'), std::string::npos);
    }
}

TEST(HostileFiles, WithVeryManyMistakesShowTheFirstHundred) {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += "k" + std::to_string(i) + "=1\n";
    const auto diagnostics = parseSettings(text, "p").diagnostics;
    ASSERT_EQ(diagnostics.size(), 101U);
    EXPECT_EQ(format(diagnostics.front()), "p:1:1: error: unknown key \"k0\"");
    EXPECT_EQ(format(diagnostics.back()), "p: error: 99900 more findings are not shown");
}

TEST(HostileFiles, WithManyTablesAreReadInReasonableTime) {
    std::string text = scepTable;
    for (int i = 0; i < 5000; ++i)
        text += "[certificate.c" + std::to_string(i) + "]\nusage = \"generic\"\nsubject = \"CN=a\"\n";
    const auto loaded = parseProfile(text, "p");
    ASSERT_TRUE(loaded.value);
    EXPECT_EQ(loaded.value->certificates.size(), 5000U);
}

TEST(HostileFiles, ThatAreDamagedAnywhereNeverEscapeTheParser) {
    ASSERT_TRUE(parseProfile(everything, "p").value) << testing::PrintToString(complaints(everything));
    Dice dice;
    std::string letters = "\"'[]{}=.,#\n\r\t \\$%+-_0x\xff\x80u";
    letters.push_back('\0');
    for (int round = 0; round < 4000; ++round) {
        auto text = everything;
        for (std::size_t i = 0, damages = 1 + dice.below(3); i < damages; ++i) {
            const auto at = dice.below(text.size());
            const auto kind = dice.below(3);
            if (kind == 0) text[at] = letters[dice.below(letters.size())];
            if (kind == 1) text.erase(at, 1 + dice.below(8));
            if (kind == 2) text.insert(at, 1, letters[dice.below(letters.size())]);
        }
        const auto loaded = parseProfile(text, "p");
        EXPECT_TRUE(loaded.value || !loaded.diagnostics.empty());
    }
}

TEST(HostileFiles, ThatEndTooEarlyNeverEscapeTheParser) {
    for (std::size_t length = 0; length < everything.size(); ++length) {
        const auto loaded = parseProfile(everything.substr(0, length), "p");
        EXPECT_TRUE(loaded.value || !loaded.diagnostics.empty()) << length;
    }
}
