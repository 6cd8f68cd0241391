#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "temporary_root.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::Written;

const std::string scepTable = "[scep]\n"
                              "url = \"http://ca.example.com/scep\"\n"
                              "ca-fingerprint = \"" +
                              std::string(64, 'a') + "\"\n";
const std::string wifi = "[certificate.wifi]\nusage = \"generic\"\nsubject = \"CN=${hostname}\"\n";

class Verify : public testing::Test {
protected:
    Verify() { std::filesystem::create_directories(root / "etc/scepd/profiles.d"); }

    std::string write(const std::string& name, const std::string& text) const {
        return root.write("etc/scepd/" + name, text, 0640).string();
    }
    Exit run(const std::vector<std::string>& files = {}) { return verify(written.console, files, root.path()); }
    std::string output() const { return written.out.str(); }

    scepd::test::TemporaryRoot root;
    Written written;
};

TEST_F(Verify, AGoodProfileIsCountedAndTheExitCodeIsZero) {
    const auto file = write("profiles.d/office.toml", scepTable + wifi);
    EXPECT_EQ(run({file}), Exit::done);
    EXPECT_EQ(output(), "1 profile with 1 certificate: 0 errors, 0 warnings.\n");
}

TEST_F(Verify, AnErrorIsPrintedAsCompilersDo) {
    const auto file = write("profiles.d/office.toml", scepTable + wifi + "kee = \"x\"\n");
    EXPECT_EQ(run({file}), Exit::failed);
    EXPECT_EQ(output(), file + ":7:1: error: unknown key \"kee\" in [certificate.wifi]; did you mean \"key\"?\n"
                               "0 profiles with 0 certificates: 1 error, 0 warnings.\n");
    EXPECT_EQ(written.err.str(), "");
}

TEST_F(Verify, SomethingThatIsNotSupportedYetIsAWarningThatNamesTheCertificate) {
    const auto file = write("profiles.d/office.toml", scepTable + wifi + "key = { store = \"tpm2\" }\n");
    EXPECT_EQ(run({file}), Exit::done);
    EXPECT_EQ(output(),
              file + ":4:1: warning: certificate \"wifi\": key.store = \"tpm2\" is not supported by this version\n"
                     "1 profile with 1 certificate: 0 errors, 1 warning.\n");
}

TEST_F(Verify, ATargetThatCannotBeOnThisMachineIsAWarningOfAFile) {
    const auto file = write("profiles.d/office.toml", scepTable + wifi +
                                                          "[[certificate.wifi.deploy]]\nkey = \"/etc/app/key.pem\"\n"
                                                          "certificate = \"/etc/app/cert.pem\"\n");
    std::filesystem::create_directories(root / "etc/app/key.pem");
    EXPECT_EQ(run({file}), Exit::done);
    EXPECT_EQ(output(), file + ":7:1: warning: key \"/etc/app/key.pem\" is a directory; write the path of a file\n"
                               "1 profile with 1 certificate: 0 errors, 1 warning.\n");
    written.out.str("");
    EXPECT_EQ(run(), Exit::failed) << "what lies in its folder is meant for this one";
}

TEST_F(Verify, AFileThatCannotBeReadIsAnError) {
    const auto file = (root / "missing.toml").string();
    EXPECT_EQ(run({file}), Exit::failed);
    EXPECT_EQ(output(), file + ": error: read " + file +
                            ": No such file or directory\n"
                            "0 profiles with 0 certificates: 1 error, 0 warnings.\n");
}

TEST_F(Verify, TheEndpointsSettingsAreToldByTheirName) {
    const auto file = write("scepd.toml", "groups = [\"kiosk\"]\n[renewal]\nspacing = 5\n");
    EXPECT_EQ(run({file}), Exit::failed);
    EXPECT_TRUE(output().starts_with(file + ":3:11: error: ")) << output();
}

TEST_F(Verify, SettingsAloneAreNoProfiles) {
    EXPECT_EQ(run({write("scepd.toml", "groups = [\"kiosk\"]\n")}), Exit::done);
    EXPECT_EQ(output(), "1 file with settings: 0 errors, 0 warnings.\n");
}

TEST_F(Verify, WithoutLegendOnlyFindingsAreTold) {
    written.console.legend = false;
    EXPECT_EQ(run({write("profiles.d/office.toml", scepTable + wifi)}), Exit::done);
    EXPECT_EQ(output(), "");
}

TEST_F(Verify, WithoutFilesEverythingBelowTheRootIsRead) {
    write("scepd.toml", "groups = []\n");
    write("profiles.d/a.toml", scepTable + wifi);
    const auto second = write("profiles.d/b.toml", scepTable + wifi);
    EXPECT_EQ(run(), Exit::failed);
    EXPECT_TRUE(output().starts_with(second + ":4:1: error: ")) << output();
    EXPECT_NE(output().find("a.toml"), std::string::npos) << "both places are named: " << output();
    EXPECT_TRUE(output().ends_with("2 profiles with 1 certificate: 1 error, 0 warnings.\n")) << output();
}

TEST_F(Verify, AnEmptyRootIsFine) {
    EXPECT_EQ(run(), Exit::done);
    EXPECT_EQ(output(), "0 profiles with 0 certificates: 0 errors, 0 warnings.\n");
}

TEST_F(Verify, JsonHoldsTheSameFindings) {
    const auto file = write("profiles.d/office.toml", scepTable + wifi + "kee = \"x\"\n");
    written.console.json = true;
    EXPECT_EQ(run({file}), Exit::failed);
    EXPECT_EQ(
        output(),
        "{\n"
        "    \"certificates\" : 0,\n"
        "    \"diagnostics\" : [\n"
        "        {\n"
        "            \"column\" : 1,\n"
        "            \"file\" : \"" +
            file +
            "\",\n"
            "            \"line\" : 7,\n"
            "            \"severity\" : \"error\",\n"
            "            \"text\" : \"unknown key \\\"kee\\\" in [certificate.wifi]; did you mean \\\"key\\\"?\"\n"
            "        }\n"
            "    ],\n"
            "    \"errors\" : 1,\n"
            "    \"profiles\" : 0,\n"
            "    \"warnings\" : 0\n"
            "}\n");
}

} // namespace
} // namespace scepd::ctl
