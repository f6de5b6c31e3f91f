// A table of a stranger: its records, or the line that cannot be read. What is read and written
// again with everything quoted reads the same.

#include "server/base/csv_read.hpp"

#include <cstdint>
#include <cstdlib>

using namespace karkhana;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const records = read_csv(text, 1000);
    if (!records) return 0;
    std::string again;
    for (auto const& [line, fields] : *records) {
        if (fields.empty()) std::abort();
        for (std::size_t i = 0; i < fields.size(); ++i) {
            again += i == 0 ? "\"" : ",\"";
            for (char const c : fields[i]) again += c == '"' ? "\"\"" : std::string(1, c);
            again += '"';
        }
        again += '\n';
    }
    auto const read = read_csv(again, 1000);
    if (!read || read->size() != records->size()) std::abort();
    for (std::size_t i = 0; i < read->size(); ++i)
        if ((*read)[i].fields != (*records)[i].fields) std::abort();
    return 0;
}
