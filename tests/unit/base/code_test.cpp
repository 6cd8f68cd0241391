#include "base/code.hpp"

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;
using testing::Not;

TEST(Catalogue, IsInTheOrderOfItsNumbersAndHasEachOnce) {
    EXPECT_EQ(std::ranges::adjacent_find(catalogue(), std::ranges::greater_equal{}, &CatalogueEntry::code),
              catalogue().end());
}

TEST(Catalogue, TellsTheCauseOfEverythingAndTheRemedyOfEveryError) {
    for (const auto& entry : catalogue()) {
        EXPECT_THAT(std::string(entry.title), Not(EndsWith("."))) << name(entry.code);
        EXPECT_THAT(std::string(entry.cause), EndsWith(".")) << name(entry.code);
        EXPECT_TRUE(entry.remedy.ends_with('.') || (entry.remedy.empty() && !isError(entry.code))) << name(entry.code);
    }
}

TEST(Catalogue, WritesCommandsAsTheyCanBeTyped) {
    for (const auto& entry : catalogue())
        for (const auto* const verb : {"request", "renew", "redeploy", "rollback", "purge", "probe", "trace", "csr"}) {
            const auto command = std::string("scepctl ") + verb;
            for (auto at = entry.remedy.find(command); at != std::string_view::npos;
                 at = entry.remedy.find(command, at + 1)) {
                const auto rest = entry.remedy.substr(at + command.size());
                EXPECT_TRUE(rest.starts_with(" NAME") || rest.starts_with(" URL")) << name(entry.code) << rest;
            }
        }
}

TEST(Catalogue, KnowsEveryGeneralCode) {
    for (const auto fault : {Fault::configuration, Fault::unreachable, Fault::refused, Fault::protocol, Fault::local}) {
        const auto code = generalCode(fault);
        EXPECT_TRUE(isGeneral(code));
        EXPECT_EQ(faultOf(code), fault);
        EXPECT_EQ(entryOf(code).code, code);
    }
}

TEST(Catalogue, GivesEveryMessageAnIdOfItsOwn) {
    std::set<std::string> ids;
    for (const auto& entry : catalogue()) {
        EXPECT_THAT(messageId(entry.code), MatchesRegex("[0-9a-f]{32}"));
        ids.insert(messageId(entry.code));
    }
    EXPECT_EQ(ids.size(), catalogue().size());
    EXPECT_EQ(messageId(Code::nameNotFound), "c68962bcc7b4428480089f63ab200201") << "ids stay what they are";
}

TEST(Code, IsReadBackFromItsName) {
    for (const auto& entry : catalogue())
        EXPECT_EQ(codeFromName(name(entry.code)), entry.code);
    EXPECT_EQ(name(Code::issued), "SCEPD-002");
    EXPECT_EQ(codeFromName("scepd-201"), Code::nameNotFound);
    for (const auto* const other : {"", "SCEPD-", "SCEPD-299", "SCEPD-2010", "201", "wifi"})
        EXPECT_EQ(codeFromName(other), std::nullopt) << other;
}

TEST(Code, TravelsAtTheEndOfASentence) {
    const Error error(Code::hookUnusable, "there is no hook x");
    EXPECT_EQ(withCode(error), "there is no hook x (SCEPD-106)");
    const auto back = errorFrom(Fault::configuration, withCode(error));
    EXPECT_EQ(back.code(), Code::hookUnusable);
    EXPECT_STREQ(back.what(), "there is no hook x");
}

TEST(Code, ThatSaysNoMoreThanTheFaultIsNotWorthTheRoom) {
    EXPECT_EQ(withCode(Error(Fault::local, "no")), "no");
    EXPECT_EQ(errorFrom(Fault::local, "no").code(), Code::local);
}

TEST(Code, ThatIsNoneOrOfAnotherFaultStaysInTheSentence) {
    for (const auto* const text : {"x (SCEPD-999)", "x (SCEPD-201)", "(SCEPD-501)", "x SCEPD-501)", ")", ""}) {
        const auto error = errorFrom(Fault::local, text);
        EXPECT_EQ(error.code(), Code::local) << text;
        EXPECT_STREQ(error.what(), text);
    }
}

TEST(Code, OfAFailedSystemCallTellsWhatFailed) {
    const auto codeOf = [](int number) {
        errno = number;
        return systemError("write").code();
    };
    EXPECT_EQ(codeOf(ENOSPC), Code::diskFull);
    EXPECT_EQ(codeOf(EROFS), Code::readOnly);
    EXPECT_EQ(codeOf(EACCES), Code::notPermitted);
    EXPECT_EQ(codeOf(EMFILE), Code::outOfResources);
    EXPECT_EQ(codeOf(EIO), Code::inputOutput);
    EXPECT_EQ(codeOf(ENOENT), Code::local);
}

TEST(Code, StaysWithAnErrorThatTellsMore) {
    const auto error = Error(Code::diskFull, "no space").during("write");
    EXPECT_EQ(error.code(), Code::diskFull);
    EXPECT_EQ(error.as(Code::secretMissing).fault(), Fault::configuration);
    EXPECT_STREQ(error.as(Code::secretMissing).what(), "write: no space");
}

} // namespace
} // namespace scepd
