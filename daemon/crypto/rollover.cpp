#include "crypto/rollover.hpp"

#include "base/error.hpp"
#include "crypto/carried.hpp"
#include "crypto/openssl.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace scepd::crypto {
namespace {

constexpr std::string_view answerName = "CMS";

struct Block {
    std::string name, content;
};

/// The next block of a PEM text; nullopt at its end.
std::optional<Block> nextBlock(BIO* text) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long length = 0;
    const int read = PEM_read_bio(text, &name, &header, &data, &length);
    const auto free = [](void* memory) { OPENSSL_free(memory); };
    const std::unique_ptr<char, decltype(free)> ownsName(name, free);
    const std::unique_ptr<char, decltype(free)> ownsHeader(header, free);
    const std::unique_ptr<unsigned char, decltype(free)> ownsData(data, free);
    if (read == 1)
        return Block{name, std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(length))};
    const bool atEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!atEnd) throw opensslError(Fault::protocol, "read a CA's word for its successor");
    ERR_clear_error();
    return std::nullopt;
}

bool contains(const std::vector<Certificate>& certificates, const Certificate& wanted) {
    return std::ranges::find(certificates, wanted) != certificates.end();
}

/// At its beginning: it may lie ahead.
bool certifies(const Certificate& authority, const Certificate& one) {
    try {
        verifyChain(one, {}, {authority}, one.notBefore());
        return true;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

std::string toPem(const std::vector<Rollover>& rollovers) {
    std::string text;
    for (const auto& [authority, answer] : rollovers) {
        const auto bio = memoryBio();
        const int written = PEM_write_bio(bio.get(), std::string(answerName).c_str(), "", raw(answer),
                                          static_cast<long>(answer.size()));
        if (written <= 0) throw opensslError(Fault::local, "write a CA's word for its successor");
        text += authority.toPem();
        text += content(bio.get());
    }
    return text;
}

std::vector<Rollover> rolloversFromPem(std::string_view pem) {
    const auto bio = readBio(pem);
    std::vector<Rollover> rollovers;
    while (const auto authority = nextBlock(bio.get())) {
        auto answer = nextBlock(bio.get());
        if (authority->name != "CERTIFICATE" || !answer || answer->name != answerName)
            throw Error(Fault::protocol, "a CA's word for its successor is its certificate and a CMS message");
        rollovers.push_back({Certificate::fromDer(authority->content), std::move(answer->content)});
    }
    return rollovers;
}

std::vector<Certificate> successors(const Rollover& rollover, Strength strength) {
    auto [named, covered] = readSignedCertificates(rollover.answer, {rollover.authority}, strength);
    std::erase_if(named, [&, all = covered](const Certificate& one) {
        return one == rollover.authority || (!all && !certifies(rollover.authority, one));
    });
    if (named.empty()) throw Error(Fault::protocol, fmt::format("{} names no successor", rollover.authority.subject()));
    for (const auto& one : named)
        requireKeyStrength(one, strength);
    return named;
}

std::vector<Certificate> withSuccessors(std::vector<Certificate> trusted, const std::vector<Rollover>& rollovers,
                                        Strength strength) {
    for (const auto& rollover : rollovers) {
        if (!contains(trusted, rollover.authority)) continue;
        for (auto& successor : successors(rollover, strength))
            if (successor.isCa() && !contains(trusted, successor)) trusted.push_back(std::move(successor));
    }
    return trusted;
}

} // namespace scepd::crypto
