#include "server/store/sqlite/statement.hpp"

#include <algorithm>
#include <charconv>
#include <sqlite3.h>

#include "server/store/sqlite/errors.hpp"
#include "server/store/text.hpp"

namespace karkhana::store::sqlite {
namespace {

class CurrentRow final : public Row {
public:
    explicit CurrentRow(sqlite3_stmt* statement)
        : statement_(statement), columns_(sqlite3_column_count(statement)) {}

    bool is_null(int column) const override { return type_of(column) == SQLITE_NULL; }
    std::int64_t integer(int column) const override {
        expect(column, SQLITE_INTEGER, "an integer");
        return sqlite3_column_int64(statement_, column);
    }
    std::string text(int column) const override {
        expect(column, SQLITE_TEXT, "a text");
        return bytes(column, sqlite3_column_text(statement_, column));
    }
    std::string blob(int column) const override {
        expect(column, SQLITE_BLOB, "a blob");
        return bytes(column, sqlite3_column_blob(statement_, column));
    }

private:
    int type_of(int column) const {
        if (column < 0 || column >= columns_)
            throw std::out_of_range("the answer has no column " + std::to_string(column));
        return sqlite3_column_type(statement_, column);
    }
    void expect(int column, int type, char const* what) const {
        if (type_of(column) != type)
            throw std::runtime_error("column " + std::to_string(column) + " is not " + what +
                                     " in: " + sqlite3_sql(statement_));
    }
    std::string bytes(int column, void const* data) const {
        auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        return size == 0 ? std::string{} : std::string(static_cast<char const*>(data), size);
    }

    sqlite3_stmt* statement_;
    int columns_;
};

int bind_value(sqlite3_stmt* statement, int at, Value const& value) {
    if (auto const* number = std::get_if<std::int64_t>(&value))
        return sqlite3_bind_int64(statement, at, *number);
    if (auto const* text = std::get_if<std::string>(&value)) {
        require_storable_text(*text);
        return sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    if (auto const* blob = std::get_if<Blob>(&value)) {
        if (blob->bytes.empty()) return sqlite3_bind_zeroblob(statement, at, 0);
        return sqlite3_bind_blob64(statement, at, blob->bytes.data(), blob->bytes.size(),
                                   SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, at);
}

/// The number of "$12"; 0 when `name` is anything else.
std::size_t number_of(char const* name) {
    if (!name || *name != '$') return 0;
    std::string_view const digits(name + 1);
    std::size_t number = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
    sqlite3_stmt* prepared = nullptr;
    char const* tail = nullptr;
    int const code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, &tail);
    statement_.reset(prepared);
    if (code != SQLITE_OK) raise(code, sqlite3_errmsg(database), sql);
    if (!prepared || !is_blank(sql.substr(static_cast<std::size_t>(tail - sql.data()))))
        throw std::runtime_error("not exactly one statement: " + std::string(sql));
    read_parameter_names(sql);
    writes_ = sqlite3_stmt_readonly(prepared) == 0;
}

void Statement::read_parameter_names(std::string_view sql) {
    int const parameters = sqlite3_bind_parameter_count(statement_.get());
    for (int at = 1; at <= parameters; ++at) {
        std::size_t const number = number_of(sqlite3_bind_parameter_name(statement_.get(), at));
        if (number == 0)
            throw std::runtime_error("parameters are $1, $2, ... and casts are CAST($1 AS ...): " +
                                     std::string(sql));
        value_of_.push_back(number - 1);
        values_ = std::max(values_, number);
    }
    if (values_ != value_of_.size())
        throw std::runtime_error("a parameter is left out of: " + std::string(sql));
}

void Statement::bind(std::span<Value const> values) {
    if (values.size() != values_)
        throw std::runtime_error("takes " + std::to_string(values_) + " values, was given " +
                                 std::to_string(values.size()) + ": " +
                                 sqlite3_sql(statement_.get()));
    for (std::size_t i = 0; i < value_of_.size(); ++i) {
        int const code =
            bind_value(statement_.get(), static_cast<int>(i + 1), values[value_of_[i]]);
        if (code != SQLITE_OK)
            raise(code, sqlite3_errmsg(database_), sqlite3_sql(statement_.get()));
    }
}

void Statement::step_all(std::function<void(Row const&)> const& on_row) {
    CurrentRow const row(statement_.get());
    has_written_ = writes_;
    int code = sqlite3_step(statement_.get());
    for (; code == SQLITE_ROW; code = sqlite3_step(statement_.get())) on_row(row);
    has_written_ = writes_ && code == SQLITE_DONE;
    if (code != SQLITE_DONE) raise(code, sqlite3_errmsg(database_), sqlite3_sql(statement_.get()));
}

std::int64_t Statement::run(std::span<Value const> values,
                            std::function<void(Row const&)> const& on_row) {
    struct InUse {
        explicit InUse(Statement& statement) : statement_(statement) { statement_.busy_ = true; }
        ~InUse() {
            sqlite3_reset(statement_.statement_.get());
            sqlite3_clear_bindings(statement_.statement_.get());
            statement_.busy_ = false;
        }
        Statement& statement_;
    } const in_use(*this);

    has_written_ = false;
    bind(values);
    auto const changes_before = sqlite3_total_changes64(database_);
    step_all(on_row);
    // The count of a statement that changes nothing is left over from the one before it.
    bool const unchanged = sqlite3_total_changes64(database_) == changes_before;
    return unchanged ? 0 : sqlite3_changes64(database_);
}

}  // namespace karkhana::store::sqlite
