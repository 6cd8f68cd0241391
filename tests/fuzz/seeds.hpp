#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

/// What make-seeds writes.
namespace scepd::fuzz {

/// The seeds of one target, one file each.
class Seeds {
public:
    explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_);
    }

    void add(const std::string& name, std::string_view bytes) const {
        std::ofstream(folder_ / name, std::ios::binary | std::ios::trunc) << bytes;
    }

private:
    std::filesystem::path folder_;
};

/// Those of the target `state`, written by the code that reads them.
void makeState(const Seeds& seeds);

} // namespace scepd::fuzz
