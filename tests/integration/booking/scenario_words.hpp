#pragma once

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "server/facility/rules.hpp"

/// How the lines of a scenario are read.
namespace karkhana::booking {

inline std::string rest_of(std::istringstream& line) {
    std::string rest;
    std::getline(line >> std::ws, rest);
    return rest;
}

inline std::string word_of(std::istringstream& line) {
    std::string word;
    line >> word;
    return word;
}

inline int minute_of(std::string const& clock) {
    return std::stoi(clock.substr(0, 2)) * 60 + std::stoi(clock.substr(3, 2));
}

/// "Sat-Thu", "Fri": weekdays in order, 1 is Monday.
inline std::vector<int> weekdays_of(std::string const& text) {
    constexpr std::array<std::string_view, 7> names{"Mon", "Tue", "Wed", "Thu",
                                                    "Fri", "Sat", "Sun"};
    auto const day_of = [&](std::string const& name) {
        return static_cast<int>(std::ranges::find(names, name) - names.begin());
    };
    int const first = day_of(text.substr(0, 3)), last = day_of(text.substr(text.size() - 3));
    std::vector<int> days;
    for (int day = first;; day = (day + 1) % 7) {
        days.push_back(day + 1);
        if (day == last) return days;
    }
}

/// "Sat-Thu 09:00-17:00"; what closes before it opens closes the next day.
inline std::vector<facility::OpeningHours> hours_of(std::istringstream& line) {
    auto const days = word_of(line), times = word_of(line);
    int const opens = minute_of(times.substr(0, 5));
    int closes = minute_of(times.substr(6));
    if (closes <= opens) closes += 24 * 60;
    std::vector<facility::OpeningHours> hours;
    for (int const day : weekdays_of(days)) hours.push_back({day, opens, closes});
    return hours;
}

}  // namespace karkhana::booking
