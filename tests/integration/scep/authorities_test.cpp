#include "store/authorities.hpp"

#include "ca/server.hpp"
#include "integration/scep/endpoint.hpp"
#include "store/generation.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::IsEmpty;
using testing::SizeIs;

void configure(const Endpoint& endpoint, const ca::TestCa& authority, const std::string& pin) {
    endpoint.configure({.urls = fmt::format("\"{}\"", authority.url()),
                        .trust = fmt::format("ca-fingerprint = \"{}\"", pin),
                        .scep = "retries = 1"});
}

TEST(AuthoritiesOfAnAttempt, AreWrittenDownWhenTheRequestIsRefusedToo) {
    const ca::TestCa authority({.ra = true, .challenge = "canary"});
    const Endpoint endpoint;
    configure(endpoint, authority, authority.fingerprint());
    as<record::Refused>(endpoint.enroll());

    const auto met = store::readAuthorities(endpoint.root(), "device");
    ASSERT_THAT(met, SizeIs(3));
    EXPECT_EQ(met[0].role, "ca");
    EXPECT_EQ(met[0].subject, "CN=scepd test CA");
    EXPECT_EQ(met[0].fingerprint, authority.fingerprint());
    EXPECT_GT(met[0].notAfter, met[0].notBefore);
    EXPECT_EQ(met[1].role, "ra");
    EXPECT_EQ(met[2].role, "ra");
}

TEST(AuthoritiesOfAnAttempt, AreNotWrittenDownUnlessThePinFits) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    configure(endpoint, authority, std::string(64, '0'));
    as<record::Failed>(endpoint.enroll());
    EXPECT_THAT(store::readAuthorities(endpoint.root(), "device"), IsEmpty());
}

TEST(AuthoritiesOfAnAttempt, ThatCannotBeWrittenDownDoNotStopIt) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    configure(endpoint, authority, authority.fingerprint());
    std::filesystem::create_directories(endpoint.directory() / "authorities.toml");
    as<record::Issued>(endpoint.enroll());
}

} // namespace
