#include "server/store/postgres/errors.hpp"

#include "server/store/disk_full.hpp"

namespace karkhana::store::postgres {

Verdict verdict_of(std::string_view sqlstate) {
    std::string_view const family = sqlstate.substr(0, 2);
    if (sqlstate == "23P01") return Verdict::overlap;
    if (sqlstate == "23505") return Verdict::unique;
    if (sqlstate == "23503" || sqlstate == "23001") return Verdict::foreign_key;
    if (family == "23" || sqlstate == "P0001") return Verdict::check;
    if (family == "40" || sqlstate == "55P03") return Verdict::retry;
    // 57P01..57P05: shut down, crashed, starting, dropped, idle too long.
    if (family == "08" || sqlstate.starts_with("57P")) return Verdict::reconnect;
    if (sqlstate == "25006") return Verdict::read_only;
    if (sqlstate == "53100") return Verdict::disk_full;
    if (family == "53" || sqlstate == "57014" || sqlstate == "25P03") return Verdict::unavailable;
    return Verdict::failure;
}

void raise(std::string_view sqlstate, std::string const& message, std::string_view sql) {
    using Kind = ConstraintViolated::Kind;
    std::string const coded = message + " (SQLSTATE " + std::string(sqlstate) + ")";
    switch (verdict_of(sqlstate)) {
    case Verdict::overlap: throw ConstraintViolated(Kind::overlap, message);
    case Verdict::unique: throw ConstraintViolated(Kind::unique, message);
    case Verdict::foreign_key: throw ConstraintViolated(Kind::foreign_key, message);
    case Verdict::check: throw ConstraintViolated(Kind::check, message);
    case Verdict::retry: throw Conflict(coded);
    case Verdict::reconnect: throw ConnectionLost(coded);
    case Verdict::read_only: throw ReadOnly(coded);
    case Verdict::disk_full: throw DiskFull(coded);
    case Verdict::unavailable: throw Unavailable(coded);
    case Verdict::failure: break;
    }
    throw std::runtime_error(coded + " in: " + std::string(sql));
}

}  // namespace karkhana::store::postgres
