#include "ctl/checkup.hpp"

#include <utility>

#include <unistd.h>

namespace scepd::ctl {

Check fine(std::string subject, std::string detail) {
    return {{}, std::move(subject), Check::Result::ok, std::move(detail), {}};
}

Check notLookedAt(std::string subject, std::string why) {
    return {{}, std::move(subject), Check::Result::skipped, std::move(why), {}};
}

Check warning(std::string subject, std::string cause, std::string remedy) {
    return {{}, std::move(subject), Check::Result::warning, std::move(cause), std::move(remedy)};
}

Check failure(std::string subject, std::string cause, std::string remedy) {
    return {{}, std::move(subject), Check::Result::failed, std::move(cause), std::move(remedy)};
}

Machine Machine::below(const std::filesystem::path& root) {
    if (root == "/") return {root, 0, Account::named("scepd")};
    // As the daemon does: below another root the files and the daemon are the caller's.
    auto folder = std::filesystem::absolute(root).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    return {folder, ::geteuid(), Account::own()};
}

} // namespace scepd::ctl
