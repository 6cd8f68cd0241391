#pragma once

#include "bus/access.hpp"
#include "bus/answer.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <sdbus-c++/sdbus-c++.h>

namespace scepd::bus {

/// The answer to a call that takes a while, given once. Whoever lets it go without an answer has ended the work: the
/// caller is told so, rather than left waiting.
template <typename... Values>
class LaterReply {
public:
    explicit LaterReply(sdbus::Result<Values...>&& result) : result_(std::move(result)) {}
    ~LaterReply() {
        if (!given_) fail(sdbus::Error("org.scepd1.Error.Local", "it was ended before it was done"));
    }
    LaterReply(const LaterReply&) = delete;
    LaterReply& operator=(const LaterReply&) = delete;

    void give(const Values&... values) {
        answer([&] { result_.returnResults(values...); });
    }
    void fail(const sdbus::Error& error) noexcept {
        answer([&] { result_.returnError(error); });
    }

private:
    /// A caller or a bus that has gone away is no concern of ours.
    template <typename Body>
    void answer(Body body) noexcept {
        if (std::exchange(given_, true)) return;
        try {
            body();
        } catch (const sdbus::Error&) {
            return;
        }
    }

    sdbus::Result<Values...> result_;
    bool given_ = false;
};

/// As whenAllowed(), for an action whose end is told later: `body` gets a shared LaterReply.
template <typename... Values, typename Body>
void whenAllowedLater(Access& access, const sdbus::Message& call, const std::string& action,
                      sdbus::Result<Values...>&& result, Body body) {
    auto reply = std::make_shared<LaterReply<Values...>>(std::move(result));
    access.check(call, action, [reply, body = std::move(body)](const std::optional<sdbus::Error>& refusal) {
        if (refusal) return reply->fail(*refusal);
        try {
            answer([&] { body(reply); });
        } catch (const sdbus::Error& error) {
            reply->fail(error);
        }
    });
}

/// As whenAllowedLater(), for what gives nothing back: `begin` gets what is to be called once at the end, and returns
/// false when something runs for the certificate, which is Error.Busy.
template <typename Begin>
void doWhenAllowed(Access& access, const sdbus::Message& call, const std::string& action, sdbus::Result<>&& result,
                   const std::string& name, Begin begin) {
    whenAllowedLater(access, call, action, std::move(result), [name, begin = std::move(begin)](const auto& reply) {
        const auto done = [reply](const std::expected<std::string, Error>& ended) {
            ended ? reply->give() : reply->fail(busError(ended.error()));
        };
        if (!begin(done)) throw busy(name);
    });
}

} // namespace scepd::bus
