#include "server/store/postgres/answer.hpp"

#include <charconv>
#include <endian.h>

#include "server/store/text.hpp"

namespace karkhana::store::postgres {
namespace {

// From pg_type.dat; they never change.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;  // what sum(bigint) is
constexpr Oid kInferred = 0;

constexpr int kText = 0;
constexpr int kBinary = 1;

bool is_number(Oid type) {
    return type == kInt8 || type == kInt4 || type == kInt2 || type == kNumeric || type == kBool;
}

bool is_text(Oid type) {
    return !is_number(type) && type != kBytea && type != kFloat4 && type != kFloat8;
}

std::uint8_t hex_value(char c) {
    return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

}  // namespace

void AnswerRow::expect(int column, bool fits, char const* what) const {
    if (!fits || is_null(column))
        throw std::runtime_error("column " + std::to_string(column) + " (" +
                                 PQfname(answer_, column) + ") is not " + what);
}

Oid AnswerRow::type_of(int column) const {
    if (column < 0 || column >= PQnfields(answer_))
        throw std::out_of_range("the answer has no column " + std::to_string(column));
    return PQftype(answer_, column);
}

std::string_view AnswerRow::value(int column) const {
    return {PQgetvalue(answer_, row_, column),
            static_cast<std::size_t>(PQgetlength(answer_, row_, column))};
}

bool AnswerRow::is_null(int column) const {
    type_of(column);
    return PQgetisnull(answer_, row_, column) != 0;
}

std::int64_t AnswerRow::integer(int column) const {
    Oid const type = type_of(column);
    expect(column, is_number(type), "an integer");
    std::string_view const digits = value(column);
    if (type == kBool) return digits == "t";
    std::int64_t number = 0;
    char const* const last = digits.data() + digits.size();
    auto const [end, error] = std::from_chars(digits.data(), last, number);
    expect(column, error == std::errc{} && end == last, "a whole number of 64 bits");
    return number;
}

std::string AnswerRow::text(int column) const {
    expect(column, is_text(type_of(column)), "a text");
    return std::string(value(column));
}

std::string AnswerRow::blob(int column) const {
    expect(column, type_of(column) == kBytea, "a blob");
    std::string_view const digits = value(column);
    expect(column, digits.starts_with("\\x"), "a blob in hexadecimal");
    std::string bytes(digits.size() / 2 - 1, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] =
            static_cast<char>(hex_value(digits[2 * i + 2]) << 4 | hex_value(digits[2 * i + 3]));
    return bytes;
}

Parameters::Parameters(std::span<Value const> values) {
    numbers_.reserve(values.size());  // the addresses of its elements are handed out
    for (auto const& value : values) {
        if (auto const* number = std::get_if<std::int64_t>(&value)) {
            numbers_.push_back(htobe64(static_cast<std::uint64_t>(*number)));
            add('i', kInt8, reinterpret_cast<char const*>(&numbers_.back()), 8, kBinary);
        } else if (auto const* text = std::get_if<std::string>(&value)) {
            require_storable_text(*text);
            add('t', kInferred, text->c_str(), text->size(), kText);
        } else if (auto const* blob = std::get_if<Blob>(&value)) {
            add('b', kBytea, blob->bytes.data(), blob->bytes.size(), kBinary);
        } else {
            add('n', kInferred, nullptr, 0, kText);
        }
    }
}

void Parameters::add(char letter, Oid type, char const* value, std::size_t length, int format) {
    signature_.push_back(letter);
    types_.push_back(type);
    values_.push_back(value);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(format);
}

}  // namespace karkhana::store::postgres
