#include "fleet/plot.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace scepd::fleet {
namespace {

using namespace std::chrono_literals;

constexpr double chartWidth = 400, chartHeight = 130;
constexpr double left = 70, between = 110, head = 50, panelHeight = 240;
constexpr double pictureWidth = left + chartWidth * 2 + between + 30;

struct Point {
    double x = 0, y = 0;
};

std::string text(Point at, const std::string& words, const std::string& kind) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", at.x, at.y, kind, words);
}

std::string line(Point from, Point to, const std::string& kind) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", from.x, from.y,
                       to.x, to.y, kind);
}

/// "13 889"
std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
        digits.insert(static_cast<std::size_t>(place), " ");
    return digits;
}

/// The distance of the marks below a chart: as small as leaves room for their words.
Duration markDistance(Duration shown) {
    for (const Duration distance : std::array<Duration, 6>{5min, 10min, 30min, 1h, 3h, 12h})
        if (shown / distance <= 7) return distance;
    return std::max<Duration>(24h, std::chrono::ceil<std::chrono::days>(shown / 7));
}

/// One load with its axes.
class Chart {
public:
    Chart(const Scenario& scenario, const Load& load, Point corner)
        : scenario_(scenario),
          load_(load),
          corner_(corner),
          allowed_(mean(scenario, load) * atMost),
          top_(std::max(static_cast<double>(load.busiest()), allowed_) * 1.08) {}

    [[nodiscard]] std::string draw(const std::string& title, const std::string& kind) const {
        const auto foot = corner_.y + chartHeight;
        auto drawn = text({corner_.x, corner_.y - 8}, title, "way");
        drawn += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", kind, outline());
        drawn += line({corner_.x, foot}, {corner_.x + chartWidth, foot}, "axis");
        drawn += line({corner_.x, height(allowed_)}, {corner_.x + chartWidth, height(allowed_)}, "allowed");
        drawn += text({corner_.x + chartWidth / 2, height(allowed_) - 4}, "twice the mean", "allowed-words");
        return drawn + markHeights() + markTimes();
    }

private:
    [[nodiscard]] double across(Duration time) const {
        const auto shown = scenario_.interval * load_.counts().size();
        return corner_.x +
               chartWidth * static_cast<double>((time - scenario_.begin).count()) / static_cast<double>(shown.count());
    }

    [[nodiscard]] double height(double value) const { return corner_.y + chartHeight * (1 - value / top_); }

    /// Bars without gaps.
    [[nodiscard]] std::string outline() const {
        auto path = fmt::format("M{:.1f} {:.1f}", corner_.x, height(0));
        auto time = scenario_.begin;
        for (const auto count : load_.counts()) {
            path += fmt::format("V{:.1f}", height(static_cast<double>(count)));
            path += fmt::format("H{:.1f}", across(time += scenario_.interval));
        }
        return path + fmt::format("V{:.1f}Z", height(0));
    }

    [[nodiscard]] std::string markHeights() const {
        const auto busiest = static_cast<double>(load_.busiest());
        auto drawn = text({corner_.x - 6, height(0) + 4}, "0", "value");
        drawn += line({corner_.x - 4, height(busiest)}, {corner_.x, height(busiest)}, "axis");
        return drawn + text({corner_.x - 6, height(busiest) + 4}, grouped(load_.busiest()), "value");
    }

    [[nodiscard]] std::string markTimes() const {
        const auto shown = scenario_.interval * load_.counts().size();
        const auto distance = markDistance(shown);
        const auto foot = corner_.y + chartHeight;
        const auto begin = scenario_.begin - scenario_.origin;
        std::string drawn;
        for (auto mark = (begin + distance - Duration(1)) / distance * distance; mark <= begin + shown;
             mark += distance) {
            const auto x = across(mark + scenario_.origin);
            drawn += line({x, foot}, {x, foot + 4}, "axis");
            drawn += text({x, foot + 17}, humanDuration(mark), "time");
        }
        return drawn;
    }

    const Scenario& scenario_;
    const Load& load_;
    Point corner_;
    double allowed_, top_;
};

std::string drawn(const Result& result, double y) {
    const auto& [scenario, ours, others] = result;
    auto panel = text({left, y}, scenario.title, "title") + text({left, y + 17}, scenario.unit, "unit");
    panel += Chart(scenario, ours, {left, y + head}).draw(scenario.ourWay, "ours");
    return panel + Chart(scenario, others, {left + chartWidth + between, y + head}).draw(scenario.otherWay, "others");
}

constexpr auto style = R"(<style>
text { font-family: sans-serif; font-size: 11px; fill: #333 }
.title { font-size: 14px; font-weight: bold }
.unit, .way { font-size: 12px }
.way { font-style: italic }
.value { text-anchor: end }
.time, .allowed-words { text-anchor: middle }
.ours { fill: #2b7bba }
.others { fill: #c8553d; stroke: #c8553d }
.axis { stroke: #333 }
.allowed { stroke: #333; stroke-dasharray: 5 3 }
</style>
)";

} // namespace

std::string plot(const std::vector<Result>& results) {
    const auto height = panelHeight * static_cast<double>(results.size()) + 20;
    auto picture =
        fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\">\n", pictureWidth, height);
    picture += style;
    picture += "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    double y = 30;
    for (const auto& result : results) {
        picture += drawn(result, y);
        y += panelHeight;
    }
    return picture + "</svg>\n";
}

} // namespace scepd::fleet
