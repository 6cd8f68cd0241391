#include "deploy/deployer.hpp"

#include "support.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include <gmock/gmock.h>
#include <unistd.h>

namespace scepd::deploy::test {
namespace {

using record::TargetState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// What a program prints, on standard error too.
std::string outputOf(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((command + " 2>&1").c_str(), "r"), ::pclose);
    std::string output;
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
        output.append(buffer.data(), got);
    return output;
}

class InDer : public Endpoint, public ::testing::Test {
protected:
    Deployer deployer{root()};

    [[nodiscard]] std::string openssl(const std::string& command, const std::string& file) const {
        return outputOf("openssl " + command + " -inform DER -in " + (*this / file).string());
    }
};

TEST_F(InDer, CertificateKeyAndCaAreOneObjectEach) {
    profile("[[certificate.web.deploy]]\nencoding = \"der\"\ncertificate = \"/etc/cert.der\"\n"
            "key = \"/etc/key.der\"\nca = \"/etc/ca.der\"\n");
    EXPECT_THAT(deployer.deploy("web", commit(), today()), ElementsAre(TargetState{"/etc/cert.der", "deployed", ""}));
    const auto held = store::readGeneration(root(), "web", 1);
    EXPECT_EQ(readFile(*this / "etc/cert.der"), crypto::Certificate::fromPem(held.certificate).toDer());
    EXPECT_EQ(readFile(*this / "etc/ca.der"), crypto::Certificate::fromPem(ourCa().pem()).toDer());
    EXPECT_EQ(modeOf(*this / "etc/key.der"), 0600U);
    EXPECT_THAT(openssl("x509 -noout -subject", "etc/cert.der"), HasSubstr("CN = host"));
    EXPECT_THAT(openssl("x509 -noout -subject", "etc/ca.der"), HasSubstr("Our CA"));
    EXPECT_THAT(openssl("asn1parse", "etc/key.der"), HasSubstr(":rsaEncryption")) << "PKCS#8 names its algorithm";
    EXPECT_EQ(openssl("pkey", "etc/key.der"), held.key.reveal());
    EXPECT_EQ(deployer.verify("web")[0].state, "deployed");
}

TEST_F(InDer, AKeyCanBeTraditional) {
    profile("[[certificate.web.deploy]]\nencoding = \"der\"\nkey = \"/etc/key.der\"\nkey-format = \"traditional\"\n");
    deployer.deploy("web", commit(), today());
    EXPECT_THAT(openssl("asn1parse", "etc/key.der"), Not(HasSubstr("rsaEncryption")));
    EXPECT_EQ(openssl("pkey", "etc/key.der"), keyNumber(0).toPem().reveal());
}

TEST_F(InDer, AnotherEncodingInTheProfileIsDriftUntilItIsDeployed) {
    const std::string target = "[[certificate.web.deploy]]\nkey = \"/etc/key\"\n";
    profile(target);
    deployer.deploy("web", commit(), today());
    profile(target + "encoding = \"der\"\n");
    EXPECT_EQ(deployer.verify("web")[0].state, "drifted");
    deployer.deploy("web", 1, today());
    EXPECT_EQ(deployer.verify("web")[0].state, "deployed");
}

class InPkcs12 : public Endpoint, public ::testing::Test {
protected:
    InPkcs12() {
        profile("[[certificate.web.deploy]]\npkcs12 = \"/etc/web.p12\"\n"
                "pkcs12-password-file = \"/etc/scepd/secrets/web\"\n");
        setPassword("first password\nand not this\n");
    }

    Deployer deployer{root()};
    const fs::path passwordFile = *this / "etc/scepd/secrets/web";

    void setPassword(const std::string& text, mode_t mode = 0640) const { writeFile(passwordFile, text, mode); }

    [[nodiscard]] std::string container() const { return readFile(*this / "etc/web.p12"); }
    [[nodiscard]] std::string openssl(const std::string& options) const {
        return outputOf("openssl pkcs12 -in " + (*this / "etc/web.p12").string() + " " + options);
    }
    [[nodiscard]] TargetState verified() { return deployer.verify("web").at(0); }

