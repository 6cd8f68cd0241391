#include "ctl/failure.hpp"

#include "base/code.hpp"
#include "bus/answer.hpp"
#include "console_support.hpp"

#include <string>

#include <gtest/gtest.h>
#include <sdbus-c++/Error.h>

namespace scepd::ctl {
namespace {

using test::Written;

Exit codeOf(const std::string& name) {
    return explain(sdbus::Error(name, "text")).code;
}

TEST(Failure, EveryBusErrorHasItsExitCode) {
    EXPECT_EQ(codeOf("org.scepd1.Error.NoSuchCertificate"), Exit::noSuchCertificate);
    EXPECT_EQ(codeOf("org.scepd1.Error.NotApplicable"), Exit::notApplicable);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.AccessDenied"), Exit::notAuthorized);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"), Exit::notAuthorized);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.ServiceUnknown"), Exit::noDaemon);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.NoReply"), Exit::noDaemon);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.Timeout"), Exit::noDaemon);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.NoServer"), Exit::noDaemon);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.Disconnected"), Exit::noDaemon);
    EXPECT_EQ(codeOf("org.freedesktop.DBus.Error.InvalidArgs"), Exit::usage);
    for (const auto* name : {"Busy", "Configuration", "Unreachable", "Refused", "Protocol", "Local"})
        EXPECT_EQ(codeOf(std::string("org.scepd1.Error.") + name), Exit::failed) << name;
}

TEST(Failure, TheExitCodesAreTheDocumentedNumbers) {
    EXPECT_EQ(static_cast<int>(Exit::done), 0);
    EXPECT_EQ(static_cast<int>(Exit::failed), 1);
    EXPECT_EQ(static_cast<int>(Exit::usage), 2);
    EXPECT_EQ(static_cast<int>(Exit::noSuchCertificate), 3);
    EXPECT_EQ(static_cast<int>(Exit::notAuthorized), 4);
    EXPECT_EQ(static_cast<int>(Exit::timeout), 5);
    EXPECT_EQ(static_cast<int>(Exit::pending), 6);
    EXPECT_EQ(static_cast<int>(Exit::noDaemon), 7);
    EXPECT_EQ(static_cast<int>(Exit::notApplicable), 8);
}

TEST(Failure, SaysWhoMayWhenAccessIsDenied) {
    const auto failure =
        explain(sdbus::Error("org.freedesktop.DBus.Error.AccessDenied", "org.scepd1.request is for others"));
    EXPECT_EQ(failure.sentence, "not authorized: org.scepd1.request is for others");
    EXPECT_EQ(failure.remedy, "Run it as root (sudo scepctl ...) or as a member of group scepd-admin.");
}

TEST(Failure, NamesNoGroupWhilePolkitDoesNotAnswer) {
    const auto failure = explain(bus::undecided(
        "org.scepd1.request", sdbus::Error("org.freedesktop.DBus.Error.ServiceUnknown", "no such name")));
    EXPECT_EQ(failure.code, Exit::notAuthorized);
    EXPECT_EQ(failure.sentence, "not authorized: polkit does not answer, and only root may do org.scepd1.request until "
                                "it does; see \"systemctl status polkit\"");
    EXPECT_EQ(failure.remedy, "Run it as root (sudo scepctl ...), or ask again when polkit answers.");
}

TEST(Failure, SaysHowToStartADaemonThatDoesNotRun) {
    const auto failure = explain(sdbus::Error("org.freedesktop.DBus.Error.ServiceUnknown", "nobody has the name"));
    EXPECT_EQ(failure.sentence, "scepd does not answer: it is not running");
    EXPECT_NE(failure.remedy.find("systemctl start scepd"), std::string::npos);
}

TEST(Failure, EveryFaultEndsWithWhatToDo) {
    for (const auto* name : {"Configuration", "Unreachable", "Refused", "Protocol", "Local"}) {
        const auto failure = explain(sdbus::Error(std::string("org.scepd1.Error.") + name, "it went wrong"));
        EXPECT_EQ(failure.sentence, "it went wrong");
        EXPECT_NE(failure.remedy.find("\"scepctl "), std::string::npos) << name;
    }
}

TEST(Failure, ACodeOfTheCatalogueBringsItsOwnRemedy) {
    const auto failure =
        explain(bus::busError(Error(Code::diskFull, "write /var/lib/scepd/x: no space left on device")));
    EXPECT_TRUE(failure.sentence.ends_with("(SCEPD-501)")) << failure.sentence;
    EXPECT_EQ(failure.remedy, entryOf(Code::diskFull).remedy);
}

TEST(Failure, WhatSaysItselfWhatToDoGetsNoSecondRemedy) {
    const auto failure = explain(sdbus::Error("org.scepd1.Error.Local",
                                              "no request waits for a certificate; \"scepctl csr printer\" makes one"));
    EXPECT_EQ(failure.remedy, "");
}

TEST(Failure, TheWallReportsWhatAVerbThrows) {
    Written written;
    const auto code = guarded(written.console, [&]() -> Exit { throw Error(Fault::local, "the disk\033 is full"); });
    EXPECT_EQ(code, Exit::failed);
    EXPECT_EQ(written.out.str(), "");
    EXPECT_EQ(written.err.str(), "scepctl: the disk? is full\n");
}

TEST(Failure, ARemedyStandsOnALineOfItsOwn) {
    Written written;
    report(written.console, {Exit::failed, "it is broken", "Mend it."});
    EXPECT_EQ(written.err.str(), "scepctl: it is broken\nRemedy: Mend it.\n");
}

} // namespace
} // namespace scepd::ctl
