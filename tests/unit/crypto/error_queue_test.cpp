#include <gtest/gtest.h>
#include <openssl/err.h>

namespace {

/// After every test of this program: nothing that OpenSSL said is left for the next caller to take for its own reason.
class ErrorQueue : public testing::EmptyTestEventListener {
    void OnTestEnd(const testing::TestInfo& /*test*/) override {
        if (const auto code = ERR_get_error()) ADD_FAILURE() << "left in the queue: " << ERR_reason_error_string(code);
        ERR_clear_error();
    }
};

[[maybe_unused]] const bool watched = [] {
    testing::UnitTest::GetInstance()->listeners().Append(new ErrorQueue); // Owned by the list.
    return true;
}();

} // namespace
