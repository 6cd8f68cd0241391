#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace scepd;
using namespace scepd::profile;
using namespace scepd::profile::test;
using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Settings, HaveADefaultForEverything) {
    const auto loaded = parseSettings("", "s");
    EXPECT_EQ(loaded.value, Settings{});
    EXPECT_EQ(loaded.value->renewalSpacing, 1h);
    EXPECT_DOUBLE_EQ(loaded.value->renewalSpread, 0.1);
    EXPECT_EQ(loaded.value->parallelEnrollments, 2U);
    EXPECT_EQ(loaded.value->bootSpread, 0s);
    EXPECT_EQ(loaded.value->waitForSync, 10min);
    EXPECT_FALSE(loaded.value->metricsTextfile);
}

TEST(Settings, CarryEveryKey) {
    const auto loaded = parseSettings(R"(groups = ["kiosk", "floor-2"]
[endpoint]
username = "jdoe"
asset-2 = "TC-0417, O=x"
[renewal]
spacing = "2h"
spread = "25%"
[enrollment]
parallel = 7
boot-spread = "90s"
[clock]
wait-for-sync = 0
[metrics]
textfile = "/var/lib/prometheus/node-exporter/scepd.prom"
)",
                                      "s");
    Settings expected;
    expected.groups = {"kiosk", "floor-2"};
    expected.variables = {{"username", "jdoe"}, {"asset-2", "TC-0417, O=x"}};
    expected.renewalSpacing = 2h;
    expected.renewalSpread = 0.25;
    expected.parallelEnrollments = 7;
    expected.bootSpread = 90s;
    expected.waitForSync = 0s;
    expected.metricsTextfile = "/var/lib/prometheus/node-exporter/scepd.prom";
    EXPECT_EQ(loaded.value, expected);
    EXPECT_TRUE(loaded.diagnostics.empty());
}

TEST(Settings, MaySpreadNothing) {
    EXPECT_EQ(parseSettings("renewal.spread = 0\n", "s").value->renewalSpread, 0);
    EXPECT_EQ(parseSettings("renewal.spread = \"0%\"\n", "s").value->renewalSpread, 0);
}

TEST(Settings, AreRefusedWithLineAndColumnAndRemedy) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"group = [\"a\"]\n", "s:1:1: error: unknown key \"group\"; did you mean \"groups\"?"},
        {"[renewal]\nspaceing = \"1h\"\n",
         "s:2:1: error: unknown key \"spaceing\" in [renewal]; did you mean \"spacing\"?"},
        {"[renewal]\nspacing = 3600\n", "s:2:11: error: spacing: a bare number does not say what it counts; write a "
                                        "text with a unit, such as \"30s\", "
                                        "\"10min\" or \"30d\""},
        {"[renewal]\nspread = 0.1\n",
         "s:2:10: error: spread: a bare number does not say what it counts; write a percentage, such as \"10%\""},
        {"[renewal]\nspread = \"1h\"\n",
         "s:2:10: error: spread: \"1h\" is not a percentage; write for instance \"20%\""},
        {"[enrollment]\nparallel = 0\n", "s:2:12: error: parallel: 0 is not between 1 and 1000"},
        {"[metrics]\ntextfile = \"a.prom\"\n",
         "s:2:12: error: textfile: \"a.prom\" is not an absolute path; it begins with \"/\""},
        {"[metrics]\ntextfile = \"/run/scepd-metrics/scepd.txt\"\n",
         "s:2:12: error: textfile: \"/run/scepd-metrics/scepd.txt\" does not end with \".prom\": node_exporter reads "
         "only "
         "files that do"},
        {"[endpoint]\nAsset = \"x\"\n",
         "s:2:1: error: \"Asset\" is not the name of a variable; names have a-z, 0-9 and -"},
        {"[endpoint]\nasset = 17\n", "s:2:9: error: asset: expected a text in quotation marks, found a whole number"},
        {"[endpoint]\nasset = \"\"\n", "s:2:9: error: asset: is empty; give it a value or leave the line out"},
        {"endpoint = \"x\"\n", "s:1:12: error: endpoint: expected a table, written [endpoint], found a text"},
        {"[clock\n", "s:1:7: error: Error while parsing table header: expected ']'"}};
    for (const auto& [text, complaint] : cases) {
        const auto loaded = parseSettings(text, "s");
        EXPECT_FALSE(loaded.value) << text;
        EXPECT_THAT(formatted(loaded.diagnostics), ElementsAre(complaint)) << text;
    }
}
