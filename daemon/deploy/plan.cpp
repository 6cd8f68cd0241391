#include "deploy/plan.hpp"

#include "base/error.hpp"
#include "deploy/container.hpp"
#include "profile/preset.hpp"
#include "profile/target_path.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace scepd::deploy {
namespace {

using Certificates = std::vector<crypto::Certificate>;

Error wrong(const std::string& sentence) {
    return {Fault::configuration, sentence};
}

std::string pem(const Certificates& certificates) {
    std::string text;
    for (const auto& certificate : certificates)
        text += certificate.toPem();
    return text;
}

Secret keyPem(const crypto::Key& key, profile::KeyFormat format) {
    return format == profile::KeyFormat::traditional ? key.toTraditionalPem() : key.toPem();
}

Secret keyDer(const crypto::Key& key, profile::KeyFormat format) {
    return format == profile::KeyFormat::traditional ? key.toTraditionalDer() : key.toDer();
}

Secret joined(const std::string& certificates, const Secret& key) {
    std::string text;
    text.reserve(certificates.size() + key.reveal().size());
    text.append(certificates).append(key.reveal());
    return Secret(std::move(text));
}

Secret inPem(std::string_view what, const profile::Target& target, const Material& material) {
    const auto leaf = material.certificate.toPem();
    if (what == "certificate") return Secret(leaf);
    if (what == "key") return keyPem(material.key, target.keyFormat);
    if (what == "chain") return Secret(pem(material.chain.empty() ? material.anchors : material.chain));
    if (what == "ca") return Secret(pem(material.anchors));
    if (what == "fullchain") return Secret(leaf + pem(material.chain));
    return joined(leaf + pem(material.chain), keyPem(material.key, target.keyFormat));
}

Secret inDer(std::string_view what, const profile::Target& target, const Material& material) {
    if (what == "certificate") return Secret(material.certificate.toDer());
    if (what == "key") return keyDer(material.key, target.keyFormat);
    if (what == "ca") return Secret(material.anchor.toDer());
    throw wrong(fmt::format("{} is several objects, and a file in DER holds one", what));
}

uid_t userId(const std::string& name) {
    std::array<char, 16384> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) throw wrong(fmt::format("there is no user {} on this machine to own the files", name));
    return found->pw_uid;
}

gid_t groupId(const std::string& name) {
    std::array<char, 16384> buffer{};
    group entry{};
    group* found = nullptr;
    ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) throw wrong(fmt::format("there is no group {} on this machine to own the files", name));
    return found->gr_gid;
}

file::Attributes attributesOf(const profile::Target& target, bool holdsPrivateKey) {
    file::Attributes attributes;
    attributes.mode = holdsPrivateKey ? target.keyMode.value_or(0600) : target.mode.value_or(0600);
    if (::geteuid() != 0) return attributes;
    attributes.owner = userId(target.owner.value_or("root"));
    attributes.group = groupId(target.group.value_or("root"));
    return attributes;
}

void checkPath(const std::string& path) {
    const std::filesystem::path asPath(path);
    const bool plain = asPath.is_absolute() && asPath.has_filename() && asPath.lexically_normal() == asPath &&
                       std::ranges::none_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (!plain) throw wrong(fmt::format(R"("{}" is not an absolute path of a file without "..")", path));
    if (const auto why = profile::forbiddenBecause(path)) throw wrong(fmt::format("{} {}", path, *why));
}

} // namespace

std::string nameOf(const profile::Target& resolved) {
    for (const auto& path : {resolved.certificate, resolved.fullchain, resolved.combined})
        if (path) return *path;
    const auto files = profile::filesOf(resolved);
    return files.empty() ? std::string(profile::name(resolved.preset)) : files.front().path;
}

std::vector<PlannedFile> plan(const std::filesystem::path& root, const std::string& name,
                              const profile::Target& resolved, const Material& material) {
    const auto contentOf = [&](std::string_view what) {
        if (what == "pkcs12") return container(root, name, resolved, material);
        return resolved.encoding == profile::Encoding::der ? inDer(what, resolved, material)
                                                           : inPem(what, resolved, material);
    };
    std::vector<PlannedFile> files;
    for (const auto& file : profile::filesOf(resolved)) {
        checkPath(file.path);
        files.push_back({file.path, contentOf(file.key), attributesOf(resolved, file.holdsPrivateKey)});
    }
    return files;
}

} // namespace scepd::deploy
