#pragma once

#include <libpq-fe.h>
#include <memory>

#include "server/store/store.hpp"

namespace karkhana::store::postgres {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, ClearResult>;

/// A row of an answer in text format. Types are as strict as on SQLite: a number is no text.
class AnswerRow final : public Row {
public:
    AnswerRow(PGresult const* answer, int row) : answer_(answer), row_(row) {}

    bool is_null(int column) const override;
    std::int64_t integer(int column) const override;
    std::string text(int column) const override;
    std::string blob(int column) const override;

private:
    void expect(int column, bool fits, char const* what) const;
    Oid type_of(int column) const;
    std::string_view value(int column) const;

    PGresult const* answer_;
    int row_;
};

/// Parameters as libpq takes them: integers and blobs in binary with their type, texts as the
/// type the statement infers, so that a text may fill a column of type uuid.
class Parameters {
public:
    /// `values` must outlive this. Throws std::invalid_argument for a text that cannot be stored.
    explicit Parameters(std::span<Value const> values);

    int count() const { return static_cast<int>(types_.size()); }
    Oid const* types() const { return types_.data(); }
    char const* const* values() const { return values_.data(); }
    int const* lengths() const { return lengths_.data(); }
    int const* formats() const { return formats_.data(); }
    /// One letter for each parameter; statements of one text and signature are prepared once.
    std::string const& signature() const { return signature_; }

private:
    void add(char letter, Oid type, char const* value, std::size_t length, int format);

    std::vector<std::uint64_t> numbers_;  ///< in network order
    std::vector<Oid> types_;
    std::vector<char const*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::string signature_;
};

}  // namespace karkhana::store::postgres
