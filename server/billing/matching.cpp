#include "server/billing/matching.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "server/base/calendar.hpp"

namespace karkhana::billing {
namespace {

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

/// The records of a CSV text: quoted fields may hold commas, line ends and doubled quotes.
struct CsvRecord {
    int line = 0;
    std::vector<std::string> fields;
};
std::vector<CsvRecord> csv_records(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::vector<CsvRecord> records;
    CsvRecord now{1, {""}};
    bool quoted = false;
    int line = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c == '\n') ++line;
        if (quoted) {
            if (c != '"')
                now.fields.back() += c;
            else if (i + 1 < text.size() && text[i + 1] == '"')
                now.fields.back() += text[++i];
            else
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            now.fields.emplace_back();
        } else if (c == '\n') {
            records.push_back(std::exchange(now, CsvRecord{line, {""}}));
        } else if (c != '\r') {
            now.fields.back() += c;
        }
    }
    records.push_back(std::move(now));
    std::erase_if(records, [](CsvRecord const& record) {
        return std::ranges::all_of(record.fields, &std::string::empty);
    });
    return records;
}

std::string trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(" \t") - first + 1)};
}

std::optional<Instant> statement_time(std::string text, Duration offset) {
    if (auto const whole = parse_rfc3339(text)) return *whole;
    if (text.size() == 16) text += ":00";
    if (text.size() != 19) return std::nullopt;
    auto const local = parse_rfc3339(text.substr(0, 10) + "T" + text.substr(11) + "Z");
    if (!local) return std::nullopt;
    return *local - offset;
}

/// Reads one record; what is wrong goes to the faults.
class RecordReader {
public:
    RecordReader(std::vector<std::string> const& heading, StatementFile& file)
        : heading_(heading), file_(file) {}

    void next(CsvRecord const& record) { record_ = &record; }
    std::string optional(std::string const& column) const {
        auto const at = std::ranges::find(heading_, column) - heading_.begin();
        if (column.empty() || at >= std::ssize(record_->fields)) return {};
        return trimmed(record_->fields[static_cast<std::size_t>(at)]);
    }
    std::string needed(std::string const& column) {
        auto text = optional(column);
        if (text.empty()) fault(column, "missing_value");
        return text;
    }
    void fault(std::string const& column, std::string_view code) {
        file_.faults.push_back({record_->line, column, code});
    }

private:
    std::vector<std::string> const& heading_;
    StatementFile& file_;
    CsvRecord const* record_ = nullptr;
};

}  // namespace

std::string normal_trx_id(std::string_view text) {
    std::string normal;
    for (char const c : text) {
        if (c >= 'a' && c <= 'z') normal += static_cast<char>(c - 'a' + 'A');
        if (is_ascii_digit(c) || (c >= 'A' && c <= 'Z')) normal += c;
    }
    return normal;
}

std::string normal_sender(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), is_ascii_digit);
    if (digits.size() == 13 && digits.starts_with("880")) return digits.substr(2);
    return digits;
}

std::vector<Match> match_claims(std::vector<Asked> const& claims, std::vector<Seen> const& lines,
                                int days) {
    std::vector<Match> found;
    std::set<ClaimId> claims_taken;
    std::set<StatementLineId> lines_taken;
    auto const pass = [&](std::string_view rule, auto const& fits) {
        std::vector<Match> pairs;
        std::map<ClaimId, int> of_claim;
        std::map<StatementLineId, int> of_line;
        for (auto const& claim : claims)
            for (auto const& line : lines)
                if (claim.channel == line.channel && claim.amount == line.amount &&
                    !claims_taken.contains(claim.id) && !lines_taken.contains(line.id) &&
                    fits(claim, line)) {
                    pairs.push_back({claim.id, line.id, rule});
                    ++of_claim[claim.id];
                    ++of_line[line.id];
                }
        for (auto const& pair : pairs) {
            if (of_claim[pair.claim] > 1 || of_line[pair.line] > 1) continue;
            claims_taken.insert(pair.claim);
            lines_taken.insert(pair.line);
            found.push_back(pair);
        }
    };
    pass("trx_id",
         [](Asked const& claim, Seen const& line) { return claim.trx_id == line.trx_id; });
    pass("reference", [](Asked const& claim, Seen const& line) {
        return !claim.invoice_number.empty() &&
               normal_trx_id(claim.invoice_number) == normal_trx_id(line.reference);
    });
    pass("sender", [&](Asked const& claim, Seen const& line) {
        auto const apart = claim.paid_at < line.paid_at ? line.paid_at - claim.paid_at
                                                        : claim.paid_at - line.paid_at;
        return !claim.sender.empty() && claim.sender == line.sender &&
               apart <= std::chrono::days{days};
    });
    return found;
}

