#pragma once

#include "base/file.hpp"

#include <string>
#include <vector>

namespace scepd::ctl {

/// Reads lines of text from a pipe whose other end somebody else gets.
class LineReader {
public:
    /// Throws Error{local} when there are no descriptors left.
    LineReader();

    /// The end to write to, once. Whoever keeps it open keeps the reader from its end.
    UniqueFd takeOtherEnd() { return std::move(write_); }

    /// Readable when there is something to read().
    [[nodiscard]] int descriptor() const { return read_.get(); }

    /// The complete lines that have come, without waiting for more; what is left at the end counts as a line.
    std::vector<std::string> read();

    /// The same, after waiting until something has come or the end.
    std::vector<std::string> wait();

    /// True when nobody writes any more and all was read.
    [[nodiscard]] bool ended() const { return ended_; }

private:
    UniqueFd read_, write_;
    std::string rest_;
    bool ended_ = false;
};

} // namespace scepd::ctl
