#include "deploy/memory.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "deploy/directory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view intentFormat = "scepd-deploy-intent 1";
constexpr std::string_view deployedFormat = "scepd-deploy-deployed 1";

constexpr std::array phases{
    std::pair{Phase::stage, std::string_view("stage")},   std::pair{Phase::install, std::string_view("install")},
    std::pair{Phase::reload, std::string_view("reload")}, std::pair{Phase::hooks, std::string_view("hooks")},
    std::pair{Phase::undo, std::string_view("undo")},     std::pair{Phase::undone, std::string_view("undone")}};

fs::path home(const fs::path& root) {
    return root / "var/lib/scepd-deploy";
}

/// Names come over the bus: none that is not a plain file name ever becomes part of a path.
fs::path recordFile(const fs::path& root, const char* folder, const std::string& name) {
    if (!isCertificateName(name)) throw Error(Fault::configuration, "that is no name of a certificate");
    return home(root) / folder / name;
}
fs::path intentFile(const fs::path& root, const std::string& name) {
    return recordFile(root, "intent", name);
}
fs::path deployedFile(const fs::path& root, const std::string& name) {
    return recordFile(root, "deployed", name);
}

Error damaged(std::string_view line) {
    return {Fault::local, fmt::format("cannot be understood: \"{}\"", line)};
}

std::string_view name(Phase phase) {
    return std::ranges::find(phases, phase, [](const auto& entry) { return entry.first; })->second;
}

Phase phaseFromName(std::string_view text) {
    const auto* found = std::ranges::find(phases, text, [](const auto& entry) { return entry.second; });
    if (found == phases.end()) throw damaged(text);
    return found->first;
}

template <typename Number>
Number number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) throw damaged(text);
    return value;
}

/// Cuts a line in two at its first space.
std::pair<std::string, std::string> cut(const std::string& line) {
    const auto space = line.find(' ');
    if (space == std::string::npos) throw damaged(line);
    return {line.substr(0, space), line.substr(space + 1)};
}

/// Calls use(key, value) for each line after the first, which must be `format`; the last must be "end", or it was cut
/// off.
template <typename Use>
void eachLine(const std::string& text, std::string_view format, Use use) {
    std::istringstream lines(text);
    std::string line;
    if (!std::getline(lines, line) || line != format) throw damaged(line);
    while (std::getline(lines, line) && line != "end") {
        const auto [key, value] = cut(line);
        use(key, value);
    }
    if (line != "end") throw damaged("no end");
}

std::string text(const Intent& intent) {
    auto result = fmt::format("{}\ngeneration {}\nprevious {}\nevent {}\nphase {}\n", intentFormat, intent.generation,
                              intent.previous, intent.event, name(intent.phase));
    for (const auto& file : intent.files)
        result += fmt::format("file {} {}\n", file.staged, file.path);
    return result + "end\n";
}

Intent parseIntent(const std::string& certificate, const std::string& content) {
    Intent intent;
    intent.certificate = certificate;
    eachLine(content, intentFormat, [&](const std::string& key, const std::string& value) {
        if (key == "generation")
            intent.generation = number<unsigned>(value);
        else if (key == "previous")
            intent.previous = number<unsigned>(value);
        else if (key == "event")
            intent.event = value;
        else if (key == "phase")
            intent.phase = phaseFromName(value);
        else if (key == "file") {
            auto [inode, path] = cut(value);
            intent.files.push_back({std::move(path), number<ino_t>(inode)});
        } else
            throw damaged(key);
    });
    return intent;
}

std::string text(const Deployed& deployed) {
    auto result =
        fmt::format("{}\ngeneration {}\nconfirmed {}\n", deployedFormat, deployed.generation, deployed.confirmed);
    for (const auto& path : deployed.paths)
        result += fmt::format("path {}\n", path);
    return result + "end\n";
}

