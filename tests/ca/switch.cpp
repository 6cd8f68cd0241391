#include "ca/switch.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace scepd::ca {

namespace {

const Fault& faultNamed(std::string_view name) {
    const auto found = std::ranges::find(faultTable(), name, &Fault::name);
    if (found == faultTable().end())
        throw std::runtime_error(fmt::format("there is no fault '{}'; --faults lists them", name));
    return *found;
}

/// Splits off what follows the last `mark`; empty when there is none.
std::string_view suffix(std::string_view& text, char mark) {
    const auto position = text.rfind(mark);
    if (position == std::string_view::npos) return {};
    const auto rest = text.substr(position + 1);
    text = text.substr(0, position);
    return rest;
}

int countOf(std::string_view digits) {
    int count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc{} || end != digits.data() + digits.size() || count < 1)
        throw std::runtime_error(fmt::format("'{}' is not how often a fault can happen", digits));
    return count;
}

ArmedFault parseFault(std::string_view text) {
    const auto times = suffix(text, '*');
    const auto operation = suffix(text, '@');
    const auto& fault = faultNamed(text);
    return {.fault = &fault,
            .operation = std::string(operation.empty() ? fault.operation : operation),
            .left = times.empty() ? fault.times : countOf(times)};
}

std::string readText(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

std::list<ArmedFault> parseFaults(std::string_view text) {
    constexpr std::string_view separators = " \t\r\n,";
    std::list<ArmedFault> armed;
    for (auto start = text.find_first_not_of(separators); start != std::string_view::npos;
         start = text.find_first_not_of(separators, start)) {
        const auto end = std::min(text.find_first_of(separators, start), text.size());
        armed.push_back(parseFault(text.substr(start, end - start)));
        start = end;
    }
    return armed;
}

void ActiveFaults::note(ArmedFault* armed) {
    if (std::ranges::find(acted_, armed) == acted_.end()) acted_.push_back(armed);
}

bool ActiveFaults::swapsCa() {
    const auto swapping = std::ranges::find_if(armed_, [](const ArmedFault* armed) { return armed->fault->swapsCa; });
    if (swapping == armed_.end()) return false;
    note(*swapping);
    return true;
}

std::string ActiveFaults::acted() const {
    std::string names;
    for (const auto* armed : acted_)
        names += fmt::format("{}{}", names.empty() ? "" : ",", armed->fault->name);
    return names.empty() ? "-" : names;
}

void ActiveFaults::count() {
    for (auto* armed : acted_)
        if (armed->left > 0) --armed->left;
}

ActiveFaults FaultSwitch::forRequest(std::string_view operation) {
    std::error_code missing;
    const auto changed = std::filesystem::last_write_time(file_, missing);
    auto text = missing ? std::string() : readText(file_);
    if (text != text_ || (!missing && changed != changed_)) {
        armed_ = parseFaults(text);
        text_ = std::move(text);
        changed_ = changed;
    }
    std::vector<ArmedFault*> active;
    for (auto& armed : armed_)
        if (armed.left != 0 && (armed.operation.empty() || armed.operation == operation)) active.push_back(&armed);
    return ActiveFaults(std::move(active));
}

} // namespace scepd::ca
