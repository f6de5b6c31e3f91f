#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace karkhana::tests {

/// What python3-icalendar and calcurse understand of the iCalendar text, a line each.
inline std::vector<std::string> understood(std::string const& text) {
    auto const path = std::filesystem::temp_directory_path() /
                      ("karkhana-calendar-" + std::to_string(::getpid()));
    std::ofstream{path} << text;
    std::vector<std::string> lines;
    auto const command = "/usr/bin/python3 tests/support/read_calendar.py " + path.string();
    auto* const pipe = ::popen(command.c_str(), "r");
    std::string output;
    for (char buffer[4096]; std::size_t const got = std::fread(buffer, 1, sizeof buffer, pipe);)
        output.append(buffer, got);
    EXPECT_EQ(::pclose(pipe), 0) << output << text;
    std::filesystem::remove(path);
    std::istringstream stream{output};
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

}  // namespace karkhana::tests
