#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace scepd {

/// A challenge, a password or a private key's text. It is wiped when it dies, and nothing formats or prints it:
/// whoever needs the characters says so with reveal().
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept {
        value_ = other.value_; // moving would leave a short text's characters behind
        other.wipe();
    }
    Secret& operator=(const Secret& other) {
        if (this != &other) {
            wipe();
            value_ = other.value_;
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Secret() { wipe(); }

    /// The characters themselves. The view dies with the Secret.
    [[nodiscard]] std::string_view reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }
    bool operator==(const Secret&) const = default;

private:
    void wipe() noexcept {
        explicit_bzero(value_.data(), value_.size());
        value_.clear();
    }
    std::string value_;
};

/// The text up to its first line end.
inline Secret firstLine(const Secret& text) {
    return Secret(std::string(text.reveal().substr(0, text.reveal().find_first_of("\r\n"))));
}

} // namespace scepd
