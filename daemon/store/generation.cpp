#include "store/generation.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "store/facts.hpp"
#include "store/lock.hpp"
#include "store/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t keptGenerations = 3;
constexpr std::string_view prefix = "generation-";
constexpr auto current = "current";
constexpr auto upcoming = "upcoming";
constexpr auto factsFile = "facts.toml";

fs::path generationDirectory(const fs::path& root, const std::string& name, unsigned number) {
    return certificateDirectory(root, name) / fmt::format("{}{}", prefix, number);
}

/// The number in "generation-7"; 0 for any other name.
unsigned numberOf(std::string_view directoryName) {
    if (!directoryName.starts_with(prefix)) return 0;
    directoryName.remove_prefix(prefix.size());
    unsigned number = 0;
    const char* begin = directoryName.data();
    const char* end = begin + directoryName.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    return error == std::errc() && stop == end ? number : 0;
}

/// What is half removed, also after a power cut, is no complete generation any more.
void removeDirectory(const fs::path& directory) {
    file::removeIfExists(directory / factsFile);
    file::syncDirectory(directory);
    file::wipe(directory / "key.pem");
    std::error_code error;
    fs::remove_all(directory, error);
    if (error) throw Error(Fault::local, fmt::format("remove {}: {}", directory.string(), error.message()));
}

/// Every number that a directory here bears, complete or not. Throws Error{local} when that cannot be told: a number
/// that is taken for free would cost a generation.
std::vector<unsigned> allNumbers(const fs::path& directory) {
    std::vector<unsigned> numbers;
    for (const auto& entry : file::list(directory))
        if (const unsigned number = numberOf(entry); number > 0) numbers.push_back(number);
    std::ranges::sort(numbers);
    return numbers;
}

/// facts.toml comes last, when all others are on the disk with their names: a directory without it is a generation that
/// was never committed.
void writeFiles(const fs::path& directory, const Generation& generation) {
    file::create(directory / "key.pem", generation.key.reveal());
    file::create(directory / "cert.pem", generation.certificate);
    file::create(directory / "chain.pem", generation.chain);
    file::create(directory / "ca.pem", generation.ca);
    if (!generation.rollover.empty()) file::create(directory / "rollover.pem", generation.rollover);
    file::syncDirectory(directory);
    file::replace(directory / factsFile, print(toTable(generation.facts)));
}

/// Also when a failing disk does not tell: only what is known to be incomplete may be removed or passed over.
bool isComplete(const fs::path& root, const std::string& name, unsigned number) {
    std::error_code unknown;
    return fs::status(generationDirectory(root, name, number) / factsFile, unknown).type() != fs::file_type::not_found;
}

/// The generation that a link names; 0 for none. Throws Error{local} when that cannot be told.
unsigned linked(const fs::path& root, const std::string& name, const char* link) {
    std::error_code error;
    const auto path = certificateDirectory(root, name) / link;
    const auto target = fs::read_symlink(path, error);
    if (!error) return numberOf(target.string());
    const bool absent = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    if (absent || error == std::errc::invalid_argument) return 0; // the last for what is no link
    throw Error(Fault::local, fmt::format("read the link {}: {}", path.string(), error.message()));
}

/// What lies behind the newest three, and what interrupted attempts left; never what a link names.
std::vector<unsigned> superfluous(const fs::path& root, const std::string& name) {
    std::size_t kept = 0;
    auto numbers = allNumbers(certificateDirectory(root, name));
    const std::array linkedOnes{linked(root, name, current), linked(root, name, upcoming)};
    std::ranges::reverse(numbers);
    std::erase_if(numbers, [&](unsigned number) {
        const bool isNew = isComplete(root, name, number) && ++kept <= keptGenerations;
        return isNew || std::ranges::find(linkedOnes, number) != linkedOnes.end();
    });
    return numbers;
}

/// The new generation is committed: trouble with an old one is told and tried again at the next commit.
void removeOlder(const fs::path& root, const std::string& name) {
    try {
        for (const auto number : superfluous(root, name))
            removeDirectory(generationDirectory(root, name, number));
    } catch (const Error& error) {
        log::warning("{}: an old generation stays: {}", name, error.what());
    }
}

void removeLink(const fs::path& root, const std::string& name, const char* link) {
    if (linked(root, name, link) == 0) return;
    const auto directory = certificateDirectory(root, name);
    file::removeIfExists(directory / link);
    file::syncDirectory(directory);
}

record::Held parseFacts(const std::string& text, const fs::path& path) {
    try {
        return heldFrom(parseOwn(text));
    } catch (const Error& error) {
        throw error.during(fmt::format("read {}", path.string()));
    }
}

