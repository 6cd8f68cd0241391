#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::profile {

/// What is mounted where, as far as it decides whether a file can be replaced.
class MountTable {
public:
    /// Reads the format of /proc/self/mountinfo (proc(5)); lines that it does not understand are left out.
    explicit MountTable(std::string_view mountinfo);

    /// The mounts of this process; an empty table when they cannot be read.
    static MountTable ofThisProcess();

    /// Why a file at this path (absolute, without symlinks) cannot be replaced by renaming another one onto it, as the
    /// end of a sentence that begins with the path; nullopt when no mount stands against it. A process whose root
    /// directory is read-only although the file system below is not runs in a unit's sandbox (ProtectSystem=strict):
    /// there the mounts' own read-only flags say nothing of the machine and only those of file systems count.
    [[nodiscard]] std::optional<std::string> cannotReplace(const std::filesystem::path& path) const;

private:
    struct Mount {
        std::string point;
        std::string type;
        bool readOnly = false;           ///< This mount.
        bool fileSystemReadOnly = false; ///< The file system, wherever it is mounted.
    };

    static std::optional<Mount> parse(std::string_view line);
    [[nodiscard]] const Mount* mountOf(const std::string& path) const;
    [[nodiscard]] bool inSandbox() const;

    std::vector<Mount> mounts_;
};

} // namespace scepd::profile
