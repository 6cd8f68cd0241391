#include "integration/scep/endpoint.hpp"

#include "base/file.hpp"
#include "enroll/plan.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace scepd::test {
namespace {

/// Phases are of no interest here.
const enroll::Progress& silence() {
    static const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    static const enroll::Progress progress(nowhere);
    return progress;
}

} // namespace

Endpoint::Endpoint() {
    write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
}

void Endpoint::configure(const ProfileText& text) const {
    const auto challenge = text.challenge.empty()
                               ? ""
                               : fmt::format("[scep.challenge]\ntype = \"static\"\nvalue = \"{}\"\n", text.challenge);
    write("etc/scepd/profiles.d/office.toml",
          fmt::format("[scep]\nurl = {}\n{}\n{}\n{}\n[certificate.device]\nusage = \"generic\"\nsubject = \"{}\"\n"
                      "deploy = []\n{}\n",
                      text.urls, text.trust, text.scep, challenge, text.subject, text.certificate));
}

void Endpoint::write(const std::string& path, const std::string& content) const {
    root_.write(path, content, 0600);
}

record::Report Endpoint::run(const enroll::Order& order) const {
    const auto wanted = enroll::findWanted(root(), "device");
    return enroll::attempt(wanted, order, silence());
}

store::Generation Endpoint::current() const {
    return store::readGeneration(root(), "device", store::readHeld(root(), "device").value().generation);
}

std::vector<std::string> Endpoint::filesWith(const std::string& text) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_ / "var"))
        if (entry.is_regular_file() && file::read(entry.path()).contains(text)) found.push_back(entry.path());
    return found;
}

} // namespace scepd::test
