#include "server/store/sqlite/errors.hpp"

#include <sqlite3.h>

#include "server/store/disk_full.hpp"

namespace karkhana::store::sqlite {

std::optional<ConstraintViolated::Kind> constraint_of(int extended_code, std::string_view message) {
    using Kind = ConstraintViolated::Kind;
    if ((extended_code & 0xff) != SQLITE_CONSTRAINT) return std::nullopt;
    switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return Kind::unique;
    case SQLITE_CONSTRAINT_FOREIGNKEY: return Kind::foreign_key;
    case SQLITE_CONSTRAINT_TRIGGER:
        return message.find("no_overlap") == message.npos ? Kind::check : Kind::overlap;
    default: return Kind::check;
    }
}

bool is_temporary(int extended_code) {
    switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL: return true;
    default: return false;
    }
}

void raise(int extended_code, std::string const& message, std::string_view sql) {
    if (auto const kind = constraint_of(extended_code, message))
        throw ConstraintViolated(*kind, message);
    std::string const code = " (SQLite " + std::to_string(extended_code) + ")";
    if ((extended_code & 0xff) == SQLITE_FULL) throw DiskFull(message + code);
    if (is_temporary(extended_code)) throw Unavailable(message + code);
    throw std::runtime_error(message + code + " in: " + std::string(sql));
}

}  // namespace karkhana::store::sqlite
