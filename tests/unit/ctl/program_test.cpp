#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "ctl/exit.hpp"

#include "fake_daemon.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scepd::ctl {
namespace {

using namespace std::chrono_literals;
using test::FakeSystem;
using test::Shown;

process::Command scepctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SCEPCTL);
    return {.argv = std::move(arguments), .environment = process::pass({"DBUS_SYSTEM_BUS_ADDRESS"}), .descriptors = {}};
}

/// Exit code and output of a run.
std::pair<int, std::string> run(std::vector<std::string> arguments) {
    const auto result = process::run(scepctl(std::move(arguments)), 30s);
    return {WIFEXITED(result.status) ? WEXITSTATUS(result.status) : -1, result.lastOutput};
}

/// A run that goes on while the test looks at its output.
class Running {
public:
    explicit Running(std::vector<std::string> arguments) {
        int ends[2];
        if (::pipe(ends) != 0) throw systemError("make a pipe");
        output_ = UniqueFd(ends[0]);
        const UniqueFd theirs(ends[1]);
        auto command = scepctl(std::move(arguments));
        command.standardOutput = theirs.get();
        pid_ = process::spawn(command);
    }
    ~Running() {
        if (pid_ < 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// Reads until the text has come; false when the output ends or ten seconds pass without any.
    bool says(const std::string& text) {
        while (text_.find(text) == std::string::npos)
            if (!readMore()) return false;
        return true;
    }
    int endBy(int signal) {
        ::kill(pid_, signal);
        return end();
    }
    int end() {
        while (readMore()) {
        }
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    bool readMore() {
        pollfd waiting{output_.get(), POLLIN, 0};
        char buffer[512];
        if (::poll(&waiting, 1, 10'000) != 1) return false;
        const auto length = ::read(output_.get(), buffer, sizeof buffer);
        if (length <= 0) return false;
        text_.append(buffer, static_cast<std::size_t>(length));
        return true;
    }

    UniqueFd output_;
    pid_t pid_ = -1;
    std::string text_;
};

TEST(Program, HelpAndVersionWorkWithoutADaemon) {
    EXPECT_EQ(run({"--help"}).first, 0);
    EXPECT_EQ(run({"request", "--help"}).first, 0);
    const auto [code, text] = run({"--version"});
    EXPECT_EQ(code, 0);
    EXPECT_TRUE(text.starts_with("scepctl ")) << text;
}

TEST(Program, ACommandLineThatMakesNoSenseIsExitCodeTwo) {
    for (const auto& arguments : std::vector<std::vector<std::string>>{{},
                                                                       {"stats"},
                                                                       {"status", "--bogus"},
                                                                       {"show"},
                                                                       {"renew"},
                                                                       {"request"},
                                                                       {"request", "wifi", "--all"},
                                                                       {"request", "--all", "--challenge-file", "x"},
                                                                       {"request", "wifi", "--wait", "--timeout", "5"},
                                                                       {"wait"},
                                                                       {"history", "wifi", "--lines", "many"},
                                                                       {"schedule", "--off"},
                                                                       {"schedule", "wifi", "daily", "--all"},
                                                                       {"schedule", "wifi", "--all", "--off"},
                                                                       {"schedule", "wifi", ""},
                                                                       {"schedule", "wifi", "log"}})
        EXPECT_EQ(run(arguments).first, 2) << testing::PrintToString(arguments);
}

TEST(Program, AMistypedVerbIsAnsweredWithTheRightOne) {
    const auto text = run({"stats"}).second;
    EXPECT_TRUE(text.starts_with("scepctl: there is no verb \"stats\"; did you mean \"status\"?\n")) << text;
}

TEST(Program, OptionsMayStandBehindTheVerb) {
    FakeSystem system;
    system.answer();
    EXPECT_EQ(run({"status", "--json"}), std::make_pair(0, std::string("{\n    \"certificates\" : []\n}\n")));
    EXPECT_EQ(run({"--json", "list"}), std::make_pair(0, std::string("{\n    \"certificates\" : []\n}\n")));
}

TEST(Program, CompletesVerbsOptionsAndTheCertificatesThatThereAre) {
    FakeSystem system(std::vector<Shown>{{.name = "web"}, {.name = "wifi", .state = "valid"}});
    system.answer();
    const auto completed = [](std::vector<std::string> words) {
        words.insert(words.begin(), "complete");
        return run(std::move(words)).second;
    };
    EXPECT_EQ(completed({"re"}), "request\task for certificates now; a valid one is left alone\n"
                                 "renew\task for new certificates in the place of valid ones\n"
                                 "redeploy\tinstall what is held once more, reload and run hooks\n"
                                 "reload\tmake the daemon read the profiles again\n");
    EXPECT_EQ(completed({"--json", "renew", "w"}), "web\twaiting\nwifi\tvalid\n");
    EXPECT_EQ(completed({"renew", "web", "wi"}), "wifi\tvalid\n");
    EXPECT_EQ(completed({"renew", "--ti"}),
              "--timeout\twith --wait: give up waiting after this time (30s, 5min); 0: never\n");
    EXPECT_EQ(completed({"renew", "--js"}), "--json\tprint JSON\n");
    EXPECT_EQ(completed({"request", "wifi", "--challenge-file", ""}), ":files\n");
    EXPECT_EQ(completed({"request", "--timeout", ""}), "") << "there is nothing to offer for a time";
    EXPECT_EQ(completed({"verify", ""}), ":files\n");
    EXPECT_EQ(completed({"probe", "wi"}), "wifi\tvalid\n");
    EXPECT_EQ(completed({"version", ""}), "");
}

TEST(Program, BashOffersWhatTheProgramSays) {
    FakeSystem system(std::vector<Shown>{{.name = "web"}});
    system.answer();
    const std::string script = "source " COMPLETION "/scepctl.bash; COMP_WORDS=(" SCEPCTL
                               " show \"\"); COMP_CWORD=2; _scepctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const auto result = process::run({.argv = {"/bin/bash", "-c", script},
                                      .environment = process::pass({"PATH", "DBUS_SYSTEM_BUS_ADDRESS"}),
                                      .descriptors = {}},
                                     30s);
    EXPECT_EQ(result.lastOutput, "web\n");
}

TEST(Program, CtrlCLeavesTheRequestRunningAndSaysSo) {
    FakeSystem system(std::vector<Shown>{{.name = "wifi", .reason = "it waits for its turn"}});
    system.answer();
    Running request({"request", "wifi", "--wait"});
    ASSERT_TRUE(request.says("wifi: waiting: it waits for its turn\n")) << request.text();
    EXPECT_EQ(request.endBy(SIGINT), static_cast<int>(Exit::interrupted));
    EXPECT_NE(request.text().find("interrupted; scepd goes on"), std::string::npos) << request.text();
}

class WaitProgram : public testing::Test {
protected:
    /// While the daemon does not answer, so that nothing happens on its thread.
    void become(const Shown& what) {
        system.rest();
        system.daemon.certificates.at("web")->become(what);
        system.answer();
    }

    const Shown waiting{.name = "web", .usage = "web", .reason = "it waits for its turn"};
    const Shown installed{.name = "web",
                          .usage = "web",
                          .state = "valid",
                          .nextAction = "renew",
                          .notAfter = 7'258'118'400'000'000,
                          .generation = 1,
                          .deployedGeneration = 1};
    FakeSystem system{{waiting}};
};

TEST_F(WaitProgram, EndsWhenACertificateIsInstalledAndAsksForNothing) {
    system.daemon.onRequest = [](const auto& names, const auto&) {
        ADD_FAILURE() << "it was asked for";
        return names;
    };
    system.answer();
    Running wait({"wait", "web"});
    ASSERT_TRUE(wait.says("web: waiting: it waits for its turn\n")) << wait.text();
    become(installed);
    ASSERT_TRUE(wait.says("web: valid until 2200-01-01")) << wait.text();
    EXPECT_EQ(wait.end(), 0);
    EXPECT_EQ(run({"wait", "web"}).first, 0) << "what is there already is not waited for";
}

TEST_F(WaitProgram, OutlivesADaemonThatIsRestarted) {
    system.answer();
    Running wait({"wait", "web"});
    ASSERT_TRUE(wait.says("web: waiting: it waits for its turn\n")) << wait.text();
    system.rest();
    system.daemon.leave();
    system.answer();
    ASSERT_TRUE(wait.says("scepd has ended; waiting for it\n")) << wait.text();
    system.rest();
    system.daemon.certificates.at("web")->shown = installed;
    system.daemon.comeBack();
    system.answer();
    EXPECT_EQ(wait.end(), 0);
    EXPECT_NE(wait.text().find("web: valid until 2200-01-01"), std::string::npos) << wait.text();
}

TEST_F(WaitProgram, ThatWouldNeverEndFailsAtOnceAndAPatientOneInTime) {
    auto manual = waiting;
    manual.state = "not-requested";
    manual.reason = "request = \"manual\"";
    manual.nextAction = "nothing";
    system.answer();
    EXPECT_EQ(run({"wait", "web", "--timeout", "10ms"}).first, static_cast<int>(Exit::timeout));
    become(manual);
    const auto [code, text] = run({"wait", "web"});
    EXPECT_EQ(code, static_cast<int>(Exit::failed));
    EXPECT_NE(text.find("scepctl: web: not-requested: request = \"manual\""), std::string::npos) << text;
    EXPECT_EQ(run({"wait", "wep"}).first, static_cast<int>(Exit::noSuchCertificate));
}

TEST_F(WaitProgram, AtBootIsNeverForTheCertificateThatBringsTheNetwork) {
    auto wired = waiting;
    wired.usage = "802.1x";
    system.answer();
    become(wired);
    const auto [code, text] = run({"wait", "web", "--at-boot"});
    EXPECT_EQ(code, static_cast<int>(Exit::failed));
    EXPECT_NE(text.find("web is for 802.1X: nothing waits for it at boot"), std::string::npos) << text;
    wired = installed;
    wired.usage = "802.1x";
    become(wired);
    EXPECT_EQ(run({"wait", "web", "--at-boot"}).first, 0);
}

TEST(Program, MonitorTellsEventsUntilItIsInterrupted) {
    FakeSystem system(std::vector<Shown>{{.name = "wifi"}});
    system.daemon.afterRequest = [&] {
        system.daemon.event("wifi", "issued",
                            {{"generation", sdbus::Variant(std::uint32_t{3})}, {"serial", sdbus::Variant("1f")}});
        system.daemon.event("wifi", "failed", {{"reason", sdbus::Variant("the disk is full")}});
    };
    system.answer();
    Running text({"monitor"});
    Running json({"monitor", "--json"});
    ASSERT_TRUE(text.says(" scepd runs\n")) << text.text();
    ASSERT_TRUE(json.says("\"event\" : \"daemon-runs\"")) << json.text();
    EXPECT_EQ(run({"request", "wifi"}).first, 0);
    EXPECT_TRUE(text.says(" wifi: issued, generation 3, serial 1f\n")) << text.text();
    EXPECT_TRUE(text.says(" wifi: failed: the disk is full\n")) << text.text();
    EXPECT_TRUE(json.says("\"event\" : \"issued\",\"generation\" : 3,\"reason\" : \"\",\"serial\" : \"1f\""))
        << json.text();
    EXPECT_EQ(text.endBy(SIGINT), 0);
    EXPECT_EQ(json.endBy(SIGTERM), 0);
}

} // namespace
} // namespace scepd::ctl
