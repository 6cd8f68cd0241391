#include "profile/mounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace scepd::profile {
namespace {

constexpr std::string_view mountinfoFile = "/proc/self/mountinfo";

/// mountinfo writes space, tab, line feed and backslash as three octal digits.
std::string unescaped(std::string_view field) {
    std::string text;
    while (!field.empty()) {
        const bool escape = field.size() >= 4 && field[0] == '\\' && field[1] >= '0' && field[1] <= '3';
        text += escape ? static_cast<char>(std::stoi(std::string(field.substr(1, 3)), nullptr, 8)) : field[0];
        field.remove_prefix(escape ? 4 : 1);
    }
    return text;
}

std::vector<std::string> fieldsOf(std::string_view line) {
    std::istringstream stream{std::string(line)};
    return {std::istream_iterator<std::string>(stream), {}};
}

bool saysReadOnly(std::string_view options) {
    return options == "ro" || options.starts_with("ro,");
}

bool contains(const std::string& point, const std::string& path) {
    if (point == "/" || point == path) return true;
    return path.size() > point.size() && path.starts_with(point) && path[point.size()] == '/';
}

} // namespace

MountTable::MountTable(std::string_view mountinfo) {
    while (!mountinfo.empty()) {
        const auto end = std::min(mountinfo.find('\n'), mountinfo.size());
        if (auto mount = parse(mountinfo.substr(0, end))) mounts_.push_back(std::move(*mount));
        mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    }
}

MountTable MountTable::ofThisProcess() {
    std::ifstream file{std::string(mountinfoFile)};
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    return MountTable(content);
}

std::optional<MountTable::Mount> MountTable::parse(std::string_view line) {
    const auto fields = fieldsOf(line);
    const auto dash = std::ranges::find(fields, "-");
    if (fields.size() < 6 || std::distance(dash, fields.end()) < 4) return std::nullopt;
    return Mount{unescaped(fields[4]), *(dash + 1), saysReadOnly(fields[5]), saysReadOnly(*(dash + 3))};
}

/// The innermost mount; of several on the same point the one mounted last.
const MountTable::Mount* MountTable::mountOf(const std::string& path) const {
    const Mount* innermost = nullptr;
    for (const auto& mount : mounts_)
        if (contains(mount.point, path) && (innermost == nullptr || mount.point.size() >= innermost->point.size()))
            innermost = &mount;
    return innermost;
}

bool MountTable::inSandbox() const {
    const auto* const root = mountOf("/");
    return root != nullptr && root->readOnly && !root->fileSystemReadOnly;
}

std::optional<std::string> MountTable::cannotReplace(const std::filesystem::path& path) const {
    const auto* const mount = mountOf(path.string());
    if (mount == nullptr) return std::nullopt;
    if (mount->point == path)
        return "is a mount point, so renaming a new file onto it fails with EBUSY; unmount it, or mount its directory "
               "instead";
    if (mount->fileSystemReadOnly)
        return fmt::format("lies on a read-only file system ({} on {}); choose a writable place or mount it writable",
                           mount->type, mount->point);
    if (mount->readOnly && !inSandbox())
        return fmt::format("lies on {}, which is mounted read-only; choose a writable place or mount it writable",
                           mount->point);
    return std::nullopt;
}

} // namespace scepd::profile
