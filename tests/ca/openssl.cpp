#include "ca/openssl.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/stat.h>

namespace scepd::ca {

void fail(std::string_view action) {
    const auto code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) throw std::runtime_error(std::string(action));
    std::array<char, 256> reason{};
    ERR_error_string_n(code, reason.data(), reason.size());
    throw std::runtime_error(fmt::format("{}: {}", action, reason.data()));
}

Certificate share(const Certificate& certificate) {
    X509_up_ref(certificate.get());
    return Certificate(certificate.get());
}

CertificateList listOf(const std::vector<Certificate>& certificates) {
    CertificateList list(must(sk_X509_new_null(), "make a certificate list"));
    for (const auto& certificate : certificates)
        must(sk_X509_push(list.get(), certificate.get()), "list a certificate");
    return list;
}

Bio reader(View bytes) {
    const auto* data = bytes.empty() ? reinterpret_cast<const unsigned char*>("") : bytes.data();
    return Bio(must(BIO_new_mem_buf(data, static_cast<int>(bytes.size())), "read from memory"));
}

Bytes contentOf(const Bio& memory) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &data);
    return length <= 0 ? Bytes{} : Bytes(data, data + length);
}

Bytes randomBytes(std::size_t count) {
    Bytes bytes(count);
    must(RAND_bytes(bytes.data(), static_cast<int>(count)), "draw random bytes");
    return bytes;
}

std::string hex(View bytes) {
    std::string digits;
    for (const auto byte : bytes)
        digits += fmt::format("{:02x}", byte);
    return digits;
}

std::string toBase64(View bytes) {
    std::string text(bytes.size() / 3 * 4 + 5, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

Bytes fromBase64(const std::string& text) {
    Bytes bytes(text.size());
    const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length < 0 || text.ends_with("===")) return {};
    const auto padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

std::string sha256(View bytes) {
    std::array<unsigned char, 32> digest{};
    must(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr), "hash");
    return hex(digest);
}

std::string keyHash(const EVP_PKEY* key) {
    return sha256(encode(i2d_PUBKEY, key));
}

std::string digitsOf(const ASN1_INTEGER* number) {
    const std::unique_ptr<BIGNUM, Release<BN_free>> big(
        must(ASN1_INTEGER_to_BN(number, nullptr), "read a serial number"));
    std::string digits;
    if (char* text = BN_bn2hex(big.get()); text != nullptr) {
        digits = text;
        OPENSSL_free(text);
    }
    return digits;
}

std::string serialOf(const X509* certificate) {
    return digitsOf(X509_get0_serialNumber(certificate));
}

Name nameOf(std::string_view commonName) {
    Name name(must(X509_NAME_new(), "make a name"));
    must(X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(commonName.data()),
                                    static_cast<int>(commonName.size()), -1, 0),
         "make a name");
    return name;
}

Certificate readCertificate(const std::filesystem::path& file) {
    const Bio bio(must(BIO_new_file(file.c_str(), "r"), "open " + file.string()));
    return Certificate(must(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), "read " + file.string()));
}

Key readKey(const std::filesystem::path& file) {
    const Bio bio(must(BIO_new_file(file.c_str(), "r"), "open " + file.string()));
    return Key(must(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), "read " + file.string()));
}

void writeCertificate(const std::filesystem::path& file, X509* certificate) {
    const std::string temporary = file.string() + ".new";
    {
        const Bio bio(must(BIO_new_file(temporary.c_str(), "w"), "open " + temporary));
        must(PEM_write_bio_X509(bio.get(), certificate), "write " + temporary);
        must(BIO_flush(bio.get()), "write " + temporary);
    }
    std::filesystem::rename(temporary, file);
}

void writeKey(const std::filesystem::path& file, EVP_PKEY* key) {
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) throw std::runtime_error("cannot create " + file.string());
    const Bio bio(must(BIO_new_fd(descriptor, BIO_CLOSE), "open " + file.string()));
    must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr), "write " + file.string());
}

} // namespace scepd::ca