Deployed parseDeployed(const std::string& content) {
    Deployed deployed;
    eachLine(content, deployedFormat, [&](const std::string& key, const std::string& value) {
        if (key == "generation")
            deployed.generation = number<unsigned>(value);
        else if (key == "confirmed")
            deployed.confirmed = number<unsigned>(value);
        else if (key == "path")
            deployed.paths.push_back(value);
        else
            throw damaged(key);
    });
    return deployed;
}

fs::path asideOf(const fs::path& root, const fs::path& file) {
    return home(root) / "damaged" /
           fmt::format("{}-{}", file.parent_path().filename().string(), file.filename().string());
}

void setAside(const fs::path& root, const fs::path& file, const Error& why) {
    const auto aside = asideOf(root, file);
    file::makeDirectories(aside.parent_path(), 0700);
    std::error_code error;
    fs::rename(file, aside, error);
    if (error) throw Error(Fault::local, fmt::format("set {} aside: {}", file.string(), error.message()));
    file::syncDirectory(file.parent_path());
    log::warning("{} {}; it was set aside as {}", file.string(), why.what(), aside.string());
}

/// The parsed file; a default value when there is none or it is damaged.
template <typename Value, typename Parse>
Value readRecord(const fs::path& root, const fs::path& file, Parse parse) {
    const auto content = file::readIfExists(file);
    if (!content) return {};
    try {
        return parse(*content);
    } catch (const Error& error) {
        setAside(root, file, error);
        return {};
    }
}

void writeRecord(const fs::path& file, const std::string& content) {
    file::makeDirectories(file.parent_path(), 0700);
    file::replace(file, content);
}

void dropRecord(const fs::path& file) {
    if (!fs::exists(file)) return;
    file::removeIfExists(file);
    file::syncDirectory(file.parent_path());
}

} // namespace

void write(const fs::path& root, const Intent& intent) {
    writeRecord(intentFile(root, intent.certificate), text(intent));
}

void write(const fs::path& root, const std::string& certificate, const Deployed& deployed) {
    writeRecord(deployedFile(root, certificate), text(deployed));
}

std::optional<Intent> readIntent(const fs::path& root, const std::string& certificate) {
    return readRecord<std::optional<Intent>>(root, intentFile(root, certificate), [&](const std::string& content) {
        return std::optional(parseIntent(certificate, content));
    });
}

Deployed readDeployed(const fs::path& root, const std::string& certificate) {
    return readRecord<Deployed>(root, deployedFile(root, certificate), parseDeployed);
}

void dropIntent(const fs::path& root, const std::string& certificate) {
    dropRecord(intentFile(root, certificate));
}
void dropDeployed(const fs::path& root, const std::string& certificate) {
    dropRecord(deployedFile(root, certificate));
}

void forget(const fs::path& root, const std::string& certificate) {
    for (const auto& file : {intentFile(root, certificate), deployedFile(root, certificate)}) {
        dropRecord(asideOf(root, file));
        dropRecord(file);
    }
}

std::vector<std::string> interrupted(const fs::path& root) {
    const auto folder = home(root) / "intent";
    auto names = file::list(folder);
    const auto isCutShort = [](const auto& name) { return !isCertificateName(name); }; // A write's temporary file.
    for (const auto& name : names)
        if (isCutShort(name)) file::removeIfExists(folder / name);
    std::erase_if(names, isCutShort);
    return names;
}

Lock::Lock(const fs::path& root) {
    const auto path = home(root) / "lock";
    file::makeDirectories(path.parent_path(), 0700);
    fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd_) throw systemError(fmt::format("open {}", path.string()));
    while (::flock(fd_.get(), LOCK_EX) != 0)
        if (errno != EINTR) throw systemError(fmt::format("lock {}", path.string()));
}

bool isCertificateName(const std::string& name) {
    const auto isFirst = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() < 200 && isFirst(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return isFirst(c) || c == '_' || c == '-'; });
}

} // namespace scepd::deploy
