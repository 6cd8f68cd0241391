#include "deploy/supplicant.hpp"

#include "deploy/wpa_control.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>

#include <fmt/format.h>

namespace scepd::deploy {
namespace {

using Ask = std::function<std::optional<std::string>(const std::string& command)>;

constexpr Duration answerLimit = std::chrono::seconds(2);
/// How long an authentication that runs is waited for, and how often it is looked at meanwhile.
constexpr Duration authenticationLimit = std::chrono::seconds(3), authenticationPause = std::chrono::milliseconds(50);

/// The value of a line "KEY=VALUE"; empty when there is none.
std::string valueOf(std::string_view status, std::string_view key) {
    for (std::size_t begin = 0; begin < status.size();) {
        const auto line = status.substr(begin, status.find('\n', begin) - begin);
        if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=')
            return std::string(line.substr(key.size() + 1));
        begin += line.size() + 1;
    }
    return {};
}

bool isAuthenticating(const std::string& status) {
    const auto state = valueOf(status, "Supplicant PAE state");
    return state == "CONNECTING" || state == "RESTART" || state == "AUTHENTICATING";
}

/// wpa_supplicant 2.10 may not recover for tens of seconds from a REAUTHENTICATE in the midst of an authentication. So
/// one that runs over an open port is waited for; it may have been begun with the former certificate.
std::optional<std::string> settledStatus(const Ask& ask) {
    const auto deadline = std::chrono::steady_clock::now() + authenticationLimit;
    auto status = ask("STATUS");
    while (status && isAuthenticating(*status) && valueOf(*status, "suppPortStatus") == "Authorized" &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(authenticationPause);
        status = ask("STATUS");
    }
    return status;
}

/// With fast_reauth=1, the default, an authentication resumes the TLS session of the one before, and with it the old
/// certificate. A network whose settings change loses that session, and nothing else.
void forgetSession(const Ask& ask, const std::string& network) {
    const auto before = ask(fmt::format("GET_NETWORK {} eap_workaround", network));
    if (!before || before->empty() || before->starts_with("FAIL")) return;
    ask(fmt::format("SET_NETWORK {} eap_workaround {}", network, *before == "1" ? "0" : "1"));
    ask(fmt::format("SET_NETWORK {} eap_workaround {}", network, *before));
}

Reauthentication outcome(const std::optional<std::string>& answer) {
    if (!answer) return Reauthentication::nobodyThere;
    return *answer == "OK" ? Reauthentication::begun : Reauthentication::declined;
}

} // namespace

Reauthentication reauthenticate(const std::filesystem::path& root, const std::string& interface) {
    const Ask ask = [&](const std::string& command) { return askWpaSupplicant(root, interface, command, answerLimit); };
    const auto status = settledStatus(ask);
    if (!status) return Reauthentication::nobodyThere;
    if (valueOf(*status, "suppPortStatus") == "Unauthorized") return outcome(ask("REASSOCIATE"));
    if (const auto network = valueOf(*status, "id"); !network.empty()) forgetSession(ask, network);
    return outcome(ask("REAUTHENTICATE"));
}

} // namespace scepd::deploy
