#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

/// Whose files are and who may use them, without opening any.
namespace scepd::ctl {

/// Somebody who may read files.
struct Account {
    uid_t user = 0;
    std::vector<gid_t> groups;

    /// A user of this machine with all groups; nullopt when there is none of this name.
    static std::optional<Account> named(const std::string& user);
    /// Whoever runs this.
    static Account own();
};

/// The name, or the number where it has none.
std::string userName(uid_t user);
std::string groupName(gid_t group);

/// What is known of a file or folder; a symlink is followed.
class Look {
public:
    explicit Look(std::filesystem::path path);

    [[nodiscard]] bool exists() const { return error_ == 0; }
    /// Not there, as far as one can see.
    [[nodiscard]] bool isMissing() const;
    /// A folder on the way lets us see nothing.
    [[nodiscard]] bool isHidden() const { return !exists() && !isMissing(); }

    // The rest is for what exists.
    [[nodiscard]] const struct stat& status() const { return status_; }
    /// "root:scepd 0640"
    [[nodiscard]] std::string text() const;
    [[nodiscard]] unsigned mode() const { return status_.st_mode & 07777U; }
    [[nodiscard]] bool isFolder() const { return S_ISDIR(status_.st_mode); }

    /// Why somebody but `owner` could change it, and what to do; empty when nobody could.
    struct Trouble {
        std::string cause, remedy;
    };
    [[nodiscard]] std::optional<Trouble> changeable(uid_t owner) const;

    /// Whether this account gets to it and reads it; folders above `root` do not count.
    [[nodiscard]] bool readableBy(const Account& account, const std::filesystem::path& root) const;
    /// The same for everybody on the machine.
    [[nodiscard]] bool readableByAll(const std::filesystem::path& root) const;

private:
    std::filesystem::path path_;
    int error_ = 0;
    struct stat status_ {};
};

} // namespace scepd::ctl
