#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace scepd::enroll {

/// What a doctor finds. `advice` are sentences at the end, `profile` the lines of a profile to paste.
enum class Mark { note, ok, warning, problem, advice, profile };
std::string_view name(Mark mark); ///< "note", "ok", "warning", "problem", "advice", "profile"

/// One line of a diagnosis. A check that is empty continues the line above.
struct Finding {
    Mark mark = Mark::note;
    std::string check, text; ///< Safe to print, on one line.

    bool operator==(const Finding&) const = default;
};

/// Tells findings as they come, and remembers how bad they are.
class Findings {
public:
    using Tell = std::function<void(const Finding&)>;

    explicit Findings(Tell tell) : tell_(std::move(tell)) {}

    void note(const std::string& check, const std::string& text) { add(Mark::note, check, text); }
    void ok(const std::string& check, const std::string& text) { add(Mark::ok, check, text); }
    void warning(const std::string& check, const std::string& text) { add(Mark::warning, check, text); }
    /// Enrollment cannot work like that; `remedy` is a sentence for the end.
    void problem(const std::string& check, const std::string& text, const std::string& remedy = {});
    /// A sentence for the end, once.
    void advise(const std::string& sentence);

    [[nodiscard]] unsigned problems() const { return problems_; }
    [[nodiscard]] unsigned warnings() const { return warnings_; }

    /// Tells the verdict and the advice.
    void conclude();
    /// Tells a line of the profile to paste, as it is.
    void profile(const std::string& line) { tell_({Mark::profile, "", line}); }

private:
    void add(Mark mark, const std::string& check, const std::string& text);

    Tell tell_;
    std::vector<std::string> advice_;
    unsigned problems_ = 0, warnings_ = 0;
};

} // namespace scepd::enroll
