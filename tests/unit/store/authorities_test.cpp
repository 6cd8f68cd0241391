#include "store/authorities.hpp"

#include "base/file.hpp"
#include "unit/store/samples.hpp"

#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace scepd::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using record::Authority;
using test::errorOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Authority> sample() {
    return {{"ca", "CN=Root \"A\",O=Ünïcode", std::string(64, 'a'), Time(1795201445s), Time(2110000000s + 1us)},
            {"ra", "CN=ra", std::string(64, 'b'), Time(1795201446s), Time(1802977445s)}};
}

class AuthoritiesTest : public testing::Test {
protected:
    test::TemporaryRoot root;
    fs::path path = certificateDirectory(root.path(), "wifi") / "authorities.toml";

    void write(const std::vector<Authority>& authorities) { writeAuthorities(root.path(), "wifi", authorities); }
    std::vector<Authority> read() { return readAuthorities(root.path(), "wifi"); }
    ino_t inode() {
        struct stat status {};
        EXPECT_EQ(::stat(path.c_str(), &status), 0);
        return status.st_ino;
    }
};

TEST_F(AuthoritiesTest, ThereAreNoneBeforeAnExchange) {
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_FALSE(fs::exists(path.parent_path()));
}

TEST_F(AuthoritiesTest, AreReadBackAsTheyWereWritten) {
    write(sample());
    EXPECT_EQ(read(), sample());
    write({});
    EXPECT_THAT(read(), IsEmpty());
}

TEST_F(AuthoritiesTest, AreWrittenOnlyWhenTheyAreOthers) {
    write(sample());
    const auto first = inode();
    fs::create_hard_link(path, path.parent_path() / "old"); // or its inode may come again
    write(sample());
    EXPECT_EQ(inode(), first);

    auto other = sample();
    other.pop_back();
    write(other);
    EXPECT_NE(inode(), first);
    EXPECT_EQ(read(), other);
}

TEST_F(AuthoritiesTest, ThatAreDamagedCountAsNoneAndAreWrittenAnew) {
    for (const auto* damage : {"", "version = 1\n", "version = 1\nauthority = 5\n", "version = 1\nauthority = [5]\n",
                               "version = 1\n[[authority]]\nrole = \"ca\"\n", "version = 2\nauthority = []\n", "= ="}) {
        write({});
        file::replace(path, damage);
        EXPECT_THAT(read(), IsEmpty()) << damage;
        write(sample());
        EXPECT_EQ(read(), sample()) << damage;
    }
}

TEST_F(AuthoritiesTest, ThatCannotBeWrittenAreALocalErrorNamingTheFile) {
    fs::create_directories(path);
    EXPECT_THAT(errorOf([&] { write(sample()); }), HasSubstr("authorities.toml"));
    EXPECT_THAT(read(), IsEmpty());
}

} // namespace
} // namespace scepd::store
