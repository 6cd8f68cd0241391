#include "enroll/look.hpp"

#include "enroll/progress.hpp"
#include "integration/scep/conversation.hpp"
#include "store/authorities.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace scepd;
using namespace scepd::test;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

record::Report lookFrom(const Endpoint& endpoint, std::optional<Time> earliest = std::nullopt) {
    static const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    return enroll::look(enroll::findWanted(endpoint.root(), "device"), earliest, enroll::Progress(nowhere));
}

TEST(ALook, LearnsWhoTheCaIsAndAsksForNothing) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));

    as<record::Looked>(lookFrom(endpoint));

    EXPECT_EQ(store::readAuthorities(endpoint.root(), "device").front().role, "ca");
    EXPECT_THAT(messages(authority, "messageType"), IsEmpty());
    EXPECT_TRUE(endpoint.holdsNothing());
}

TEST(ALook, IsNotMisledByAClockThatCannotBeRight) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));

    as<record::Looked>(lookFrom(endpoint, now() - std::chrono::days(4000))); // before the CA's certificate begins
}

TEST(ALook, LearnsWhoFollowsACaThatRollsOver) {
    const ca::TestCa authority({.character = "rollover"});
    const Endpoint endpoint;
    endpoint.configure(profileFor(authority));

    as<record::Looked>(lookFrom(endpoint));

    EXPECT_THAT(fields(authority, "operation"), Contains("GetNextCACert"));
    EXPECT_EQ(store::readAuthorities(endpoint.root(), "device").back().role, "next");
}

TEST(ALook, SaysSoWhenThePinFitsNoMore) {
    const ca::TestCa authority;
    const Endpoint endpoint;
    auto text = profileFor(authority);
    text.trust = "ca-fingerprint = \"sha256:" + std::string(64, '0') + "\"";
    endpoint.configure(text);

    const auto failed = as<record::Failed>(lookFrom(endpoint));

    EXPECT_EQ(failed.fault(), Fault::protocol);
    EXPECT_THAT(failed.reason, HasSubstr("look at the CA of device"));
    EXPECT_THAT(store::readAuthorities(endpoint.root(), "device"), IsEmpty());
}

} // namespace
