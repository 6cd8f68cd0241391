#include "ctl/output.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <filesystem>
#include <ostream>
#include <system_error>

#include <fmt/format.h>

namespace scepd::ctl {

void writeOutput(const Console& console, const std::string& file, const std::string& content, mode_t mode) {
    namespace fs = std::filesystem;
    if (file == "-") {
        console.out << content;
        return;
    }
    std::error_code failure;
    const auto there = fs::status(file, failure);
    if (fs::exists(there) && !fs::is_regular_file(there))
        throw Error(Fault::local, fmt::format("write {}: it is there and is no regular file", file));
    file::replace(file, content, {.mode = mode});
}

} // namespace scepd::ctl