std::optional<Money> taka_of(std::string_view text) {
    std::string digits;
    bool const negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    for (char const c : text)
        if (c != ',' && c != ' ') digits += c;
    auto const dot = digits.find('.');
    auto const decimals = dot == std::string::npos ? 0 : digits.size() - dot - 1;
    if (decimals > 2 || (dot != std::string::npos && decimals == 0)) return std::nullopt;
    if (dot != std::string::npos) digits.erase(dot, 1);
    digits.append(2 - decimals, '0');
    if (digits.size() < 3 || digits.size() > 15 || !std::ranges::all_of(digits, is_ascii_digit))
        return std::nullopt;
    Money money;
    std::from_chars(digits.data(), digits.data() + digits.size(), money.poisha);
    return negative ? -money : money;
}

StatementFile read_statement(std::string_view csv, std::string const& channel,
                             StatementColumns const& columns, Duration zone_offset) {
    StatementFile file;
    auto records = csv_records(csv);
    if (records.empty()) records.push_back({1, {}});
    std::vector<std::string> heading;
    for (auto const& field : records.front().fields) heading.push_back(trimmed(field));
    for (auto const& column :
         {columns.trx_id, columns.amount, columns.paid_at, columns.sender, columns.reference})
        if (!column.empty() && std::ranges::find(heading, column) == heading.end())
            file.faults.push_back({1, column, "missing_column"});
    if (records.size() == 1) file.faults.push_back({1, "", "missing_value"});
    if (!file.faults.empty()) return file;
    RecordReader reader{heading, file};
    std::set<std::string> numbers;
    for (auto const& record : records) {
        if (&record == &records.front()) continue;
        reader.next(record);
        Seen seen;
        seen.channel = channel;
        auto const amount_text = reader.needed(columns.amount);
        auto const amount = taka_of(amount_text);
        if (!amount && !amount_text.empty()) reader.fault(columns.amount, "bad_amount");
        if (amount && *amount <= Money{}) continue;
        seen.amount = amount.value_or(Money{});
        auto const trx_id = reader.needed(columns.trx_id);
        seen.trx_id = normal_trx_id(trx_id);
        if (!trx_id.empty() && (seen.trx_id.empty() || !numbers.insert(seen.trx_id).second))
            reader.fault(columns.trx_id, seen.trx_id.empty() ? "missing_value" : "twice");
        auto const time_text = reader.needed(columns.paid_at);
        auto const paid_at = statement_time(time_text, zone_offset);
        if (!paid_at && !time_text.empty()) reader.fault(columns.paid_at, "bad_time");
        seen.paid_at = paid_at.value_or(Instant{});
        seen.sender = normal_sender(reader.optional(columns.sender));
        seen.reference = reader.optional(columns.reference);
        file.lines.push_back(std::move(seen));
        file.file_lines.push_back(record.line);
    }
    if (file.lines.empty() && file.faults.empty()) file.faults.push_back({1, "", "missing_value"});
    return file;
}

}  // namespace karkhana::billing
