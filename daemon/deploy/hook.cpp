#include "deploy/hook.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "bus/journal.hpp"
#include "bus/systemd.hpp"
#include "crypto/text.hpp"
#include "deploy/consumer.hpp"
#include "deploy/directory.hpp"
#include "profile/shape.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;

constexpr std::array folders{"/etc/scepd/hooks.d", "/usr/lib/scepd/hooks"};
/// The unit has its own timeout and two seconds of grace; ours comes after that and only if it fails.
constexpr Duration grace = std::chrono::seconds(5);
constexpr std::size_t shownOutput = 400, shownLines = 10;
/// How long the journal may take for what a hook said, where it says nothing.
constexpr Duration journalPatience = std::chrono::seconds(2);

/// The hook's path, when it is a program that nobody but root decides about.
fs::path find(const fs::path& root, const std::string& hook) {
    if (!profile::isHookName(hook)) throw Error(Code::hookUnusable, fmt::format("\"{}\" is no name of a hook", hook));
    for (const auto* folder : folders) {
        const auto directory = Directory::openIfExists(root, folder);
        const auto status = directory ? directory->status(hook) : std::nullopt;
        if (!status) continue;
        auto path = directory->path() / hook;
        if (!S_ISREG(status->st_mode) || (status->st_mode & S_IXUSR) == 0)
            throw Error(Code::hookUnusable,
                        fmt::format("{} is not an executable file; chmod +x, no symlink", path.string()));
        refuseOthers(*status, path);
        return path;
    }
    throw Error(Code::hookUnusable,
                fmt::format("there is no hook {} in {} or {}", hook, below(root, folders[0]).string(), folders[1]));
}

std::string lastSaid(std::string_view output) {
    const auto tail = output.size() > shownOutput ? output.substr(output.size() - shownOutput) : output;
    return crypto::printable(tail, shownOutput);
}

std::string after(Duration duration) {
    return fmt::format(" after {}", humanDuration(std::chrono::round<std::chrono::milliseconds>(duration)));
}

HookEnd spawnHook(const fs::path& program, const HookFacts& facts, Duration timeout) {
    auto environment = hookEnvironment(facts);
    environment.emplace_back("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    const auto result = process::run({{program.string()}, environment, {}, -1}, timeout);
    HookEnd end{program.filename().string(), result.succeeded(), result.describe()};
    if (!result.timedOut) end.detail += after(result.duration);
    if (end.succeeded) return end;
    if (const auto said = lastSaid(result.lastOutput); !said.empty()) end.detail += ": " + said;
    return end;
}

/// As systemd reads an EnvironmentFile: in double quotes only these four need a backslash.
std::string quoted(const std::string& assignment) {
    const auto equals = assignment.find('=');
    std::string text = assignment.substr(0, equals + 1) + '"';
    for (const char c : assignment.substr(equals + 1)) {
        if (c == '"' || c == '\\' || c == '$' || c == '`') text += '\\';
        text += c;
    }
    return text + "\"\n";
}

/// The instance's environment, which is gone when the hook has ended.
class EnvironmentFile {
public:
    EnvironmentFile(const fs::path& root, const std::string& instance, const std::vector<std::string>& assignments)
        : path_(root / "run/scepd-deploy/hooks" / (instance + ".env")) {
        std::string text;
        for (const auto& assignment : assignments)
            text += quoted(assignment);
        file::makeDirectories(path_.parent_path(), 0700);
        file::replace(path_, text);
    }
    ~EnvironmentFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    EnvironmentFile(const EnvironmentFile&) = delete;
    EnvironmentFile& operator=(const EnvironmentFile&) = delete;

private:
    fs::path path_;
};

std::string lastSaidInJournal(const bus::Systemd::End& end) {
    try {
        std::vector<std::string> texts;
        for (const auto& line : bus::journalOfRun(end.invocation, shownLines, journalPatience))
            texts.push_back(line.text);
        return lastSaid(fmt::format("{}", fmt::join(texts, "\n")));
    } catch (const Error& error) {
        log::debug("{}", error.what());
        return {};
    }
}

std::string describe(const bus::Systemd::End& end, Duration timeout, Duration duration, const std::string& unit) {
    // What timeout(1) exits with, which the unit runs the hook under.
    const bool outOfTime = end.result == "timeout" || end.status == 124 || end.status == 137;
    auto how = outOfTime ? fmt::format("no end after {}", humanDuration(timeout))
                         : fmt::format("exit code {}{}", end.status, after(duration));
    if (end.succeeded) return how;
    const auto said = lastSaidInJournal(end);
    return said.empty() ? fmt::format("{}; journalctl -u {} tells what it said", how, unit)
                        : fmt::format("{}: {}", how, said);
}

HookEnd runUnit(bus::Systemd& systemd, const fs::path& root, const fs::path& program, const HookFacts& facts,
                Duration timeout) {
    const auto hook = program.filename().string();
    const auto instance = fmt::format("{}:{}", facts.certificate, hook);
    auto environment = hookEnvironment(facts);
    environment.push_back(fmt::format("SCEPD_HOOK={}", program.string()));
    environment.push_back(
        fmt::format("SCEPD_HOOK_TIMEOUT={}", std::chrono::ceil<std::chrono::seconds>(timeout).count()));
    const EnvironmentFile file(root, instance, environment);
    const auto unit = fmt::format("scepd-hook@{}.service", instance);
    const auto begin = std::chrono::steady_clock::now();
    const auto end = systemd.runToEnd(unit, timeout + grace);
    const auto duration = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
    return {hook, end.succeeded, describe(end, timeout, duration, unit)};
}

HookEnd run(const fs::path& root, const std::string& hook, const HookFacts& facts, Duration timeout) {
    try {
        const auto program = find(root, hook);
        const auto systemd = findSystemd(root);
        return systemd ? runUnit(*systemd, root, program, facts, timeout) : spawnHook(program, facts, timeout);
    } catch (const Error& error) {
        return {hook, false, error.what()};
    }
}

} // namespace

std::vector<std::string> hookEnvironment(const HookFacts& facts) {
    return {
        "SCEPD_CERTIFICATE=" + facts.certificate,
        "SCEPD_USAGE=" + facts.usage,
        "SCEPD_EVENT=" + facts.event,
        fmt::format("SCEPD_GENERATION={}", facts.generation),
        "SCEPD_SERIAL=" + facts.serial,
        "SCEPD_FINGERPRINT=" + facts.fingerprint,
        "SCEPD_NOT_AFTER=" + facts.notAfter,
        "SCEPD_CERT_FILE=" + facts.certificateFile,
        "SCEPD_KEY_FILE=" + facts.keyFile,
        "SCEPD_CHAIN_FILE=" + facts.chainFile,
        "SCEPD_CA_FILE=" + facts.caFile,
    };
}

HookEnd runHook(const fs::path& root, const std::string& hook, const HookFacts& facts, Duration timeout) {
    auto end = run(root, hook, facts, timeout);
    log::write(end.succeeded ? log::Level::info : log::Level::debug,
               fmt::format("hook {} for {} ({}): {}", hook, facts.certificate, facts.event, end.detail));
    return end;
}

} // namespace scepd::deploy
