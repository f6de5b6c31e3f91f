#include "server/base/csv_read.hpp"

#include <algorithm>

#include "server/base/unicode.hpp"

namespace karkhana {
namespace {

constexpr std::size_t most_fields = 200;

class CsvReader {
public:
    explicit CsvReader(std::string_view text) : text_(text), comma_(first_separator(text)) {}

    bool done() const { return text_.empty(); }
    int line() const { return line_; }

    /// Nothing when the record cannot be read.
    std::vector<std::string> next() {
        std::vector<std::string> fields;
        while (true) {
            if (!read_field(fields.emplace_back()) || fields.size() > most_fields) return {};
            if (text_.empty()) return fields;
            char const end = take();
            if (end == comma_) continue;
            if (end == '\r' && !text_.empty() && text_.front() == '\n') take();
            ++line_;
            return fields;
        }
    }

private:
    /// Of a text that begins with quotes, what stands behind them.
    static char first_separator(std::string_view text) {
        bool quoted = false;
        for (char const c : text) {
            if (c == '"') quoted = !quoted;
            if (!quoted && (c == ',' || c == ';' || c == '\t')) return c;
        }
        return ',';
    }

    char take() {
        char const c = text_.front();
        text_.remove_prefix(1);
        return c;
    }

    /// Up to what ends a field, which stays; false when a quote is not closed or stands within.
    bool read_field(std::string& field) {
        if (!text_.empty() && text_.front() == '"') return read_quoted(field);
        char const ends[]{comma_, '\r', '\n'};
        auto const end = std::min(text_.find_first_of({ends, 3}), text_.size());
        field = text_.substr(0, end);
        text_.remove_prefix(end);
        return true;
    }

    bool read_quoted(std::string& field) {
        take();
        while (!text_.empty()) {
            char const c = take();
            if (c == '\n' || (c == '\r' && !text_.starts_with('\n'))) ++line_;
            if (c != '"') {
                field += c;
            } else if (text_.starts_with('"')) {
                field += take();
            } else {
                return text_.empty() || text_.front() == comma_ || text_.front() == '\r' ||
                       text_.front() == '\n';
            }
        }
        return false;
    }

    std::string_view text_;
    char comma_;
    int line_ = 1;
};

}  // namespace

tl::expected<std::vector<CsvRecord>, CsvFault> read_csv(std::string_view text,
                                                        std::size_t most_records) {
    if (!valid_utf8(text)) return tl::make_unexpected(CsvFault{1, "the text is not UTF-8"});
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<CsvRecord> records;
    for (CsvReader reader{text}; !reader.done();) {
        int const line = reader.line();
        auto fields = reader.next();
        if (fields.empty())
            return tl::make_unexpected(
                CsvFault{line, "a quote is not closed or stands within a field, or there are too "
                               "many fields"});
        if (std::ranges::all_of(fields, [](std::string const& field) { return field.empty(); }))
            continue;
        if (records.size() == most_records)
            return tl::make_unexpected(CsvFault{line, "there are too many rows"});
        records.push_back({line, std::move(fields)});
    }
    return records;
}

}  // namespace karkhana
