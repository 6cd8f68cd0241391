#include "ctl/failure.hpp"
#include "ctl/verbs.hpp"

#include "console_support.hpp"
#include "temporary_root.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scepd::ctl {
namespace {

using test::Written;
using testing::HasSubstr;

constexpr auto profileText = R"(
[scep]
url = "http://ca.example.com/scep"
trust = "first-use"

[certificate.web]
usage = "web"
subject = "CN=host"
hooks = ["ca-trust", "restart-units"]

[[certificate.web.deploy]]
preset = "nginx"
served = "localhost:443"

[[certificate.web.deploy]]
certificate = "/etc/app/cert.pem"
key = "/etc/app/key.pem"
owner = "www-data"
key-mode = "0640"

[certificate.kept]
usage = "generic"
subject = "CN=host"
deploy = []
)";

/// Plays scepd-enroll.
constexpr auto told = R"(#!/bin/sh
echo "$@" > "$(dirname "$0")/arguments"
printf 'request\tsubject\tCN=host\n'
printf 'exchange\tCA\thttp://ca/\033scep\n'
)";

class Plan : public testing::Test {
protected:
    Plan() {
        root.write("etc/scepd/profiles.d/office.toml", profileText);
        root.write("enroll", told, 0755);
    }
    Exit run(const std::string& name = "web") {
        return guarded(written.console, [&] { return plan(written.console, name, root.path(), root / "enroll"); });
    }

    scepd::test::TemporaryRoot root;
    Written written;
};

TEST_F(Plan, ShowsTheRequestAndWhatIsInstalledWhere) {
    written.console.width = 80;
    EXPECT_EQ(run(), Exit::done);
    EXPECT_EQ(written.out.str(), R"(The request (PKCS#10, here with a key that is thrown away):
  subject: CN=host

How it is sent:
  CA: http://ca/?scep

What is installed:
FILE                                WHAT       OWNER      MODE
/etc/nginx/scepd/web/key.pem        key        root:root  0600
/etc/nginx/scepd/web/fullchain.pem  fullchain  root:root  0600
  check: /usr/sbin/nginx -t
  then:  reload nginx.service
  then:  localhost:443 must present it, or the one before is put back

FILE               WHAT         OWNER          MODE
/etc/app/cert.pem  certificate  www-data:root  0644
/etc/app/key.pem   key          www-data:root  0640

Hooks: ca-trust, restart-units

Nothing was sent and nothing was written.
)");
}

TEST_F(Plan, OfACertificateThatIsOnlyKeptSaysSo) {
    EXPECT_EQ(run("kept"), Exit::done);
    EXPECT_THAT(written.out.str(), HasSubstr("What is installed:\n  nothing: it stays in the store\n"));
}

TEST_F(Plan, IsOneDocumentInJson) {
    written.console.json = true;
    EXPECT_EQ(run(), Exit::done);
    EXPECT_THAT(written.out.str(), HasSubstr("\"action\" : \"reload nginx.service\""));
    EXPECT_THAT(written.out.str(), HasSubstr("\"mode\" : \"0640\""));
}

TEST_F(Plan, OfAnUnknownNameIsExitCodeThree) {
    EXPECT_EQ(run("wep"), Exit::noSuchCertificate);
    EXPECT_THAT(written.err.str(), HasSubstr("wep"));
}

TEST_F(Plan, ThatCannotBeMadeSaysWhy) {
    root.write("enroll", "#!/bin/sh\necho 'scepd-enroll: ${serial} is not known' >&2\nexit 1\n", 0755);
    EXPECT_EQ(run(), Exit::failed);
    EXPECT_THAT(written.err.str(), HasSubstr("${serial} is not known"));
}

} // namespace
} // namespace scepd::ctl
