#pragma once

#include <string>

#include "server/exports/table.hpp"

namespace karkhana::exports {

/// Who reads it. A spreadsheet needs a byte order mark to see that it is Bangla, and would run a
/// text that begins like a formula, so such a text gets a ' in front; other programs take the mark
/// for a part of the first head, and the ' for a part of the text.
enum class CsvReaderIs { spreadsheet, program };

/// The table as RFC 4180 says it: UTF-8, and CRLF after every row.
std::string csv_of(Table const& table, CsvReaderIs reader);

}  // namespace karkhana::exports
