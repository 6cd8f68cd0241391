#include "scep/ndes_page.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace scepd;
using scep::NdesTrouble;
using scep::readNdesPage;

/// As IIS sends it: UTF-16LE without a byte order mark.
std::string wide(const std::string& ascii) {
    std::string text;
    for (const char c : ascii)
        text += {c, '\0'};
    return text;
}

std::string bigEndian(const std::string& ascii) {
    std::string text;
    for (const char c : ascii)
        text += {'\0', c};
    return text;
}

std::string page(const std::string& body) {
    return "<HTML><Head><Meta HTTP-Equiv=\"Content-Type\" Content=\"text/html; charset=UTF-8\"><Title>Network Device "
           "Enrollment Service</Title></Head><Body BgColor=#FFFFFF><Font ID=locPageFont Face=\"Arial\"><Table Border=0>"
           "<TR><TD ID=locPageTitle><B>Network Device Enrollment Service</B></TD></TR></Table><P>" +
           body + "</P></Font></Body></HTML>\r\n";
}

const std::string usual = page(
    "To complete certificate enrollment for your network device you will need the following information:\r\n<P>"
    "The thumbprint (hash value) for the CA certificate is: <B> A656FA66 0B6A8C3D 9F0E4D11 22AB34CD </B>\r\n<P>"
    "The enrollment challenge password is: <B> 8CE317021F690069 </B>\r\n<P>This password can be used only once and "
    "will expire within 60 minutes.");

std::string challengeIn(const std::string& bytes) {
    const auto found = readNdesPage(bytes);
    return found ? std::string(found->reveal()) : "trouble " + std::to_string(static_cast<int>(found.error()));
}

NdesTrouble troubleIn(const std::string& bytes) {
    const auto found = readNdesPage(bytes);
    EXPECT_FALSE(found);
    return found ? NdesTrouble::noChallenge : found.error();
}

TEST(NdesPage, ShowsTheChallengeInEveryEncoding) {
    for (const auto& bytes : {usual, wide(usual), "\xff\xfe" + wide(usual), "\xfe\xff" + bigEndian(usual),
                              bigEndian(usual), "\xef\xbb\xbf" + usual})
        EXPECT_EQ(challengeIn(bytes), "8CE317021F690069");
}

TEST(NdesPage, MayWriteItsWordsInAnyWay) {
    for (const auto* body : {"THE ENROLLMENT CHALLENGE PASSWORD IS: <b>8CE317021F690069</b>",
                             "the enrollment\r\n\tchallenge&nbsp;password\n is <Br> : </TD><TD><B "
                             "ID=\"locPassword\">\n8CE317021F690069\n</B>",
                             "The <i>enrollment</i> <b>challenge</b> password is: <strong>8CE317021F690069</strong>",
                             "The enrollment challenge password is: <B><Font Color=red> 8CE317021F690069 </Font></B>"})
        EXPECT_EQ(challengeIn(page(body)), "8CE317021F690069") << body;
}

TEST(NdesPage, MayShowAChallengeThatIsNotHexadecimal) {
    EXPECT_EQ(challengeIn(page("The enrollment challenge password is: <B> s3cret?-_.~Word </B>")), "s3cret?-_.~Word");
}

TEST(NdesPage, NeverGivesTheThumbprint) {
    EXPECT_EQ(
        troubleIn(page("The thumbprint (hash value) for the CA certificate is: <B> A656FA660B6A8C3D9F0E4D1122AB34CD "
                       "</B>")),
        NdesTrouble::noChallenge);
    EXPECT_EQ(troubleIn(page("The thumbprint is: <B>A656FA660B6A8C3D9F0E4D1122AB34CD</B> The enrollment challenge "
                             "password is not shown")),
              NdesTrouble::noChallenge);
    EXPECT_EQ(challengeIn(page("The enrollment challenge password is: <B> A656FA660B6A8C3D9F0E4D1122AB34CD </B>")),
              "A656FA660B6A8C3D9F0E4D1122AB34CD")
        << "a single password of 16 bytes looks alike";
}

TEST(NdesPage, InAnotherLanguageIsReadByItsMarkup) {
    const auto german =
        page("Der Fingerabdruck des Zertifizierungsstellenzertifikats: <B> A656FA66 0B6A8C3D 9F0E4D11 "
             "22AB34CD </B><P>Das Kennwort f\xc3\xbcr die Anforderung lautet: <B> 8CE317021F690069 </B>");
    EXPECT_EQ(challengeIn(german), "8CE317021F690069");
    EXPECT_EQ(challengeIn(wide(german)), "8CE317021F690069");
}

TEST(NdesPage, InAnotherLanguageIsNotGuessedAt) {
    const std::string thumbprint = "<B> A656FA66 0B6A8C3D 9F0E4D11 22AB34CD </B>";
    for (const auto& body :
         {thumbprint, std::string("<B>8CE317021F690069</B>"), thumbprint + thumbprint, thumbprint + "<B>1234567</B>",
          thumbprint + "<B>8CE31702 1F690069</B>", thumbprint + "<B>8CE317021F690069</B><B>8CE317021F690068</B>",
          "<B>8CE317021F690069</B>" + thumbprint, thumbprint + "<B>" + std::string(65, 'A') + "</B>"})
        EXPECT_EQ(troubleIn(page(body)), NdesTrouble::noChallenge) << body;
}

TEST(NdesPage, SaysThatItsCacheIsFull) {
    const auto full =
        page("<Font Color=#FF0000>The password cache is full.</Font><P>You cannot obtain a password now.");
    EXPECT_EQ(troubleIn(full), NdesTrouble::cacheFull);
    EXPECT_EQ(troubleIn(wide(full)), NdesTrouble::cacheFull);
}

TEST(NdesPage, SaysThatTheUserMayNot) {
    const auto denied = page("You do not have sufficient\r\npermission to enroll with SCEP. Please contact your system "
                             "administrator.");
    EXPECT_EQ(troubleIn(denied), NdesTrouble::notAllowed);
    EXPECT_EQ(troubleIn("\xff\xfe" + wide(denied)), NdesTrouble::notAllowed);
}

TEST(NdesPage, IsNoneOfOthers) {
    for (const auto& bytes : {std::string(), std::string("\xff\xfe"), std::string("x"), std::string(3, '\0'),
                              std::string("<html><b>It works!</b></html>"), std::string(100000, '<'),
                              std::string(100000, '\xff'), std::string("The enrollment challenge password is: <B>"),
                              std::string("The enrollment challenge password is: <B></B>"),
                              std::string("The enrollment challenge password is: <B>two words</B>"),
                              "The enrollment challenge password is: <B>" + std::string(300, 'A') + "</B>"})
        EXPECT_EQ(troubleIn(bytes), NdesTrouble::noChallenge);
}

} // namespace
