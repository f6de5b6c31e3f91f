#include "server/exports/xlsx.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <xlsxwriter.h>

#include "server/base/unicode.hpp"

namespace karkhana::exports {
namespace {

using Kind = Table::Kind;

// Of the three parts of a format two may say for which numbers they are, so that those below zero
// need a format of their own.
constexpr char const* kLakh =
    R"([>=10000000]##\,##\,##\,##0.00;[>=100000]##\,##\,##0.00;##,##0.00)";
constexpr char const* kLakhBelow =
    R"([<=-10000000]-##\,##\,##\,##0.00;[<=-100000]-##\,##\,##0.00;##,##0.00)";
constexpr std::size_t kWidest = 60;

/// A file that is nowhere but in memory.
class MemoryFile {
public:
    MemoryFile() : file_(::memfd_create("xlsx", MFD_CLOEXEC)) {
        if (file_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    }
    MemoryFile(MemoryFile const&) = delete;
    ~MemoryFile() { ::close(file_); }

    std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

    std::string content() const {
        std::string all;
        std::array<char, 1 << 16> part{};
        for (;;) {
            auto const got =
                ::pread(file_, part.data(), part.size(), static_cast<off_t>(all.size()));
            if (got < 0) throw std::system_error(errno, std::generic_category(), "pread");
            if (got == 0) return all;
            all.append(part.data(), static_cast<std::size_t>(got));
        }
    }

private:
    int file_;
};

struct Formats {
    explicit Formats(lxw_workbook* book)
        : head(workbook_add_format(book)),
          lakh(format(book, kLakh)),
          lakh_below(format(book, kLakhBelow)),
          kwh(format(book, "#,##0.000")),
          whole(format(book, "0")) {
        format_set_bold(head);
    }

    lxw_format *head, *lakh, *lakh_below, *kwh, *whole;

    lxw_format* of(Kind kind, std::int64_t number) const {
        if (kind == Kind::amount) return number < 0 ? lakh_below : lakh;
        return kind == Kind::kwh ? kwh : whole;
    }

private:
    static lxw_format* format(lxw_workbook* book, char const* number) {
        auto* made = workbook_add_format(book);
        format_set_num_format(made, number);
        return made;
    }
};

/// How much of a cell one of the column is worth: poisha a hundredth of a taka.
double shown(Kind kind, std::int64_t number) {
    if (kind == Kind::amount) return static_cast<double>(number) / 100;
    if (kind == Kind::kwh) return static_cast<double>(number) / 1000;
    return static_cast<double>(number);
}

/// What a column adds up to, and how wide it is.
struct Column {
    Kind kind = Kind::empty;  ///< amount and kWh have a sum
    std::int64_t sum = 0;
    std::size_t width = 0;

    void see(std::size_t characters) { width = std::max(width, std::min(characters, kWidest)); }
};

class Sheet {
public:
    Sheet(lxw_workbook* book, std::string const& name, Table const& table)
        : sheet_(workbook_add_worksheet(book, name.c_str())),
          formats_(book),
          columns_(table.heads().size()) {
        for (lxw_col_t col = 0; col < columns_.size(); ++col)
            text(0, col, table.heads()[col], true);
        worksheet_freeze_panes(sheet_, 1, 0);
        for (auto const& row : table.rows()) {
            ++rows_;
            for (lxw_col_t col = 0; col < row.size(); ++col) add(rows_, col, row[col]);
        }
        if (rows_ > 0) add_sums();
        for (lxw_col_t col = 0; col < columns_.size(); ++col)
            worksheet_set_column(sheet_, col, col, static_cast<double>(columns_[col].width) + 2,
                                 nullptr);
    }

private:
    void text(lxw_row_t row, lxw_col_t col, std::string_view words, bool head) {
        std::string const whole{words};
        columns_.at(col).see(character_count(words));
        worksheet_write_string(sheet_, row, col, whole.c_str(), head ? formats_.head : nullptr);
    }

    void add(lxw_row_t row, lxw_col_t col, Table::Cell const& cell) {
        auto& column = columns_.at(col);
        switch (cell.kind) {
        case Kind::empty: return;
        case Kind::text: return text(row, col, cell.text, false);
        default: break;
        }
        column.see(with_point(cell.number, 3).size() + 4);
        worksheet_write_number(sheet_, row, col, shown(cell.kind, cell.number),
                               formats_.of(cell.kind, cell.number));
        if (cell.kind == Kind::number) return;
        column.kind = cell.kind;
        column.sum += cell.number;
    }

    void add_sums() {
        for (lxw_col_t col = 0; col < columns_.size(); ++col) {
            auto& column = columns_[col];
            if (column.kind == Kind::empty) continue;
            std::array<char, LXW_MAX_CELL_RANGE_LENGTH> range{};
            lxw_rowcol_to_range(range.data(), 1, col, rows_, col);
            auto const formula = "=SUM(" + std::string{range.data()} + ")";
            column.see(with_point(column.sum, 3).size() + 4);
            worksheet_write_formula_num(sheet_, rows_ + 1, col, formula.c_str(),
                                        formats_.of(column.kind, column.sum),
                                        shown(column.kind, column.sum));
        }
    }

    lxw_worksheet* sheet_;
    Formats formats_;
    std::vector<Column> columns_;
    lxw_row_t rows_ = 0;
};

}  // namespace

std::string xlsx_of(Table const& table, std::string const& name, Instant made_at) {
    MemoryFile const file;
    auto* const book = workbook_new(file.path().c_str());
    lxw_doc_properties properties{};
    properties.created =
        std::chrono::floor<std::chrono::seconds>(made_at).time_since_epoch().count();
    workbook_set_properties(book, &properties);
    Sheet{book, name, table};
    if (auto const error = workbook_close(book); error != LXW_NO_ERROR)
        throw std::runtime_error(std::string{"a workbook: "} + lxw_strerror(error));
    return file.content();
}

}  // namespace karkhana::exports
