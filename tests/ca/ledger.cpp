#include "ca/ledger.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace scepd::ca {

namespace {

bool isPlain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

Bytes readFile(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void writeFile(const std::filesystem::path& file, const Bytes& bytes) {
    std::ofstream stream(file, std::ios::binary);
    std::ranges::copy(bytes, std::ostreambuf_iterator<char>(stream));
    if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

} // namespace

std::string Ledger::nameOf(std::string_view transactionId) {
    std::string name;
    for (const char c : transactionId) {
        if (isPlain(c))
            name += c;
        else
            name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return name;
}

std::filesystem::path Ledger::directoryOf(std::string_view transactionId) const {
    return state_ / "transactions" / nameOf(transactionId);
}

std::optional<Transaction> Ledger::find(std::string_view transactionId) const {
    const auto directory = directoryOf(transactionId);
    if (!std::filesystem::exists(directory / "signer.pem")) return std::nullopt;
    Transaction transaction;
    transaction.request = readSigningRequest(readFile(directory / "request.der"));
    transaction.signer = readCertificate(directory / "signer.pem");
    const auto issued = directory / "certificate.pem";
    if (std::filesystem::exists(issued)) transaction.issued = readCertificate(issued);
    return transaction;
}

void Ledger::open(std::string_view transactionId, const SigningRequest& request, const Certificate& signer) const {
    const auto directory = directoryOf(transactionId);
    forget(transactionId);
    std::filesystem::create_directories(directory);
    writeFile(directory / "request.der", request.withoutChallenge());
    writeCertificate(directory / "signer.pem", signer.get());
}

void Ledger::complete(std::string_view transactionId, const Certificate& issued) const {
    writeCertificate(directoryOf(transactionId) / "certificate.pem", issued.get());
}

Certificate Ledger::issuedWith(std::string_view serial) const {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(state_ / "transactions", none)) {
        const auto file = entry.path() / "certificate.pem";
        if (!std::filesystem::exists(file)) continue;
        auto certificate = readCertificate(file);
        if (serialOf(certificate.get()) == serial) return certificate;
    }
    return {};
}

void Ledger::forget(std::string_view transactionId) const {
    std::filesystem::remove_all(directoryOf(transactionId));
}

bool Ledger::approved(std::string_view transactionId) const {
    return std::filesystem::exists(state_ / "approve-all") ||
           std::filesystem::exists(state_ / "approve" / nameOf(transactionId));
}

int Ledger::countPoll(std::string_view transactionId) {
    return ++polls_[std::string(transactionId)];
}

} // namespace scepd::ca
