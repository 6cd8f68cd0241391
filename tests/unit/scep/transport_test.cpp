#include "scep/transport.hpp"

#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace {

using namespace scepd::scep;

TEST(OperationUrl, TakesTheConfiguredPathVerbatim) {
    EXPECT_EQ(operationUrl("http://ca.example.com/certsrv/mscep/", "GetCACert", {}),
              "http://ca.example.com/certsrv/mscep/?operation=GetCACert");
    EXPECT_EQ(operationUrl("https://ca.example.com:8443/scep/x/pkiclient.exe", "GetCACaps", {}),
              "https://ca.example.com:8443/scep/x/pkiclient.exe?operation=GetCACaps");
    EXPECT_EQ(operationUrl("http://ca.example.com/", "GetCACaps", {}), "http://ca.example.com/?operation=GetCACaps");
}

TEST(OperationUrl, WithoutAPathGetsTheDefaultOfTheRfc) {
    EXPECT_EQ(operationUrl("http://ca.example.com", "GetCACaps", {}),
              "http://ca.example.com/cgi-bin/pkiclient.exe?operation=GetCACaps");
    EXPECT_EQ(operationUrl("http://[2001:db8::1]:80?tenant=1", "GetCACaps", {}),
              "http://[2001:db8::1]:80/cgi-bin/pkiclient.exe?tenant=1&operation=GetCACaps");
}

TEST(OperationUrl, JoinsAnExistingQuery) {
    EXPECT_EQ(operationUrl("http://ca/scep?tenant=1", "PKIOperation", {}),
              "http://ca/scep?tenant=1&operation=PKIOperation");
    EXPECT_EQ(operationUrl("http://ca/scep?tenant=1&", "PKIOperation", {}),
              "http://ca/scep?tenant=1&operation=PKIOperation");
    EXPECT_EQ(operationUrl("http://ca/scep?", "PKIOperation", {}), "http://ca/scep?operation=PKIOperation");
    EXPECT_EQ(operationUrl("http://ca/scep#part", "PKIOperation", {}), "http://ca/scep?operation=PKIOperation");
}

TEST(OperationUrl, CarriesTheIdentifierEscaped) {
    EXPECT_EQ(operationUrl("http://ca/scep", "GetCACert", "My CA/1+2&ü"),
              "http://ca/scep?operation=GetCACert&message=My%20CA%2F1%2B2%26%C3%BC");
}

TEST(OperationUrl, CarriesAMessageEscaped) {
    EXPECT_EQ(operationUrl("http://ca/scep", "PKIOperation", scepd::base64("\xfb\xff\xfe\xfb")),
              "http://ca/scep?operation=PKIOperation&message=%2B%2F%2F%2B%2Bw%3D%3D");
}

TEST(ShownUrl, LeavesOutWhatMayBeSecret) {
    EXPECT_EQ(shownUrl("https://user:pass@ca.example.com:8443/scep?key=secret#x"), "https://ca.example.com:8443/scep");
    EXPECT_EQ(shownUrl("http://ca"), "http://ca");
}

TEST(Redirect, MayLeadToTheSameServerOrToHttpsOnTheSameHost) {
    EXPECT_TRUE(mayRedirect("http://ca/scep", "http://ca/scep/"));
    EXPECT_TRUE(mayRedirect("http://CA/scep", "http://ca/other"));
    EXPECT_TRUE(mayRedirect("http://ca:8080/scep", "https://ca/scep"));
    EXPECT_FALSE(mayRedirect("https://ca/scep", "http://ca/scep"));
    EXPECT_FALSE(mayRedirect("http://ca/scep", "http://evil/scep"));
    EXPECT_FALSE(mayRedirect("http://ca/scep", "http://ca:81/scep"));
    EXPECT_FALSE(mayRedirect("http://ca/scep", "http://ca@evil/scep"));
    EXPECT_FALSE(mayRedirect("http://ca/scep", "ftp://ca/scep"));
    EXPECT_FALSE(mayRedirect("http://[::1]:80/scep", "https://[::2]/scep"));
    EXPECT_FALSE(mayRedirect("http://ca/scep", "http://ca/\x1b[2J"));
    EXPECT_FALSE(mayRedirect("http://ca/scep", "http://ca/\xff"));
    EXPECT_FALSE(mayRedirect("http://ca/scep", "http://ca/a b"));
}

} // namespace
