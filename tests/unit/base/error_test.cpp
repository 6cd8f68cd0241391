#include "base/error.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace scepd {
namespace {

TEST(Error, EveryFaultHasANameThatLeadsBackToIt) {
    const std::pair<Fault, std::string_view> faults[]{
        {Fault::configuration, "configuration"},
        {Fault::unreachable, "unreachable"},
        {Fault::refused, "refused"},
        {Fault::protocol, "protocol"},
        {Fault::local, "local"},
    };
    for (const auto& [fault, word] : faults) {
        EXPECT_EQ(name(fault), word);
        EXPECT_EQ(faultFromName(word), fault);
    }
}

TEST(Error, AWordThatIsNoFaultIsALocalError) {
    try {
        faultFromName("Local");
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::local);
        EXPECT_STREQ(error.what(), "no such fault: Local");
    }
}

TEST(Error, WhatWasBeingDoneIsPutInFrontAndTheFaultStays) {
    const auto error = Error(Fault::unreachable, "connection refused").during("fetch CA certificate").during("wifi");

    EXPECT_STREQ(error.what(), "wifi: fetch CA certificate: connection refused");
    EXPECT_EQ(error.fault(), Fault::unreachable);
}

TEST(Error, AFailedSystemCallIsALocalFaultInWords) {
    errno = ENOSPC;
    const auto error = systemError("write /var/lib/scepd/x");

    EXPECT_STREQ(error.what(), "write /var/lib/scepd/x: No space left on device");
    EXPECT_EQ(error.fault(), Fault::local);
}

} // namespace
} // namespace scepd
