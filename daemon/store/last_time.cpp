#include "store/last_time.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <algorithm>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;

fs::path clockFile(const fs::path& root) {
    return root / "var/lib/scepd/clock";
}

} // namespace

Time readLastTime(const fs::path& root) {
    try {
        auto text = file::readIfExists(clockFile(root));
        if (!text) return never;
        if (text->ends_with('\n')) text->pop_back();
        return std::max(parseRfc3339(*text), never);
    } catch (const Error&) { // not logged itself: it may quote whatever lies there
        log::warning("{}: it cannot be read as a time and does not count", clockFile(root).string());
        return never;
    }
}

void noteTime(const fs::path& root, Time now) {
    const auto noted = readLastTime(root);
    if (noted != never && std::chrono::abs(now - noted) < lastTimeGrain) return;
    const auto path = clockFile(root);
    file::makeDirectories(path.parent_path(), 0700);
    file::replace(path, rfc3339(now) + "\n");
}

} // namespace scepd::store
