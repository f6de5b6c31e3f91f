#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace karkhana {

/// One record of a table that somebody else has written.
struct CsvRecord {
    int line = 1;  ///< on which it begins
    std::vector<std::string> fields;
};

/// Why a table cannot be read.
struct CsvFault {
    int line = 1;
    std::string_view why;
};

/// RFC 4180 and what spreadsheets make of it: a byte order mark, rows that end in LF, CR or CRLF,
/// and semicolons or tabs for commas: whichever comes first in the text parts all its fields.
/// Rows without any content are left out.
tl::expected<std::vector<CsvRecord>, CsvFault> read_csv(std::string_view text,
                                                        std::size_t most_records);

}  // namespace karkhana
