#include "deploy/memory.hpp"
#include "fuzz/harness.hpp"
#include "store/facts.hpp"
#include "store/generation.hpp"
#include "store/history.hpp"
#include "store/report.hpp"
#include "store/table.hpp"
#include "store/transaction.hpp"
#include "temporary_root.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>

using namespace scepd;

namespace {

const std::string name = "wifi";
constexpr auto* ours = "var/lib/scepd/certificates/wifi/";
constexpr auto* deployers = "var/lib/scepd-deploy/";

/// One folder for the whole run.
const test::TemporaryRoot& root() {
    static const test::TemporaryRoot root;
    return root;
}

void requireSame(bool same) {
    fuzz::require(same, "what was written is read again");
}

void readFacts(const std::string& text) {
    const auto held = fuzz::parsed(Fault::local, [&] { return store::heldFrom(store::parseOwn(text)); });
    if (held) requireSame(store::heldFrom(store::parseOwn(store::print(store::toTable(*held)))) == *held);
}

void readReport(const std::string& text) {
    const auto report = fuzz::parsed(Fault::local, [&] { return store::reportFromText(text); });
    if (report) requireSame(store::reportFromText(store::toText(*report)) == *report);
}

void readHistory(const std::string& text) {
    root().write(std::string(ours) + "history.toml", text);
    const auto history = store::readHistory(root().path(), name);
    store::writeHistory(root().path(), name, history);
    requireSame(store::readHistory(root().path(), name) == history);
}

void readTransaction(const std::string& text) {
    root().write(std::string(ours) + "transaction.key", "key");
    root().write(std::string(ours) + "transaction.csr", "request");
    root().write(std::string(ours) + "transaction.toml", text);
    const auto transaction = fuzz::parsed(Fault::local, [] { return store::readTransaction(root().path(), name); });
    if (!transaction) return;
    store::saveTransaction(root().path(), name, transaction->value());
    requireSame(store::readTransaction(root().path(), name) == *transaction);
    store::dropTransaction(root().path(), name);
    requireSame(!store::readTransaction(root().path(), name));
}

void readIntent(const std::string& text) {
    root().write(std::string(deployers) + "intent/wifi", text);
    const auto intent = deploy::readIntent(root().path(), name);
    if (!intent) return;
    deploy::write(root().path(), *intent);
    requireSame(deploy::readIntent(root().path(), name) == intent);
}

void readDeployed(const std::string& text) {
    root().write(std::string(deployers) + "deployed/wifi", text);
    const auto deployed = deploy::readDeployed(root().path(), name);
    deploy::write(root().path(), name, deployed);
    requireSame(deploy::readDeployed(root().path(), name) == deployed);
}

} // namespace

/// What lies on the disk or comes through the pipe, written by us, by another version, by a failing disk, or by
/// somebody who took over the user scepd: a letter that says what it is, and the text.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(fuzz::textOf(data + 1, size - 1));
    switch (data[0]) {
    case 'f':
        readFacts(text);
        break;
    case 'r':
        readReport(text);
        break;
    case 'h':
        readHistory(text);
        break;
    case 't':
        readTransaction(text);
        break;
    case 'i':
        readIntent(text);
        break;
    case 'd':
        readDeployed(text);
        break;
    default:
        return -1; // not worth keeping
    }
    return 0;
}
