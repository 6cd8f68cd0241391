#include "scep/ndes_page.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scepd::scep {
namespace {

constexpr std::size_t longestChallenge = 255;

/// A text that is wiped when it dies and never copies itself to grow.
class Scratch {
public:
    explicit Scratch(std::size_t capacity) { text_.reserve(capacity); }
    ~Scratch() { explicit_bzero(text_.data(), text_.size()); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch(Scratch&&) = default;
    Scratch& operator=(Scratch&&) = delete;

    void add(char c) { text_ += c; }
    [[nodiscard]] std::string_view view() const { return text_; }

private:
    std::string text_;
};

enum class Encoding { utf8, littleEndian, bigEndian };

/// By the byte order mark, otherwise by where the zeros are: a page is ASCII for the most part.
Encoding encodingOf(std::string_view page) {
    if (page.starts_with("\xff\xfe")) return Encoding::littleEndian;
    if (page.starts_with("\xfe\xff")) return Encoding::bigEndian;
    constexpr std::size_t looked = 256;
    std::array<std::size_t, 2> zeros{};
    const auto size = std::min(page.size(), looked);
    for (std::size_t i = 0; i < size; ++i)
        if (page[i] == '\0') ++zeros[i % 2];
    if (zeros[1] * 4 > size) return Encoding::littleEndian;
    return zeros[0] * 4 > size ? Encoding::bigEndian : Encoding::utf8;
}

constexpr char foreign = '\x7f';

bool isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The page in ASCII, any other character being `foreign`.
Scratch asciiOf(std::string_view page) {
    const auto encoding = encodingOf(page);
    const std::size_t width = encoding == Encoding::utf8 ? 1 : 2;
    const std::size_t low = encoding == Encoding::bigEndian ? 1 : 0;
    Scratch text(page.size() / width + 1);
    for (std::size_t i = 0; i + width <= page.size(); i += width) {
        const bool wide = width == 2 && page[i + 1 - low] != '\0';
        const char c = page[i + low];
        text.add(wide || c > '~' || (c < ' ' && !isSpace(c)) ? foreign : c);
    }
    return text;
}

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool startsWithWord(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

/// What people read, in lower case for words and as it is for challenges: without markup, white space is one blank.
struct Reading {
    struct Bold {
        std::size_t begin = 0, end = 0;
    };

    Scratch text;
    std::vector<Bold> bold; ///< In their order.
    std::size_t openBold;   ///< Where the bold text begins that is being read; npos for none.
};

/// "b" or "strong" behind "<", with or without attributes.
bool isBold(std::string_view tag) {
    for (const std::string_view name : {"b", "strong"})
        if (startsWithWord(tag, name) && (tag.size() == name.size() || isSpace(tag[name.size()]))) return true;
    return false;
}

/// Takes in one tag, which adds no text.
void readTag(std::string_view tag, Reading& reading) {
    constexpr auto none = std::string_view::npos;
    const auto position = reading.text.view().size();
    if (isBold(tag)) reading.openBold = position;
    if (!tag.starts_with('/') || !isBold(tag.substr(1)) || reading.openBold == none) return;
    reading.bold.push_back({std::exchange(reading.openBold, none), position});
}

Reading read(std::string_view page) {
    constexpr std::string_view blank = "&nbsp;";
    Reading reading{Scratch(page.size() + 1), {}, std::string_view::npos};
    for (std::size_t i = 0; i < page.size();) {
        if (page[i] == '<') {
            const auto end = std::min(page.find('>', i), page.size());
            readTag(page.substr(i + 1, end - i - 1), reading);
            i = end + 1;
            continue;
        }
        const bool named = startsWithWord(page.substr(i), blank);
        const bool space = named || isSpace(page[i]);
        const auto sofar = reading.text.view();
        if (!space || (!sofar.empty() && sofar.back() != ' ')) reading.text.add(space ? ' ' : page[i]);
        i += named ? blank.size() : 1;
    }
    return reading;
}

/// Where a phrase in lower case ends in the text.
std::optional<std::size_t> endOf(std::string_view phrase, std::string_view text) {
    const auto found = std::ranges::search(text, phrase, {}, lower);
    if (found.empty()) return std::nullopt;
    return static_cast<std::size_t>(found.end() - text.begin());
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

std::string_view textOf(const Reading& reading, const Reading::Bold& bold) {
    return trimmed(reading.text.view().substr(bold.begin, bold.end - bold.begin));
}

std::optional<Secret> behindThePhrase(const Reading& reading) {
    const auto end = endOf("enrollment challenge password is", reading.text.view());
    if (!end) return std::nullopt;
    const auto bold = std::ranges::find_if(reading.bold, [&](const auto& part) { return part.begin >= *end; });
    if (bold == reading.bold.end()) return std::nullopt;
    const auto challenge = textOf(reading, *bold);
    const bool plain = !challenge.empty() && challenge.size() <= longestChallenge && !challenge.contains(' ') &&
                       !challenge.contains(foreign);
    return plain ? std::optional(Secret(std::string(challenge))) : std::nullopt;
}

/// The number of hexadecimal digits; 0 when there is anything else but blanks.
std::size_t hexDigits(std::string_view text) {
    const bool hex =
        std::ranges::all_of(text, [](char c) { return c == ' ' || std::isxdigit(static_cast<unsigned char>(c)) != 0; });
    return hex ? text.size() - static_cast<std::size_t>(std::ranges::count(text, ' ')) : 0;
}

std::optional<Secret> byMarkup(const Reading& reading) {
    constexpr std::size_t shortest = 8;
    constexpr std::size_t longest = 64;
    std::vector<std::string_view> found;
    for (const auto& bold : reading.bold)
        if (hexDigits(textOf(reading, bold)) > 0) found.push_back(textOf(reading, bold));
    if (found.size() != 2) return std::nullopt;
    const auto thumbprint = hexDigits(found[0]);
    const auto digits = hexDigits(found[1]);
    const bool isThumbprint = thumbprint == 32 || thumbprint == 40 || thumbprint == 64;
    const bool isChallenge = digits >= shortest && digits <= longest && !found[1].contains(' ');
    if (!isThumbprint || !isChallenge || found[0] == found[1]) return std::nullopt;
    return Secret(std::string(found[1]));
}

} // namespace

std::expected<Secret, NdesTrouble> readNdesPage(std::string_view page) {
    const auto ascii = asciiOf(page);
    const auto reading = read(ascii.view());
    if (auto challenge = behindThePhrase(reading)) return *std::move(challenge);
    if (endOf("password cache is full", reading.text.view())) return std::unexpected(NdesTrouble::cacheFull);
    if (endOf("not have sufficient permission", reading.text.view())) return std::unexpected(NdesTrouble::notAllowed);
    if (endOf("enrollment challenge password is", reading.text.view()))
        return std::unexpected(NdesTrouble::noChallenge);
    if (auto challenge = byMarkup(reading)) return *std::move(challenge);
    return std::unexpected(NdesTrouble::noChallenge);
}

} // namespace scepd::scep