std::optional<record::Held> readLinked(const fs::path& root, const std::string& name, const char* link) {
    const unsigned number = linked(root, name, link);
    if (number == 0) return std::nullopt;
    if (isComplete(root, name, number)) return readFacts(root, name, number);
    throw Error(Code::stateDamaged, fmt::format("{} is gone, although \"{}\" names its folder",
                                                (generationDirectory(root, name, number) / factsFile).string(), link));
}

/// The commit point is the link.
unsigned commitAs(const char* link, const fs::path& root, const std::string& name, Generation generation) {
    const auto parent = certificateDirectory(root, name);
    file::makeDirectories(parent, 0700);
    const auto numbers = allNumbers(parent);
    const unsigned number = std::max(linked(root, name, current), numbers.empty() ? 0U : numbers.back()) + 1;
    generation.facts.generation = number;
    const auto directory = generationDirectory(root, name, number);
    file::makeDirectories(directory, 0700);
    try {
        writeFiles(directory, generation);
        file::replaceLink(parent / link, directory.filename());
    } catch (const Error&) {
        if (linked(root, name, link) != number) removeDirectory(directory);
        throw;
    }
    removeOlder(root, name);
    return number;
}

} // namespace

fs::path certificateDirectory(const fs::path& root, const std::string& name) {
    return root / "var/lib/scepd/certificates" / name;
}

std::vector<std::string> keptCertificates(const fs::path& root) {
    const auto directory = certificateDirectory(root, "");
    auto names = file::list(directory);
    std::error_code unknown;
    std::erase_if(names, [&](const auto& name) { return !fs::is_directory(directory / name, unknown); });
    return names;
}

unsigned commit(const fs::path& root, const std::string& name, Generation generation) {
    const unsigned number = commitAs(current, root, name, std::move(generation));
    removeLink(root, name, upcoming);
    return number;
}

unsigned commitUpcoming(const fs::path& root, const std::string& name, Generation generation) {
    return commitAs(upcoming, root, name, std::move(generation));
}

void useUpcoming(const fs::path& root, const std::string& name) {
    const unsigned number = linked(root, name, upcoming);
    if (number == 0) return;
    const auto parent = certificateDirectory(root, name);
    file::replaceLink(parent / current, generationDirectory(root, name, number).filename());
    removeLink(root, name, upcoming);
}

void removeLeftovers(const fs::path& root, const std::string& name) {
    const auto directory = certificateDirectory(root, name);
    std::error_code unknown;
    if (!fs::is_directory(directory, unknown)) return;
    try {
        const auto locked = lock(root, name);
        for (const auto* link : {current, upcoming})
            file::removeLeftover(directory / link);
    } catch (const Error&) {
        return; // it harms nobody, and goes when the link is replaced
    }
}

void use(const fs::path& root, const std::string& name, unsigned number) {
    file::replaceLink(certificateDirectory(root, name) / current, generationDirectory(root, name, number).filename());
}

std::optional<record::Held> readHeld(const fs::path& root, const std::string& name) {
    return readLinked(root, name, current);
}

std::optional<record::Held> readUpcoming(const fs::path& root, const std::string& name) {
    return readLinked(root, name, upcoming);
}

record::Held readFacts(const fs::path& root, const std::string& name, unsigned number) {
    const auto path = generationDirectory(root, name, number) / factsFile;
    return parseFacts(file::read(path), path);
}

Generation readGeneration(const fs::path& root, const std::string& name, unsigned number) {
    const auto path = generationDirectory(root, name, number);
    const auto directory = file::openDirectory(path);
    const auto text = [&](const char* fileName) {
        return std::string(file::readInside(directory.get(), path, fileName).reveal());
    };
    Generation generation;
    generation.facts = parseFacts(text(factsFile), path / factsFile);
    generation.key = file::readInside(directory.get(), path, "key.pem");
    generation.certificate = text("cert.pem");
    generation.chain = text("chain.pem");
    generation.ca = text("ca.pem");
    if (fs::exists(path / "rollover.pem")) generation.rollover = text("rollover.pem");
    return generation;
}

std::string readPublic(const fs::path& root, const std::string& name, const std::string& part) {
    return file::read(certificateDirectory(root, name) / current / (part + ".pem"));
}

std::vector<unsigned> generations(const fs::path& root, const std::string& name) {
    auto numbers = allNumbers(certificateDirectory(root, name));
    std::erase_if(numbers, [&](unsigned number) { return !isComplete(root, name, number); });
    return numbers;
}

} // namespace scepd::store
