#include "store/transaction.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "store/generation.hpp"
#include "store/table.hpp"

#include <exception>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;

/// `table` is written last and removed first: without it there is no transaction. There is no `signerKey` when the
/// signer's key is another one that is kept.
struct Files {
    fs::path key, request, signerKey, table;
};

Files filesOf(const fs::path& root, const std::string& name) {
    const auto directory = certificateDirectory(root, name);
    return {directory / "transaction.key", directory / "transaction.csr", directory / "transaction.signer",
            directory / "transaction.toml"};
}

toml::table toTable(const Transaction& transaction) {
    return toml::table{
        {"version", formatVersion},
        {"id", transaction.id},
        {"message-type", static_cast<std::int64_t>(transaction.messageType)},
        {"signer", transaction.signer},
        {"renews", static_cast<std::int64_t>(transaction.renews)},
        {"pending", transaction.pending},
        {"configuration", transaction.configuration},
    };
}

/// Known to be: a disk that does not tell is read, and tried.
bool isMissing(const fs::path& path) {
    std::error_code unknown;
    return fs::symlink_status(path, unknown).type() == fs::file_type::not_found;
}

Secret readIfThere(const fs::path& path) {
    return isMissing(path) ? Secret() : file::readSecret(path);
}

/// True when this key and this request are what lies there already.
bool holds(const Files& files, const Transaction& transaction) {
    try {
        return file::readIfExists(files.table) && file::read(files.request) == transaction.request &&
               file::readSecret(files.key) == transaction.key && readIfThere(files.signerKey) == transaction.signerKey;
    } catch (const Error&) {
        return false; // what is damaged is replaced
    }
}

} // namespace

void saveTransaction(const fs::path& root, const std::string& name, const Transaction& transaction) {
    const auto files = filesOf(root, name);
    if (!holds(files, transaction)) {
        dropTransaction(root, name);
        file::makeDirectories(files.key.parent_path(), 0700);
        file::replace(files.key, transaction.key.reveal());
        file::replace(files.request, transaction.request);
        if (!transaction.signerKey.empty()) file::replace(files.signerKey, transaction.signerKey.reveal());
    }
    file::replace(files.table, print(toTable(transaction)));
}

std::optional<Transaction> readTransaction(const fs::path& root, const std::string& name) {
    const auto files = filesOf(root, name);
    const auto text = file::readIfExists(files.table);
    if (!text) return std::nullopt;
    try {
        const auto table = parseOwn(*text);
        return Transaction{
            .id = get<std::string>(table, "id"),
            .key = file::readSecret(files.key),
            .request = file::read(files.request),
            .signer = get<std::string>(table, "signer"),
            .signerKey = readIfThere(files.signerKey),
            .messageType = getCount(table, "message-type"),
            .renews = getCount(table, "renews"),
            .pending = get<bool>(table, "pending"),
            .configuration = get<std::string>(table, "configuration"),
        };
    } catch (const Error& error) {
        throw error.during("read " + files.table.string());
    }
}

std::optional<std::string> readManualRequest(const fs::path& root, const std::string& name) {
    const auto files = filesOf(root, manualTransaction(name));
    if (isMissing(files.table)) return std::nullopt;
    return pem("CERTIFICATE REQUEST", file::read(files.request));
}

std::string manualTransaction(const std::string& name) {
    return name + "/manual";
}

/// Trouble with one file keeps no other: a key that nobody needs any more least of all.
void dropTransaction(const fs::path& root, const std::string& name) {
    const auto files = filesOf(root, name);
    if (isMissing(files.key.parent_path())) return;
    std::exception_ptr failure;
    const auto also = [&failure](const auto& step, const fs::path& path) {
        try {
            step(path);
        } catch (const Error&) {
            if (!failure) failure = std::current_exception();
        }
    };
    also(file::removeIfExists, files.table);
    also(file::syncDirectory, files.table.parent_path());
    also(file::wipe, files.key);
    also(file::wipe, files.signerKey);
    also(file::removeIfExists, files.request);
    if (failure) std::rethrow_exception(failure);
}

} // namespace scepd::store
