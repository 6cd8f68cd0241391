#include "deploy/container.hpp"

#include "base/error.hpp"
#include "crypto/pkcs12.hpp"
#include "deploy/directory.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace scepd::deploy {
namespace {

namespace fs = std::filesystem;

constexpr off_t largestPassword = 1024;

/// What keeps a file from being read as a password; empty for nothing.
std::string complaintAbout(const std::optional<struct stat>& status) {
    if (!status) return "does not exist; write a password into it, and let nobody read it but root (mode 0600)";
    if (!S_ISREG(status->st_mode)) return "is not a regular file; write the password into one";
    if ((status->st_mode & S_IROTH) != 0)
        return fmt::format("can be read by everybody (mode {:04o}); take that away with chmod o-r",
                           status->st_mode & 07777U);
    if (status->st_size > largestPassword)
        return "is larger than 1 KiB; its first line is the password, nothing else belongs there";
    return {};
}

/// A zero would end the password where OpenSSL sees it, and nowhere else.
std::string complaintAbout(const Secret& password) {
    if (password.empty()) return "has an empty first line; write the password there";
    if (password.reveal().find('\0') != std::string_view::npos) return "holds a zero byte; choose another password";
    return {};
}

Secret readPassword(const fs::path& root, const fs::path& file) {
    const auto refuseIf = [&](const std::string& complaint) {
        if (!complaint.empty())
            throw Error(Code::containerPassword,
                        fmt::format("pkcs12-password-file {} {}", below(root, file).string(), complaint));
    };
    const auto directory = Directory::openIfExists(root, file.parent_path());
    const auto status = directory ? directory->status(file.filename()) : std::nullopt;
    refuseIf(complaintAbout(status));
    refuseOthers(*status, below(root, file));
    auto password = firstLine(directory->read(file.filename()));
    refuseIf(complaintAbout(password));
    return password;
}

/// What lies at a path; nothing unless it can be a container.
Secret present(const fs::path& root, const fs::path& path) {
    const auto directory = Directory::openIfExists(root, path.parent_path());
    const auto status = directory ? directory->status(path.filename()) : std::nullopt;
    const bool readable = status && S_ISREG(status->st_mode) && status->st_size <= static_cast<off_t>(file::largest);
    return readable ? directory->read(path.filename()) : Secret();
}

crypto::Bundle bundleOf(const std::string& name, const Material& material) {
    crypto::Bundle bundle{name, material.key, material.certificate, material.chain};
    for (const auto& anchor : material.anchors)
        if (std::ranges::find(bundle.others, anchor) == bundle.others.end()) bundle.others.push_back(anchor);
    return bundle;
}

} // namespace

Secret container(const fs::path& root, const std::string& name, const profile::Target& target,
                 const Material& material) {
    const auto password = readPassword(root, target.pkcs12PasswordFile.value_or(""));
    const auto bundle = bundleOf(name, material);
    auto there = present(root, target.pkcs12.value_or(""));
    if (crypto::isPkcs12Of(bundle, password, there.reveal())) return there;
    auto made = crypto::toPkcs12(bundle, password);
    if (!crypto::isPkcs12Of(bundle, password, made.reveal()))
        throw Error(Fault::local, "the PKCS#12 container that was made cannot be opened again with its password");
    return made;
}

} // namespace scepd::deploy
