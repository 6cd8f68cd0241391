#include "base/error.hpp"
#include "profile/quantity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

using namespace scepd;
using namespace scepd::profile;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

/// The sentence of the Error that a call throws; empty when it throws none.
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

TEST(Durations, HaveTheUnitsOfSystemd) {
    const std::vector<std::pair<std::string, Duration>> cases{
        {"30s", 30s},      {"10min", 10min},    {"10m", 10min},        {"1h", 1h},
        {"30d", 720h},     {"1w", 168h},        {"500ms", 500ms},      {"7us", 7us},
        {"7µs", 7us},      {"1h 30min", 90min}, {"1h30min", 90min},    {"2 hours 5 seconds", 2h + 5s},
        {"1.5h", 90min},   {"1M", 2630016s},    {"1y", 31557600s},     {" 5 min ", 5min},
        {"1day 1hr", 25h}, {"3 weeks", 504h},   {"1 minute 1sec", 61s}};
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(parseDuration(text), expected) << text;
}

TEST(Durations, AreZeroWithoutAUnitOnly) {
    EXPECT_EQ(parseDuration("0"), Duration::zero());
    EXPECT_EQ(parseDuration("0s"), Duration::zero());
}

TEST(Durations, AreRefusedWithTheWayToWriteThem) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"30", "\"30\" has a number without a unit; write for instance \"30s\" or \"30d\""},
        {"1h 30", "has a number without a unit"},
        {"0 0", "has a number without a unit"},
        {"10minuets", "has the unknown unit \"minuets\""},
        {"10H", "has the unknown unit \"H\""},
        {"-5s", "is not a duration"},
        {"1..5s", "is not a duration"},
        {".5s", "is not a duration"},
        {"nan s", "is not a duration"},
        {"1e3s", "has the unknown unit \"e\""},
        {"soon", "is not a duration"},
        {"  ", "is empty"},
        {"", "is empty"},
        {"999999y", "is longer than 1000 years"},
        {std::string(400, '9') + "s", "is not a duration"}};
    for (const auto& [text, reason] : cases)
        EXPECT_THAT(refusal([&] { parseDuration(text); }), HasSubstr(reason)) << text;
}

TEST(Shares, ArePercentagesFrom0To100) {
    EXPECT_DOUBLE_EQ(parseShare("20%"), 0.2);
    EXPECT_DOUBLE_EQ(parseShare("12.5%"), 0.125);
    EXPECT_DOUBLE_EQ(parseShare("0%"), 0);
    EXPECT_DOUBLE_EQ(parseShare("100%"), 1);
    for (const auto* text : {"20", "%", "-1%", "20 %%", "twenty%", "", "inf%", "1e1%"})
        EXPECT_THAT(refusal([&] { parseShare(text); }), HasSubstr("is not a percentage; write for instance \"20%\""))
            << text;
    EXPECT_THAT(refusal([] { parseShare("101%"); }), HasSubstr("is more than 100%"));
}

TEST(RenewRules, AreATimeAShareOrNever) {
    EXPECT_EQ(parseRenew("30d"), RenewRule{Duration(720h)});
    EXPECT_EQ(parseRenew("20%"), RenewRule{0.2});
    EXPECT_EQ(parseRenew("0"), RenewRule{Duration::zero()});
    EXPECT_THAT(refusal([] { parseRenew("0%"); }), HasSubstr("or 0 to renew never"));
    EXPECT_THAT(refusal([] { parseRenew("100%"); }), HasSubstr("less than 100%"));
    EXPECT_THAT(refusal([] { parseRenew("30"); }), HasSubstr("without a unit"));
}

TEST(FileModes, AreOctalPermissionBits) {
    EXPECT_EQ(parseMode("0640"), 0640U);
    EXPECT_EQ(parseMode("600"), 0600U);
    for (const auto* text : {"64", "0689", "rw-r--r--", "0x1ff", "-640", "0640 ", ""})
        EXPECT_THAT(refusal([&] { parseMode(text); }), HasSubstr("is not a file mode; write it in octal")) << text;
    EXPECT_THAT(refusal([] { parseMode("4755"); }), HasSubstr("has more than permission bits"));
    EXPECT_THAT(refusal([] { parseMode("77777777777777777777"); }), HasSubstr("is not a file mode"));
}

TEST(Fingerprints, AreToldByTheirNameOrTheirLengthAndColonsSpacesAndCaseDoNotMatter) {
    std::string sha256;
    for (int i = 0; i < 32; ++i)
        sha256 += (i == 0 ? "" : ":") + std::string("aB");
    const FingerprintPin expected{Digest::sha256, std::vector<std::uint8_t>(32, 0xab)};
    std::string bare = sha256;
    std::erase(bare, ':');
    std::string spaced = sha256;
    std::ranges::replace(spaced, ':', ' ');
    for (const auto& text :
         {sha256, bare, spaced, "sha256:" + sha256, "SHA256: " + spaced, "SHA-256:" + bare, "sha256:" + spaced})
        EXPECT_EQ(parseFingerprint(text), expected) << text;
    EXPECT_EQ(parseFingerprint(std::string(128, '1')),
              (FingerprintPin{Digest::sha512, std::vector<std::uint8_t>(64, 0x11)}));
    EXPECT_EQ(parseFingerprint("sha512:" + std::string(128, '2')).digest, Digest::sha512);
    EXPECT_EQ(parseFingerprint(std::string(40, 'f')),
              (FingerprintPin{Digest::sha1, std::vector<std::uint8_t>(20, 0xff)}));
    EXPECT_EQ(parseFingerprint("sha1:" + std::string(40, 'f')).digest, Digest::sha1);
}

TEST(Fingerprints, OfMd5AreRefusedWithAnExplanation) {
    for (const auto& text : {std::string(32, 'a'), "md5:" + std::string(32, 'a')})
        EXPECT_THAT(
            refusal([&] { parseFingerprint(text); }),
            testing::StartsWith("an MD5 fingerprint pins nothing, because anybody can make a certificate that has it"))
            << text;
}

TEST(Fingerprints, ThatAreIncompleteOrUnknownAreRefused) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {std::string(63, 'a'),
         "a fingerprint of 63 hexadecimal digits is none of SHA-256 (64), SHA-512 (128) and SHA-1 (40)"},
        {"sha256:" + std::string(40, 'a'), "a sha256 fingerprint has 64 hexadecimal digits, this one has 40"},
        {"sha256:", "is not hexadecimal"},
        {"6F:2A:...", "is not hexadecimal; write \"sha256:\" and 64 hexadecimal digits"},
        {"", "is not hexadecimal"},
        {"sha3:" + std::string(64, 'a'), "\"sha3\" is no fingerprint algorithm known here; write sha256 or sha512"},
        {std::string(64, '\xff'), "is not hexadecimal"}};
    for (const auto& [text, reason] : cases)
        EXPECT_THAT(refusal([&] { parseFingerprint(text); }), HasSubstr(reason)) << text;
}
