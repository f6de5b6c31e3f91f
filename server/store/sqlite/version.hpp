#pragma once

namespace karkhana::store::sqlite {

/// True for the SQLite releases whose write-ahead log can lose committed rows or malform the file
/// when a checkpoint meets a reset of the log: every one before 3.51.3, except the fixed branches
/// 3.44.6 and 3.50.7. `number` is as sqlite3_libversion_number() says it, e.g. 3051003.
constexpr bool loses_committed_rows(int number) {
    if (number >= 3051003) return false;
    bool const fixed_3_44 = number >= 3044006 && number <= 3044999;
    bool const fixed_3_50 = number >= 3050007 && number <= 3050999;
    return !fixed_3_44 && !fixed_3_50;
}

}  // namespace karkhana::store::sqlite
