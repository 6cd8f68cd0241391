#include "store/transaction.hpp"

#include "base/file.hpp"
#include "unit/store/samples.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;
using test::errorOf;
using test::namesIn;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Transaction sampleTransaction() {
    return {.id = "9F86D081",
            .key = Secret(std::string("-----BEGIN PRIVATE KEY-----\n")),
            .request = std::string("\x30\x00\xff binary", 10),
            .signer = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n",
            .signerKey = {},
            .messageType = 17,
            .renews = 7,
            .pending = true,
            .configuration = "0123456789abcdef"};
}

class TransactionTest : public testing::Test {
protected:
    test::TemporaryRoot root;
    fs::path directory = certificateDirectory(root.path(), "wifi");

    void save(const Transaction& transaction) { saveTransaction(root.path(), "wifi", transaction); }
    std::optional<Transaction> read() { return readTransaction(root.path(), "wifi"); }
    void drop() { dropTransaction(root.path(), "wifi"); }

    ino_t inodeOf(const std::string& name) {
        struct stat status {};
        EXPECT_EQ(::lstat((directory / name).c_str(), &status), 0);
        return status.st_ino;
    }
};

TEST_F(TransactionTest, ThereIsNoneBeforeOneIsSaved) {
    EXPECT_EQ(read(), std::nullopt);
    EXPECT_NO_THROW(drop());
    EXPECT_FALSE(fs::exists(directory));
}

TEST_F(TransactionTest, KeepsTheSignersOwnKeyAndWipesIt) {
    auto transaction = sampleTransaction();
    transaction.signerKey = Secret(std::string("-----BEGIN PRIVATE KEY-----\ntransport\n"));
    save(transaction);
    EXPECT_EQ(read(), transaction);
    EXPECT_THAT(namesIn(directory), testing::Contains("transaction.signer"));

    save(sampleTransaction());
    EXPECT_EQ(read(), sampleTransaction());
    drop();
    EXPECT_THAT(namesIn(directory), IsEmpty());
}

TEST_F(TransactionTest, IsReadBackAsItWasSaved) {
    save(sampleTransaction());

    EXPECT_EQ(read(), sampleTransaction());
    EXPECT_THAT(namesIn(directory), UnorderedElementsAre("transaction.key", "transaction.csr", "transaction.toml"));
    struct stat status {};
    ASSERT_EQ(::stat((directory / "transaction.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(TransactionTest, TakesThePlaceOfAnOlderOneWhoseKeyIsOverwritten) {
    save(sampleTransaction());
    fs::create_hard_link(directory / "transaction.key", directory / "same bytes");
    auto next = sampleTransaction();
    next.id = "A1";
    next.key = Secret(std::string("another key"));
    next.pending = false;
    save(next);

    EXPECT_EQ(read(), next);
    EXPECT_EQ(file::read(directory / "same bytes"), std::string(28, '\0'));
}

TEST_F(TransactionTest, ThatCannotBeDroppedWholeLosesItsKeyAllTheSame) {
    save(sampleTransaction());
    fs::remove(directory / "transaction.toml");
    fs::create_directories(directory / "transaction.toml/in the way");

    EXPECT_THROW(drop(), Error);
    EXPECT_THAT(namesIn(directory), UnorderedElementsAre("transaction.toml"));
}

TEST_F(TransactionTest, ThatOnlyBecamePendingKeepsItsKeyInPlaceSoThatACrashLosesNothing) {
    auto transaction = sampleTransaction();
    transaction.pending = false;
    save(transaction);
    const auto key = inodeOf("transaction.key");
    const auto request = inodeOf("transaction.csr");
    const auto table = inodeOf("transaction.toml");
    fs::create_hard_link(directory / "transaction.toml", directory / "old table"); // or its inode may come again
    transaction.pending = true;
    save(transaction);

    EXPECT_EQ(read(), transaction);
    EXPECT_EQ(inodeOf("transaction.key"), key);
    EXPECT_EQ(inodeOf("transaction.csr"), request);
    EXPECT_NE(inodeOf("transaction.toml"), table) << "replaced, never edited";
}

TEST_F(TransactionTest, IsReplacedAlsoWhenTheOldOneIsDamaged) {
    save(sampleTransaction());
    fs::remove(directory / "transaction.key");
    save(sampleTransaction());

    EXPECT_EQ(read(), sampleTransaction());
}

TEST_F(TransactionTest, ThatIsDroppedIsGoneAndItsKeyOverwritten) {
    save(sampleTransaction());
    fs::create_hard_link(directory / "transaction.key", root / "same bytes");
    drop();
    drop();

    EXPECT_EQ(read(), std::nullopt);
    EXPECT_THAT(namesIn(directory), IsEmpty());
    EXPECT_EQ(file::read(root / "same bytes"), std::string(28, '\0'));
}

TEST_F(TransactionTest, IsNoneAnyMoreAsSoonAsDroppingBegins) {
    save(sampleTransaction());
    fs::remove(directory / "transaction.key");
    fs::create_directory(directory / "transaction.key"); // the second step fails

    EXPECT_THAT(errorOf([&] { drop(); }), HasSubstr("transaction.key"));
    EXPECT_EQ(read(), std::nullopt);
}

TEST_F(TransactionTest, WhoseTableWasNeverWrittenIsNone) {
    root.write("var/lib/scepd/certificates/wifi/transaction.key", "key");
    root.write("var/lib/scepd/certificates/wifi/transaction.csr", "request");

    EXPECT_EQ(read(), std::nullopt);
}

TEST_F(TransactionTest, ThatCannotBeSavedIsNone) {
    fs::create_directories(directory / "transaction.csr"); // the second step fails

    EXPECT_THAT(errorOf([&] { save(sampleTransaction()); }), HasSubstr("transaction.csr"));
    EXPECT_EQ(read(), std::nullopt);
}

TEST_F(TransactionTest, ThatIsDamagedIsALocalErrorNamingTheFile) {
    save(sampleTransaction());
    fs::remove(directory / "transaction.csr");
    EXPECT_THAT(errorOf([&] { read(); }), HasSubstr("transaction.csr"));

    save(sampleTransaction());
    file::replace(directory / "transaction.toml", "version = 1\nid = 5\n");
    EXPECT_THAT(errorOf([&] { read(); }), HasSubstr("transaction.toml"));

    file::replace(directory / "transaction.toml", "version = 2\n");
    EXPECT_THAT(errorOf([&] { read(); }), HasSubstr("newer version of scepd"));
}

} // namespace
} // namespace scepd::store
