#include "server/store/postgres/connection.hpp"

#include <array>
#include <charconv>
#include <libpq-fe.h>

#include "server/store/postgres/answer.hpp"
#include "server/store/postgres/errors.hpp"

namespace karkhana::store::postgres {
namespace {

constexpr int kOldestServer = 150000;

// A statement that takes longer is stuck, and so is a transaction that idles; a lock that takes
// longer is held by one of those. Whatever the server's default, an answer means durable.
constexpr char const* kSession =
    "SET timezone = 'UTC'; SET bytea_output = 'hex'; SET client_min_messages = warning; "
    "SET lock_timeout = '3s'; SET statement_timeout = '30s'; "
    "SET idle_in_transaction_session_timeout = '60s'; "
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'";

PGconn* connect(std::string const& conninfo) {
    // What the operator's own string says comes later and wins. Without the limits a server that
    // lost its power would be waited for as long as TCP likes.
    std::array const keywords{
        "connect_timeout",  "keepalives_idle",  "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "application_name",
        "dbname",           "client_encoding",  static_cast<char const*>(nullptr)};
    std::array const values{"5",
                            "15",
                            "5",
                            "3",
                            "20000",
                            "karkhana",
                            conninfo.c_str(),
                            "UTF8",
                            static_cast<char const*>(nullptr)};
    return PQconnectdbParams(keywords.data(), values.data(), 1);
}

std::string field(PGresult const* answer, int code) {
    char const* const text = PQresultErrorField(answer, code);
    return text ? text : "";
}

bool mentions(std::string_view sql, int number) {
    std::string const name = "$" + std::to_string(number);
    for (auto at = sql.find(name); at != sql.npos; at = sql.find(name, at + 1)) {
        auto const next = at + name.size() < sql.size() ? sql[at + name.size()] : ' ';
        if (next < '0' || next > '9') return true;
    }
    return false;
}

/// PostgreSQL takes values that the statement never mentions; a forgotten one is a mistake.
void require_every_parameter(std::string_view sql, int count) {
    for (int number = 1; number <= count; ++number)
        if (!mentions(sql, number))
            throw std::runtime_error("does not use $" + std::to_string(number) + ": " +
                                     std::string(sql));
}

std::int64_t rows_changed(PGresult* answer) {
    // SELECT reports how many rows it found.
    if (std::string_view(PQcmdStatus(answer)).starts_with("SELECT")) return 0;
    std::string_view const digits = PQcmdTuples(answer);
    std::int64_t rows = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), rows);
    return rows;
}

}  // namespace

void Connection::Finish::operator()(PGconn* session) const { PQfinish(session); }

Connection::Connection(std::string const& conninfo) : session_(connect(conninfo)) {
    if (PQstatus(session_.get()) != CONNECTION_OK)
        throw ConnectionLost(std::string("PostgreSQL does not answer: ") +
                             PQerrorMessage(session_.get()));
    if (PQserverVersion(session_.get()) < kOldestServer)
        throw std::runtime_error("PostgreSQL " + one_value("SHOW server_version") +
                                 " is too old: 15 or later is needed");
    if (one_value("SHOW server_encoding") != "UTF8")
        throw std::runtime_error("the database is not in UTF-8: create it with ENCODING 'UTF8'");
    script(kSession);
}

std::string Connection::one_value(char const* query) {
    Answer const answer(PQexec(session_.get(), query));
    check(answer.get(), query);
    return PQgetvalue(answer.get(), 0, 0);
}

void Connection::check(PGresult const* answer, std::string_view sql) const {
    auto const status = PQresultStatus(answer);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
    if (PQstatus(session_.get()) != CONNECTION_OK)
        throw ConnectionLost(std::string("PostgreSQL went away: ") +
                             PQerrorMessage(session_.get()));
    raise(field(answer, PG_DIAG_SQLSTATE), field(answer, PG_DIAG_MESSAGE_PRIMARY), sql);
}

std::string const& Connection::prepare(std::string_view sql, Parameters const& parameters) {
    std::string key = parameters.signature() + ' ' + std::string(sql);
    if (auto const found = prepared_.find(key); found != prepared_.end()) return found->second;
    require_every_parameter(sql, parameters.count());
    std::string const name = "s" + std::to_string(prepared_.size());
    Answer const answer(PQprepare(session_.get(), name.c_str(), std::string(sql).c_str(),
                                  parameters.count(), parameters.types()));
    check(answer.get(), sql);
    return prepared_.emplace(std::move(key), name).first->second;
}

std::int64_t Connection::run(std::string_view sql, std::span<Value const> values,
                             std::function<void(Row const&)> const& on_row) {
    Parameters const parameters(values);
    std::string const& name = prepare(sql, parameters);
    Answer const answer(PQexecPrepared(session_.get(), name.c_str(), parameters.count(),
                                       parameters.values(), parameters.lengths(),
                                       parameters.formats(), 0));
    check(answer.get(), sql);
    int const rows = PQntuples(answer.get());
    for (int row = 0; row < rows; ++row) on_row(AnswerRow(answer.get(), row));
    auto const changed = rows_changed(answer.get());
    changed_ += changed;
    return changed;
}

void Connection::renew_plans() {
    if (changed_ < renew_at_) return;
    script("DISCARD PLANS");
    renew_at_ = 2 * changed_;
}

void Connection::script(std::string const& sql) {
    Answer const answer(PQexec(session_.get(), sql.c_str()));
    check(answer.get(), sql);
}

bool Connection::in_transaction() const {
    return PQtransactionStatus(session_.get()) == PQTRANS_INTRANS;
}

bool Connection::idle() const { return PQtransactionStatus(session_.get()) == PQTRANS_IDLE; }

bool Connection::roll_back() noexcept {
    Answer const answer(PQexec(session_.get(), "ROLLBACK"));
    return idle();
}

}  // namespace karkhana::store::postgres