    /// Why a deployment fails; the container that was there must stay.
    [[nodiscard]] std::string refusal() {
        const auto before = container();
        const auto error = errorOf([&] { deployer.deploy("web", 1, today()); });
        EXPECT_EQ(container(), before);
        EXPECT_EQ(verified().state, "failed");
        EXPECT_THAT(verified().detail, HasSubstr(passwordFile.string()));
        EXPECT_THAT(error.what(), Not(HasSubstr("first password")));
        return error.what();
    }
};

const TargetState deployed{"/etc/web.p12", "deployed", ""};
const TargetState drifted{"/etc/web.p12", "drifted", "web.p12 holds something else"};

TEST_F(InPkcs12, OneFileHoldsAllAndOpensslReadsIt) {
    EXPECT_THAT(deployer.deploy("web", commit(), today()), ElementsAre(deployed));
    EXPECT_EQ(modeOf(*this / "etc/web.p12"), 0600U);
    const auto all = openssl("-info -nodes -passin file:" + passwordFile.string());
    const std::string ours = "PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256";
    EXPECT_THAT(all, HasSubstr("MAC: sha256, Iteration 2048"));
    EXPECT_THAT(all, HasSubstr("Shrouded Keybag: " + ours));
    EXPECT_THAT(all, HasSubstr("PKCS7 Encrypted data: " + ours));
    EXPECT_THAT(all, HasSubstr("friendlyName: web"));
    EXPECT_THAT(all, HasSubstr(std::string(keyNumber(0).toPem().reveal())));
    EXPECT_THAT(all, HasSubstr(store::readGeneration(root(), "web", 1).certificate));
    EXPECT_THAT(all, HasSubstr(crypto::Certificate::fromPem(ourCa().pem()).toPem()));
    EXPECT_THAT(openssl("-nodes -passin pass:wrong"), HasSubstr("invalid password"));
}

TEST_F(InPkcs12, WhatMeansTheSameIsNeitherDriftNorMadeAnew) {
    deployer.deploy("web", commit(), today());
    const auto before = container();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(verified(), deployed);
    deployer.deploy("web", 1, today());
    EXPECT_EQ(container(), before);
    EXPECT_EQ(verified(), deployed);
}

TEST_F(InPkcs12, WhatMeansSomethingElseIsDriftAndMadeAnew) {
    deployer.deploy("web", commit(), today());
    const auto first = container();
    commit(makeGeneration({.key = 1}));
    deployer.deploy("web", 2, today());
    const auto second = container();
    EXPECT_EQ(verified(), deployed);

    for (const auto& wrong : {first, second.substr(1), second + "#", std::string("none")}) {
        writeFile(*this / "etc/web.p12", wrong, 0600);
        EXPECT_EQ(verified(), drifted);
    }
    writeFile(*this / "etc/web.p12", "", 0600);
    EXPECT_EQ(verified().detail, "web.p12 is empty");
    fs::resize_file(*this / "etc/web.p12", 2U << 20U);
    EXPECT_EQ(verified(), drifted);
    fs::remove(*this / "etc/web.p12");
    EXPECT_EQ(verified().detail, "web.p12 is missing");
    deployer.deploy("web", 2, today());
    EXPECT_EQ(verified(), deployed);
}

TEST_F(InPkcs12, HooksFindAllInTheContainer) {
    const auto facts = hookFacts(root(), findSubject(root(), "web"), "deployed", 1, std::nullopt);
    for (const auto& path : {facts.certificateFile, facts.keyFile, facts.chainFile})
        EXPECT_EQ(path, (*this / "etc/web.p12").string());
}

TEST_F(InPkcs12, ModesAreComparedAsOfOtherFiles) {
    deployer.deploy("web", commit(), today());
    ::chmod((*this / "etc/web.p12").c_str(), 0644);
    EXPECT_EQ(verified().detail, "web.p12: mode 0644 instead of 0600");
}

TEST_F(InPkcs12, ANewPasswordMakesANewContainer) {
    deployer.deploy("web", commit(), today());
    setPassword("second password\r\n");
    EXPECT_EQ(verified(), drifted);
    deployer.deploy("web", 1, today());
    EXPECT_EQ(verified(), deployed);
    EXPECT_THAT(openssl("-nodes -passin 'pass:second password'"), HasSubstr("BEGIN PRIVATE KEY"));
}

TEST_F(InPkcs12, APasswordFileThatIsNoGoodIsNamedAndNothingIsInstalled) {
    deployer.deploy("web", commit(), today());
    setPassword("first password", 0644);
    EXPECT_THAT(refusal(), HasSubstr("can be read by everybody (mode 0644); take that away with chmod o-r"));
    setPassword("first password", 0602);
    EXPECT_THAT(refusal(), HasSubstr("can be written by others"));
    setPassword("\nfirst password", 0600);
    EXPECT_THAT(refusal(), HasSubstr("has an empty first line"));
    setPassword("");
    EXPECT_THAT(refusal(), HasSubstr("has an empty first line"));
    setPassword(std::string("first password\0b", 16));
    EXPECT_THAT(refusal(), HasSubstr("holds a zero byte"));
    setPassword("first password" + std::string(1024, '\n'));
    EXPECT_THAT(refusal(), HasSubstr("is larger than 1 KiB"));
    fs::remove(passwordFile);
    EXPECT_THAT(refusal(), HasSubstr("does not exist; write a password into it"));
    fs::create_symlink("/dev/zero", passwordFile);
    EXPECT_THAT(refusal(), HasSubstr("is not a regular file"));
}

TEST_F(InPkcs12, APasswordFileBelongsToRoot) {
    deployer.deploy("web", commit(), today());
    if (::chown(passwordFile.c_str(), 1, 1) != 0) GTEST_SKIP() << "only root can give a file away";
    EXPECT_THAT(refusal(), HasSubstr("belongs to user 1; it must belong to root"));
}

} // namespace
} // namespace scepd::deploy::test
