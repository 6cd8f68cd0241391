#include "fuzz/der.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);

namespace scepd::fuzz {
namespace {

constexpr unsigned deepest = 24;

/// An element with what it holds: bytes, or further elements.
struct Element {
    unsigned char tag = 0;
    std::string content;
    std::vector<Element> children;
    bool padded = false; ///< A BIT STRING around DER: a zero comes before it.
};
using Elements = std::vector<Element>;

/// The content of the next element, which is cut off; nullopt when there is none in DER with a short tag.
std::optional<std::string_view> cut(std::string_view& rest) {
    const auto byte = [&](std::size_t position) { return static_cast<unsigned char>(rest[position]); };
    if (rest.size() < 2 || (byte(0) & 0x1FU) == 0x1FU) return std::nullopt;
    std::size_t header = 2;
    std::size_t length = byte(1);
    if (length >= 0x80) {
        header += length - 0x80;
        if (length == 0x80 || length > 0x83 || rest.size() < header) return std::nullopt;
        length = 0;
        for (std::size_t i = 2; i < header; ++i)
            length = length << 8U | byte(i);
    }
    if (rest.size() - header < length) return std::nullopt;
    const auto content = rest.substr(header, length);
    rest.remove_prefix(header + length);
    return content;
}

std::optional<Elements> read(std::string_view bytes, unsigned depth = 0) {
    constexpr unsigned char constructed = 0x20, bitString = 0x03, octetString = 0x04;
    Elements elements;
    while (!bytes.empty()) {
        Element element{.tag = static_cast<unsigned char>(bytes[0]), .content = {}, .children = {}};
        const auto content = depth < deepest ? cut(bytes) : std::nullopt;
        if (!content) return std::nullopt;
        element.content = *content;
        element.padded = element.tag == bitString && content->starts_with('\0');
        if ((element.tag & constructed) != 0 || element.tag == octetString || element.padded)
            element.children = read(content->substr(element.padded ? 1 : 0), depth + 1).value_or(Elements());
        elements.push_back(std::move(element));
    }
    return elements;
}

std::string write(const Elements& elements) {
    std::string bytes;
    for (const auto& element : elements) {
        if (element.children.empty()) {
            bytes += der(element.tag, element.content);
            continue;
        }
        const auto inside = write(element.children);
        bytes += der(element.tag, element.padded ? std::string(1, '\0') + inside : inside);
    }
    return bytes;
}

/// An element where it stands.
struct Spot {
    Elements* list;
    std::size_t index;

    [[nodiscard]] Element& element() const { return (*list)[index]; }
};

void collect(Elements& elements, std::vector<Spot>& spots) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
        spots.push_back({&elements, i});
        collect(elements[i].children, spots);
    }
}

/// One change somewhere in the tree.
class Change {
public:
    Change(Elements& tree, unsigned seed) : random_(seed) { collect(tree, spots_); }

    void make() {
        const auto spot = anywhere();
        switch (below(8)) {
        case 0:
            spot.list->erase(spot.list->begin() + static_cast<std::ptrdiff_t>(spot.index));
            return;
        case 1:
            return insert(spot, Element(spot.element()));
        case 2:
            return insert(spot, Element(anywhere().element()));
        case 3:
            std::swap(spot.element(), (*spot.list)[below(spot.list->size())]);
            return;
        case 4:
            spot.element().tag = static_cast<unsigned char>(below(4) == 0 ? below(256) : spot.element().tag ^ 1U);
            return;
        case 5:
            return blowUp(spot.element());
        default:
            return mutateBytes();
        }
    }

private:
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

    Spot anywhere() { return spots_[below(spots_.size())]; }

    static void insert(Spot spot, Element element) {
        spot.list->insert(spot.list->begin() + static_cast<std::ptrdiff_t>(spot.index), std::move(element));
    }

    /// Nothing, or very much.
    void blowUp(Element& element) {
        const auto filling = static_cast<char>(below(256));
        element.children.clear();
        element.content.assign(below(2) == 0 ? 0 : std::size_t{1} << below(14), filling);
    }

    /// The content of an element without further ones.
    void mutateBytes() {
        std::erase_if(spots_, [](const Spot& spot) { return !spot.element().children.empty(); });
        auto& content = anywhere().element().content;
        const auto size = content.size();
        content.resize(size + 16);
        content.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(content.data()), size, content.size()));
    }

    std::minstd_rand random_; // cheap to make
    std::vector<Spot> spots_;
};

} // namespace

std::string der(unsigned char tag, std::string_view content) {
    std::string length;
    for (auto rest = content.size(); rest > 0; rest >>= 8U)
        length.insert(length.begin(), static_cast<char>(rest & 0xFFU));
    std::string element(1, static_cast<char>(tag));
    if (content.size() >= 0x80)
        element += static_cast<char>(0x80 + length.size());
    else if (length.empty())
        length.assign(1, '\0');
    return element.append(length).append(content);
}

std::size_t mutateDer(std::uint8_t* data, std::size_t size, std::size_t maxSize, unsigned seed) {
    constexpr unsigned structured = 4;
    auto tree = read({reinterpret_cast<const char*>(data), size});
    if (!tree || tree->empty() || seed % (structured + 1) == structured) return LLVMFuzzerMutate(data, size, maxSize);
    Change(*tree, seed).make();
    const auto bytes = write(*tree);
    if (bytes.empty() || bytes.size() > maxSize) return LLVMFuzzerMutate(data, size, maxSize);
    std::ranges::copy(bytes, data);
    return bytes.size();
}

} // namespace scepd::fuzz
