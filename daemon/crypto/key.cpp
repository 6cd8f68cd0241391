#include "crypto/key.hpp"

#include "crypto/openssl.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace scepd::crypto {
namespace {

/// Key generations that run against each other. The first key wins; the others see `stop` in their callback.
class Race {
public:
    explicit Race(unsigned bits) : bits_(bits) {}

    /// One contestant. Never throws: what went wrong is kept for result().
    void run() noexcept {
        KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
        if (!context || EVP_PKEY_keygen_init(context.get()) <= 0 ||
            EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits_)) <= 0)
            return lost();
        EVP_PKEY_CTX_set_app_data(context.get(), this);
        EVP_PKEY_CTX_set_cb(context.get(), goOn);
        EVP_PKEY* key = nullptr;
        if (EVP_PKEY_generate(context.get(), &key) <= 0) return lost();
        won(KeyPtr(key));
    }

    KeyPtr result() {
        const std::lock_guard lock(mutex_);
        if (!winner_) throw Error(Fault::local, fmt::format("generate an RSA key of {} bits: {}", bits_, reason_));
        return std::move(winner_);
    }

private:
    static int goOn(EVP_PKEY_CTX* context) {
        return static_cast<const Race*>(EVP_PKEY_CTX_get_app_data(context))->stop_.load() ? 0 : 1;
    }

    void won(KeyPtr key) {
        stop_ = true;
        const std::lock_guard lock(mutex_);
        if (!winner_) winner_ = std::move(key);
    }

    void lost() {
        auto reason = opensslReason();
        const std::lock_guard lock(mutex_);
        reason_ = std::move(reason);
    }

    unsigned bits_;
    std::atomic<bool> stop_ = false;
    std::mutex mutex_;
    KeyPtr winner_;
    std::string reason_;
};

/// Keys of ours have no passphrase; without this OpenSSL would ask on the terminal.
int noPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
    return -1;
}

} // namespace

Key::Key(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}

Key Key::generateRsa(unsigned bits) {
    if (bits < 1024 || bits > 4096) throw Error(Fault::local, fmt::format("no RSA keys of {} bits", bits));
    constexpr unsigned most = 8;
    const auto contestants = std::clamp(std::thread::hardware_concurrency(), 1U, most);
    Race race(bits);
    {
        std::vector<std::jthread> others;
        try {
            for (unsigned i = 1; i < contestants; ++i)
                others.emplace_back([&race] { race.run(); });
        } catch (const std::system_error&) {
            // No more threads on this machine: those that run are enough.
            ERR_clear_error();
        }
        race.run();
    }
    return Key(race.result().release());
}

Key Key::generateEc(std::string_view curve) {
    constexpr std::array curves{"P-256", "P-384", "P-521"};
    const auto* const known = std::ranges::find(curves, curve);
    if (known == curves.end())
        throw Error(Fault::configuration, fmt::format("no EC keys on \"{}\" but on P-256, P-384 and P-521", curve));
    return Key(made(EVP_EC_gen(*known), fmt::format("generate an EC key on {}", curve)));
}

Key Key::fromPem(const Secret& pem) {
    ERR_clear_error();
    const auto bio = readBio(pem.reveal());
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, nullptr);
    if (key == nullptr) throw opensslError(Fault::local, "read a private key in PEM");
    return Key(key);
}

Secret Key::toPem() const {
    const auto bio = memoryBio();
    succeeded(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr),
              "write a private key");
    return Secret(std::string(content(bio.get())));
}

Secret Key::toTraditionalPem() const {
    const auto bio = memoryBio();
    succeeded(PEM_write_bio_PrivateKey_traditional(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr),
              "write a private key in the traditional form");
    return Secret(std::string(content(bio.get())));
}

Secret Key::toDer() const {
    const auto bio = memoryBio();
    succeeded(i2d_PKCS8PrivateKey_bio(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr),
              "write a private key");
    return Secret(std::string(content(bio.get())));
}

Secret Key::toTraditionalDer() const {
    return Secret(derOf(i2d_PrivateKey, key_.get()));
}

std::vector<std::uint8_t> Key::publicKey() const {
    const auto der = derOf(i2d_PUBKEY, key_.get());
    return {der.begin(), der.end()};
}

bool Key::isRsa() const {
    return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA;
}

std::string Key::description() const {
    return describe(key_.get());
}

std::string describe(const EVP_PKEY* key) {
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return fmt::format("RSA {}", EVP_PKEY_get_bits(key));
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) {
        const char* type = EVP_PKEY_get0_type_name(key);
        return type != nullptr ? type : "unknown";
    }
    constexpr std::size_t longestName = 64;
    std::string group(longestName, '\0');
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) <= 0) return "EC";
    group.resize(length);
    const char* nist = EC_curve_nid2nist(OBJ_txt2nid(group.c_str()));
    return "EC " + (nist != nullptr ? std::string(nist) : group);
}

} // namespace scepd::crypto
