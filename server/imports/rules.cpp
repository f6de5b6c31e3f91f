#include "server/imports/rules.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <set>

#include "server/base/csv_read.hpp"
#include "server/base/text.hpp"

namespace karkhana::imports {
namespace {

using facility::Machine;
using people::Enterprise;

std::string trimmed(std::string_view text) {
    auto const begin = text.find_first_not_of(" \t\xC2\xA0");
    if (begin == std::string_view::npos) return {};
    return std::string{text.substr(begin, text.find_last_not_of(" \t\xC2\xA0") - begin + 1)};
}

/// Without the ' that keeps a spreadsheet from reading a telephone number as a sum.
std::string unguarded(std::string text) {
    if (text.size() > 1 && text[0] == '\'' &&
        std::string_view{"+=-@"}.find(text[1]) != std::string_view::npos)
        text.erase(0, 1);
    return text;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// One row by its heads.
class Cells {
public:
    Cells(int row, std::map<std::string, std::string> cells, std::vector<Fault>& faults)
        : row_(row), cells_(std::move(cells)), faults_(faults), before_(faults.size()) {}

    std::string text(std::string const& head) const {
        auto const found = cells_.find(head);
        return found == cells_.end() ? std::string{} : found->second;
    }
    std::optional<std::string> maybe_text(std::string const& head) const {
        auto found = text(head);
        if (found.empty()) return std::nullopt;
        return found;
    }
    std::string required(std::string const& head) {
        auto found = text(head);
        if (found.empty()) fault(head, "missing_value");
        return found;
    }
    std::int64_t integer(std::string const& head, std::int64_t fallback) {
        auto digits = ascii_digits(text(head));
        std::erase(digits, ',');
        if (digits.empty()) return fallback;
        std::int64_t number = 0;
        auto const* const end = digits.data() + digits.size();
        if (auto const [at, error] = std::from_chars(digits.data(), end, number);
            error != std::errc{} || at != end || number < 0 || number > 1'000'000'000)
            fault(head, "bad_number");
        return number;
    }
    bool yes(std::string const& head) {
        auto const word = lower(ascii_digits(text(head)));
        if (word == "yes" || word == "1" || word == "true" || word == "হ্যাঁ") return true;
        if (!(word.empty() || word == "no" || word == "0" || word == "false" || word == "না"))
            fault(head, "yes_or_no");
        return false;
    }
    void fault(std::string const& head, std::string_view code) {
        faults_.push_back({row_, head, std::string{code}, text(head)});
    }
    /// What a rule said; its field is the column where there is one of that name.
    void fault(Error const& error) {
        auto const head = error.field.empty() ? "" : error.field.substr(1);
        fault(cells_.contains(head) ? head : "", error.code);
    }
    bool sound() const { return faults_.size() == before_; }
    int row() const { return row_; }

private:
    int row_;
    std::map<std::string, std::string> cells_;
    std::vector<Fault>& faults_;
    std::size_t before_;
};

using Heads = std::vector<std::string>;

/// Says what is wrong with the heads; true when the rows can be read.
bool check_heads(CsvRecord const& record, Heads const& heads, Heads const& known,
                 Heads const& required, std::vector<Fault>& faults) {
    std::set<std::string> seen;
    for (auto const& head : heads) {
        if (std::ranges::find(known, head) == known.end())
            faults.push_back({record.line, head, "unknown_column", head});
        else if (!seen.insert(head).second)
            faults.push_back({record.line, head, "column_twice", head});
    }
    for (auto const& head : required)
        if (!seen.contains(head)) faults.push_back({record.line, head, "missing_column", ""});
    return faults.empty();
}

template <class What>
Rows<What> read_rows(std::string_view csv, Heads const& known, Heads const& required,
                     std::function<std::optional<What>(Cells&)> const& read) {
    Rows<What> rows;
    auto const records = read_csv(csv, most_rows + 1);
    if (!records) {
        rows.faults.push_back(
            {records.error().line, "", "bad_csv", std::string{records.error().why}});
        return rows;
    }
    if (records->empty()) {
        rows.faults.push_back({1, "", "no_rows", ""});
        return rows;
    }
    Heads heads;
    for (auto const& field : records->front().fields) heads.push_back(lower(trimmed(field)));
    if (!check_heads(records->front(), heads, known, required, rows.faults)) return rows;
    for (auto record = records->begin() + 1; record != records->end(); ++record) {
        if (record->fields.size() != heads.size()) {
            rows.faults.push_back(
                {record->line, "", "wrong_width", std::to_string(record->fields.size())});
            continue;
        }
        std::map<std::string, std::string> cells;
        for (std::size_t i = 0; i < heads.size(); ++i)
            cells.emplace(heads[i], unguarded(trimmed(record->fields[i])));
        Cells row{record->line, std::move(cells), rows.faults};
        auto what = read(row);
        if (what && row.sound()) rows.rows.push_back({record->line, std::move(*what)});
    }
    if (rows.rows.empty() && rows.faults.empty()) rows.faults.push_back({1, "", "no_rows", ""});
    return rows;
}

/// By what an enterprise is known.
std::string key_of(Enterprise const& one) {
    return one.phone ? *one.phone : one.name.en + "\n" + one.name.bn;
}

bool same(Enterprise const& a, Enterprise const& b) {
    return a.name == b.name && a.phone == b.phone && a.place == b.place &&
           a.women_led == b.women_led;
}

/// A text between quotes of TOML.
std::string toml_text(std::string_view text) {
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// Whom a cell names: by id, by telephone number, or by one of the names.
std::vector<EnterpriseId> named(std::string const& cell, std::vector<Enterprise> const& all) {
    auto const id = EnterpriseId::parse(cell);
    auto const phone = people::normal_phone(cell);
    std::vector<EnterpriseId> found;
    for (auto const& one : all)
        if ((id && one.id == *id) || (phone && one.phone == *phone) || one.name.en == cell ||
            one.name.bn == cell)
            found.push_back(one.id);
    return found;
}

}  // namespace

Rows<Enterprise> read_enterprises(std::string_view csv) {
    return read_rows<Enterprise>(csv, {"name_en", "name_bn", "phone", "place", "women_led"}, {},
                                 [](Cells& row) -> std::optional<Enterprise> {
                                     auto sound = people::valid_enterprise(
                                         {.name = {row.text("name_en"), row.text("name_bn")},
                                          .phone = row.maybe_text("phone"),
                                          .place = row.maybe_text("place"),
                                          .women_led = row.yes("women_led")});
                                     if (sound) return *std::move(sound);
                                     row.fault(sound.error());
                                     return std::nullopt;
                                 });
}

Rows<Machine> read_machines(std::string_view csv) {
    auto rows = read_rows<Machine>(
        csv,
        {"slug", "name_en", "name_bn", "kind", "rated_w", "grid_minutes", "min_minutes",
         "max_minutes", "setup_minutes", "buffer_minutes", "seats", "horizon_days", "busy_above_w",
         "piece_unit"},
        {"slug", "kind", "rated_w"}, [](Cells& row) -> std::optional<Machine> {
            auto const whole = [&](char const* head, int fallback) {
                return static_cast<int>(row.integer(head, fallback));
            };
            Machine machine{.slug = row.required("slug"),
                            .name = {row.text("name_en"), row.text("name_bn")},
                            .kind = row.required("kind"),
                            .rated_w = row.integer("rated_w", 0),
                            .grid_minutes = whole("grid_minutes", 15),
                            .min_minutes = whole("min_minutes", whole("grid_minutes", 15)),
                            .max_minutes = whole("max_minutes", 240),
                            .setup_minutes = whole("setup_minutes", 0),
                            .buffer_minutes = whole("buffer_minutes", 0),
                            .seats = whole("seats", 1),
                            .horizon_days = whole("horizon_days", 30),
                            .piece_unit = row.text("piece_unit")};
            machine.busy_above_w = row.integer("busy_above_w", machine.rated_w / 20);
            auto sound = facility::valid_machine(std::move(machine));
            if (sound) return *std::move(sound);
            if (row.sound()) row.fault(sound.error());
            return std::nullopt;
        });
    std::set<std::string> slugs;
    for (auto const& [row, machine] : rows.rows)
        if (!slugs.insert(machine.slug).second)
            rows.faults.push_back({row, "slug", "row_twice", machine.slug});
    return rows;
}

Rows<Opening> read_openings(std::string_view csv) {
    return read_rows<Opening>(
        csv, {"enterprise", "amount", "note", "since"}, {"enterprise", "amount"},
        [](Cells& row) -> std::optional<Opening> {
            Opening opening{.enterprise = row.required("enterprise"), .amount = {}, .note = {}};
            auto const amount = money_of(row.required("amount"));
            if (!amount && !row.text("amount").empty()) row.fault("amount", "bad_amount");
            auto note = facility::plain_text(row.text("note"), 200);
            if (!note) row.fault("note", note.error().code);
            opening.amount = amount.value_or(Money{});
            opening.note = std::move(note).value_or("");
            auto const since = parse_date(row.text("since"));
            if (since) opening.since = *since;
            if (!since && !row.text("since").empty()) row.fault("since", "bad_date");
            return opening;
        });
}

std::optional<Money> money_of(std::string_view text) {
    auto digits = trimmed(ascii_digits(text));
    bool const negative = digits.starts_with('-');
    if (negative) digits = trimmed(digits.substr(1));
    for (std::string_view const sign : {"৳", "BDT", "Tk"})
        if (digits.starts_with(sign)) digits = trimmed(digits.substr(sign.size()));
    std::int64_t poisha = 0;
    int decimals = -1;  // how many there were behind the point; -1: no point yet
    bool any = false;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        char const c = digits[i];
        // A comma stands between two digits, and before the point.
        if (c == ',' && any && decimals < 0 && i + 1 < digits.size() && digits[i + 1] != '.')
            continue;
        if (c == '.' && any && decimals < 0) {
            decimals = 0;
        } else if (c >= '0' && c <= '9' && decimals < 2 && poisha < 10'000'000'000'000) {
            poisha = poisha * 10 + (c - '0');
            any = true;
            if (decimals >= 0) ++decimals;
        } else {
            return std::nullopt;
        }
    }
    if (!any || decimals == 0) return std::nullopt;
    for (int i = std::max(decimals, 0); i < 2; ++i) poisha *= 10;
    return Money{negative ? -poisha : poisha};
}

Rows<Enterprise> new_enterprises(Rows<Enterprise> const& read,
                                 std::vector<Enterprise> const& there) {
    std::map<std::string, Enterprise const*> known;
    for (auto const& one : there) known.emplace(key_of(one), &one);
    std::set<std::string> seen;
    Rows<Enterprise> fresh{{}, read.faults};
    for (auto const& row : read.rows) {
        auto const& phone = row.what.phone;
        auto const column = phone ? "phone" : "name_en";
        auto const value = phone ? *phone : row.what.name.en;
        if (!seen.insert(key_of(row.what)).second) {
            fresh.faults.push_back({row.row, column, "row_twice", value});
            continue;
        }
        auto const found = known.find(key_of(row.what));
        if (found == known.end())
            fresh.rows.push_back(row);
        else if (!same(row.what, *found->second))
            fresh.faults.push_back({row.row, column, "differs", value});
    }
    return fresh;
}

std::string machines_toml(Rows<Machine> const& read) {
    std::string toml;
    auto const text = [&](char const* key, std::string_view value) {
        toml.append(key).append(" = ").append(toml_text(value)).append("\n");
    };
    auto const number = [&](char const* key, std::int64_t value) {
        toml.append(key).append(" = ").append(std::to_string(value)).append("\n");
    };
    for (auto const& [row, one] : read.rows) {
        toml += "[[machine]]\n";
        text("slug", one.slug);
        text("name_en", one.name.en);
        text("name_bn", one.name.bn);
        text("kind", one.kind);
        number("rated_w", one.rated_w);
        number("grid_minutes", one.grid_minutes);
        number("min_minutes", one.min_minutes);
        number("max_minutes", one.max_minutes);
        number("setup_minutes", one.setup_minutes);
        number("buffer_minutes", one.buffer_minutes);
        number("seats", one.seats);
        number("horizon_days", one.horizon_days);
        number("busy_above_w", one.busy_above_w);
        if (!one.piece_unit.empty()) text("piece_unit", one.piece_unit);
        toml += '\n';
    }
    return toml;
}

Rows<Balance> new_balances(Rows<Opening> const& read, std::vector<Enterprise> const& enterprises,
                           std::vector<Balance> const& booked) {
    Rows<Balance> fresh{{}, read.faults};
    std::set<EnterpriseId> seen;
    for (auto const& [row, opening] : read.rows) {
        auto const fault = [&, at = row](std::string_view column, std::string_view code,
                                         std::string const& value) {
            fresh.faults.push_back({at, std::string{column}, std::string{code}, value});
        };
        auto const found = named(opening.enterprise, enterprises);
        if (found.size() != 1) {
            fault("enterprise", found.empty() ? "unknown_enterprise" : "several_enterprises",
                  opening.enterprise);
            continue;
        }
        if (!seen.insert(found.front()).second) {
            fault("enterprise", "row_twice", opening.enterprise);
            continue;
        }
        auto const before = std::ranges::find(booked, found.front(), &Balance::enterprise);
        if (before == booked.end()) {
            if (opening.amount != Money{})
                fresh.rows.push_back(
                    {row, {found.front(), opening.amount, opening.note, opening.since}});
        } else if (before->amount != opening.amount) {
            fault("amount", "differs", amount_text(opening.amount, Language::en));
        }
    }
    return fresh;
}

}  // namespace karkhana::imports
