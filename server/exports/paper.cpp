#include "server/exports/paper.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace karkhana::exports {
namespace {

/// A paper, in points. `type` is the size of ordinary text.
struct Sheet {
    double width, height, margin, type;
    double inner() const { return width - 2 * margin; }
};
constexpr Sheet kA4{595.28, 841.89, 42, 9};
constexpr Sheet kA5{419.53, 595.28, 28, 7.5};
/// For tables of many columns.
constexpr Sheet kA5Lying{595.28, 419.53, 28, 8};
/// 72 of the 80 mm are printed on; as long as it takes.
constexpr Sheet kSlip{226.77, 14'400, 11.5, 7.5};
constexpr std::size_t kManyColumns = 8;

Sheet sheet_of(Paper paper, std::size_t columns) {
    if (paper == Paper::a4) return kA4;
    if (paper == Paper::slip) return kSlip;
    return columns < kManyColumns ? kA5 : kA5Lying;
}

/// A part of the document that stays on one page.
struct Block {
    double height = 0;
    bool in_table = false;   ///< the table's head is repeated above it on a new page
    bool with_next = false;  ///< never the last of a page
    std::function<void(double top)> draw;
};

class Layout {
public:
    Layout(Printed const& document, Speech speech, Paper paper)
        : document_(document),
          speech_(speech),
          slip_(paper == Paper::slip),
          sheet_(sheet_of(paper, document.columns.size())),
          plain_{.size = sheet_.type - (crowded() ? 1.5 : 0)},
          strong_{.size = plain_.size, .bold = true},
          small_{.size = sheet_.type - (slip_ ? 1 : 2), .grey = 0.25},
          pages_({say(document.title, " / ") + " " + document.number,
                  say(document.from.name, " / "), document.made},
                 sheet_.width, sheet_.height) {
        double x = left();
        double all = 0;
        for (auto const& column : document.columns) all += column.share;
        for (auto const& column : document.columns) {
            places_.push_back({x, sheet_.inner() * column.share / all, column.align});
            x += places_.back().width;
        }
        for (words_ = 0; words_ + 1 < places_.size(); ++words_)
            if (places_[words_].align == Align::left) break;
    }

    Printout print() {
        add_heading();
        add_parties();
        for (auto const& text : document_.opening) add_paragraph(text, {.size = sheet_.type});
        if (!document_.columns.empty()) add_table();
        add_sums();
        add_notes();
        add_signatures();
        draw();
        Printout out{"", pages_.written(), pages_.unknown_glyphs()};
        out.pdf = pages_.finish();
        return out;
    }

private:
    struct Place {
        double x, width;
        Align align;
    };

    double left() const { return sheet_.margin; }
    double inner() const { return sheet_.inner(); }
    bool crowded() const { return document_.columns.size() >= kManyColumns && !slip_; }
    std::string say(Text const& text, std::string_view between = "\n") const {
        return said(text, speech_, between);
    }
    /// A thing that is written below another one.
    struct Placed {
        double x;
        Piece piece;
    };

    Piece lay(double width, std::string_view text, Style style, Align align = Align::left) {
        return pages_.lay(width, text, style, align);
    }
    void add(double height, bool in_table, bool with_next, std::function<void(double)> draw) {
        blocks_.push_back({height, in_table, with_next, std::move(draw)});
    }

    // ---------------------------------------------------------------- parts

    void add_paragraph(Text const& text, Style style, Align align = Align::left) {
        auto const piece = lay(inner(), say(text), style, align);
        add(piece.height + 3, false, false,
            [=, this](double top) { pages_.put(left(), top, piece); });
    }

    void add_heading() {
        double const box = document_.form.en.empty() || slip_ ? 0 : inner() * 0.22;
        if (slip_ && !document_.form.en.empty())
            add_paragraph(document_.form, {.size = sheet_.type, .bold = true}, Align::right);
        for (std::size_t i = 0; i < document_.heading.size(); ++i) {
            auto const line =
                lay(inner() - 2 * box, say(document_.heading[i], " / "), plain_, Align::centre);
            bool const boxed = i == 0 && box > 0;
            auto const form = lay(box - 8, say(document_.form), {.size = sheet_.type, .bold = true},
                                  Align::centre);
            add(line.height + 2, false, true, [=, this](double top) {
                pages_.put(left() + box, top, line);
                if (!boxed) return;
                double const x = left() + inner() - box;
                frame(x, top - 3, box, form.height + 6);
                pages_.put(x + 4, top, form);
            });
        }
        add_letterhead();
    }

    void frame(double x, double top, double width, double height) {
        pages_.rule(x, top, width, 0.6);
        pages_.rule(x, top + height - 0.6, width, 0.6);
        pages_.shade(x, top, 0.6, height, 0);
        pages_.shade(x + width - 0.6, top, 0.6, height, 0);
    }

    void add_letterhead() {
        bool const form = !document_.heading.empty();
        bool const narrow = slip_ || form;
        double const half = narrow ? inner() : inner() * 0.6;
        auto const side = narrow ? Align::centre : Align::left;
        auto const title =
            lay(narrow ? inner() : inner() - half, say(document_.title, narrow ? " / " : "\n"),
                {.size = sheet_.type * (narrow ? 1.4 : 2), .bold = true},
                narrow ? Align::centre : Align::right);
        if (form) {
            add(title.height + 6, false, true,
                [=, this](double top) { pages_.put(left(), top + 2, title); });
            return;
        }
        auto const name =
            lay(half, say(document_.from.name), {.size = sheet_.type * 1.6, .bold = true}, side);
        std::vector<Piece> lines;
        double height = name.height + 2;
        for (auto const& line : document_.from.lines) {
            lines.push_back(lay(half, say(line), {.size = sheet_.type}, side));
            height += lines.back().height;
        }
        double const whole = slip_ ? height + title.height + 4 : std::max(height, title.height);
        add(whole + 12, false, true, [=, this](double top) {
            double y = top;
            pages_.put(left(), y, name);
            y += name.height + 2;
            for (auto const& line : lines) {
                pages_.put(left(), y, line);
                y += line.height;
            }
            pages_.put(narrow ? left() : left() + half, slip_ ? y + 4 : top, title);
            pages_.rule(left(), top + whole + 4, inner(), 1);
        });
    }

    /// The lines of a party, one below the other.
    std::vector<Piece> lay_party(Party const& party, double width) {
        std::vector<Piece> pieces;
        if (!party.role.en.empty()) pieces.push_back(lay(width, say(party.role, " / "), small_));
        pieces.push_back(lay(width, say(party.name), {.size = sheet_.type * 1.15, .bold = true}));
        for (auto const& line : party.lines)
            pieces.push_back(lay(width, say(line), {.size = sheet_.type}));
        return pieces;
    }

    static double height_of(std::vector<Piece> const& pieces) {
        double height = 0;
        for (auto const& piece : pieces) height += piece.height;
        return height;
    }

    void add_parties() {
        bool const form = !document_.heading.empty();
        double const half = slip_ ? inner() : inner() / 2 - 8;
        auto people = lay_party(document_.to, half);
        if (form) {
            auto const from = lay_party(document_.from, half);
            people.insert(people.begin(), from.begin(), from.end());
        }
        double const name_width = half * 0.4;
        std::vector<std::pair<Piece, Piece>> facts;
        double facts_height = 0;
        for (auto const& fact : document_.facts) {
            facts.emplace_back(lay(name_width, say(fact.name, " / "), {.size = sheet_.type}),
                               lay(half - name_width - 4, say(fact.value),
                                   {.size = sheet_.type, .bold = true}, Align::right));
            facts_height += std::max(facts.back().first.height, facts.back().second.height) + 1;
        }
        double const people_height = height_of(people);
        double const height =
            slip_ ? people_height + facts_height + 4 : std::max(people_height, facts_height);
        add(height + 10, false, false, [=, this](double top) {
            double y = top;
            for (auto const& piece : people) {
                pages_.put(left(), y, piece);
                y += piece.height;
            }
            y = slip_ ? y + 4 : top;
            double const x = slip_ ? left() : left() + half + 16;
            for (auto const& [name, value] : facts) {
                pages_.put(x, y, name);
                pages_.put(x + name_width + 4, y, value);
                y += std::max(name.height, value.height) + 1;
            }
        });
    }

    // ---------------------------------------------------------------- table

    static constexpr double kGap = 3;  ///< between the border of a cell and what is in it

    /// Cells side by side.
    std::pair<std::vector<Piece>, double> lay_cells(std::vector<Text> const& cells, Style style) {
        std::vector<Piece> pieces;
        double height = 0;
        for (std::size_t i = 0; i < cells.size() && i < places_.size(); ++i) {
            pieces.push_back(
                lay(places_[i].width - 2 * kGap, say(cells[i]), style, places_[i].align));
            height = std::max(height, pieces.back().height);
        }
        return {std::move(pieces), height};
    }

    void put_cells(double top, double height, std::vector<Piece> const& pieces) {
        for (std::size_t i = 0; i < pieces.size(); ++i)
            pages_.put(places_[i].x + kGap, top + 2, pieces[i]);
        if (document_.ruled)
            for (auto const& place : places_) frame(place.x, top, place.width, height + 0.6);
    }

    void add_table() {
        std::vector<Text> heads;
        for (auto const& column : document_.columns) heads.push_back(column.head);
        if (!slip_) {
            auto const style =
                Style{.size = crowded() ? plain_.size - 1 : plain_.size, .bold = true};
            std::tie(head_, head_height_) = lay_cells(heads, style);
            head_height_ += 6;
            add(head_height_, true, true, [this](double top) { draw_head(top); });
        }
        for (auto const& row : document_.rows) add_row(row);
    }

    void draw_head(double top) {
        pages_.shade(left(), top, inner(), head_height_ - 1, 0.88);
        put_cells(top, head_height_, head_);
    }

    void add_row(Row const& row) {
        switch (row.kind) {
        case Row::Kind::section: return add_section(row);
        case Row::Kind::detail: return add_detail(row);
        case Row::Kind::line:
        case Row::Kind::sum: return slip_ ? add_slip_line(row) : add_line(row);
        }
    }

    void add_section(Row const& row) {
        auto const piece = lay(inner() - 8, say(row.cells.front()), strong_);
        add(piece.height + 6, true, true, [=, this](double top) {
            pages_.shade(left(), top + 1, inner(), piece.height + 3, 0.94);
            pages_.put(left() + 4, top + 2, piece);
        });
    }

    void add_detail(Row const& row) {
        double const x = slip_ ? left() : places_[words_].x + kGap;
        auto const piece = lay(left() + inner() - x - kGap, say(row.cells.front()), small_);
        add(piece.height + 2, true, row.with_next,
            [=, this](double top) { pages_.put(x, top + 1.5, piece); });
    }

    void add_line(Row const& row) {
        bool const sum = row.kind == Row::Kind::sum;
        auto [pieces, tall] = lay_cells(row.cells, sum ? strong_ : plain_);
        double const height = tall + 4;
        add(height, true, row.with_next, [=, this, pieces = std::move(pieces)](double top) {
            if (sum && !document_.ruled) pages_.rule(left(), top, inner(), 0.6);
            put_cells(top, height, pieces);
        });
    }

    /// The words of a line across the slip; below them the brief and the last cell, or each other
    /// cell with its head before it.
    void add_slip_line(Row const& row) {
        Style const style{.size = sheet_.type, .bold = row.kind == Row::Kind::sum};
        std::vector<std::pair<double, Placed>> put;
        double y = 2;
        auto const pair = [&](Piece name, Piece value) {
            double const height = std::max(name.height, value.height);
            put.push_back({y, {left() + 4, std::move(name)}});
            put.push_back({y, {left() + inner() * 0.52, std::move(value)}});
            y += height;
        };
        auto const value = [&](std::string const& text) {
            return lay(inner() * 0.48, text, style, Align::right);
        };
        auto const words = lay(inner(), say(row.cells[words_]), style);
        put.push_back({y, {left(), words}});
        y += words.height;
        if (!row.brief.en.empty()) {
            pair(lay(inner() * 0.5, say(row.brief), small_), value(say(row.cells.back())));
        } else {
            for (std::size_t i = words_ + 1; i < row.cells.size(); ++i)
                if (!row.cells[i].en.empty())
                    pair(lay(inner() * 0.5, say(document_.columns[i].head, " / "), small_),
                         value(say(row.cells[i])));
        }
        add(y + 2, true, row.with_next, [=, this](double top) {
            for (auto const& [below, one] : put) pages_.put(one.x, top + below, one.piece);
        });
    }

    // ---------------------------------------------------------------- below the table

    void add_sums() {
        if (document_.sums.empty() && document_.words.empty()) return;
        double const wide = slip_ ? inner() : inner() * 0.5;
        std::vector<Piece> words;
        for (auto const& text : document_.words)
            words.push_back(lay(wide, say(text), {.size = sheet_.type}));
        double const x = slip_ ? left() : left() + inner() * 0.54;
        double const width = left() + inner() - x;
        std::vector<std::pair<Piece, Piece>> sums;
        double height = 0;
        for (auto const& sum : document_.sums) {
            Style const style{.size = sheet_.type + (sum.strong ? 1 : 0), .bold = sum.strong};
            sums.emplace_back(lay(width * 0.5, say(sum.name, " / "), style),
                              lay(width * 0.48, say(sum.value), style, Align::right));
            height += std::max(sums.back().first.height, sums.back().second.height) + 2;
        }
        double const whole = slip_ ? height + height_of(words) : std::max(height, height_of(words));
        add(whole + 14, false, false, [=, this](double top) {
            pages_.rule(left(), top + 2, inner(), 0.8);
            double y = top + 7;
            for (auto const& [name, value] : sums) {
                pages_.put(x, y, name);
                pages_.put(x + width * 0.52, y, value);
                y += std::max(name.height, value.height) + 2;
            }
            y = slip_ ? y : top + 7;
            for (auto const& piece : words) {
                pages_.put(left(), y, piece);
                y += piece.height;
            }
        });
    }

    void add_notes() {
        double const side = document_.address.empty() ? 0 : slip_ ? 108 : 82;
        double const width = slip_ || side == 0 ? inner() : inner() - side - 8;
        std::vector<Piece> notes;
        for (auto const& text : document_.notes) notes.push_back(lay(width, say(text), small_));
        double const height = height_of(notes);
        add((slip_ ? height + side : std::max(height, side)) + 8, false, false,
            [=, this](double top) {
                double y = top + 4;
                for (auto const& piece : notes) {
                    pages_.put(left(), y, piece);
                    y += piece.height;
                }
                if (side == 0) return;
                if (slip_)
                    pages_.qr(left() + (inner() - side) / 2, y, side, document_.address);
                else
                    pages_.qr(left() + inner() - side, top, side, document_.address);
            });
    }

    void add_signatures() {
        if (document_.signed_by.empty()) return;
        auto const count = static_cast<double>(slip_ ? 1 : document_.signed_by.size());
        double const width = inner() / count - 12;
        std::vector<Piece> names;
        double tall = 0;
        for (auto const& text : document_.signed_by) {
            names.push_back(lay(width, say(text, " / "), small_, Align::centre));
            tall = slip_ ? tall + names.back().height + 26 : std::max(tall, names.back().height);
        }
        add(tall + (slip_ ? 4 : 34), false, false, [=, this](double top) {
            double x = left() + 6, y = top + 26;
            for (auto const& name : names) {
                pages_.rule(x, y, width, 0.4);
                pages_.put(x, y + 2, name);
                if (slip_)
                    y += name.height + 26;
                else
                    x += width + 12;
            }
        });
    }

    // ---------------------------------------------------------------- pages

    using Sheets = std::vector<std::vector<Block const*>>;

    double carried_head() const { return sheet_.type * 2.4; }
    double bottom() const { return sheet_.height - sheet_.margin - sheet_.type * 2; }

    /// Blocks onto sheets; a run that holds together begins a new one when it does not fit.
    Sheets share_out() {
        Sheets sheets(1);
        double y = sheet_.margin;
        for (std::size_t i = 0; i < blocks_.size();) {
            std::size_t end = i;
            double run = blocks_[i].height;
            while (blocks_[end].with_next && end + 1 < blocks_.size() && end - i < 8)
                run += blocks_[++end].height;
            if (y + run > bottom() && !sheets.back().empty()) {
                sheets.emplace_back();
                y = sheet_.margin + carried_head() + (blocks_[i].in_table ? head_height_ : 0);
            }
            for (; i <= end; ++i) {
                sheets.back().push_back(&blocks_[i]);
                y += blocks_[i].height;
            }
        }
        return sheets;
    }

    void draw() {
        if (slip_) {
            double height = 2 * sheet_.margin;
            for (auto const& block : blocks_) height += block.height;
            pages_.resize(sheet_.width, std::min(height, sheet_.height));
        }
        auto const sheets = share_out();
        for (std::size_t page = 0; page < sheets.size(); ++page) {
            if (page != 0) pages_.next();
            draw_sheet(sheets[page], page + 1, sheets.size());
        }
    }

    void draw_sheet(std::vector<Block const*> const& blocks, std::size_t page, std::size_t pages) {
        double y = sheet_.margin;
        if (page > 1) {
            auto const text = say(document_.title, " / ") + " · " + document_.number;
            pages_.put(left(), y, lay(inner(), text, small_));
            pages_.rule(left(), y + sheet_.type * 1.7, inner(), 0.6);
            y += carried_head();
            if (blocks.front()->in_table && !slip_) {
                draw_head(y);
                y += head_height_;
            }
        }
        for (auto const* block : blocks) {
            block->draw(y);
            y += block->height;
        }
        if (!slip_) draw_foot(page, pages);
    }

    void draw_foot(std::size_t page, std::size_t pages) {
        double const y = sheet_.height - sheet_.margin - sheet_.type;
        pages_.rule(left(), y - 3, inner(), 0.4);
        auto const count = std::to_string(page) + "/" + std::to_string(pages);
        Text const number{std::string{wording(Language::en).page} + " " + count,
                          std::string{wording(Language::bn).page} + " " + bangla_digits(count)};
        pages_.put(left(), y, lay(inner() * 0.7, document_.foot, small_));
        pages_.put(left() + inner() * 0.7, y,
                   lay(inner() * 0.3, say(number, " / "), small_, Align::right));
    }

    Printed const& document_;
    Speech speech_;
    bool slip_;
    Sheet sheet_;
    Style plain_, strong_, small_;
    Pages pages_;
    std::vector<Place> places_;
    std::size_t words_ = 0;  ///< the column that says what a line is about
    std::vector<Piece> head_;
    double head_height_ = 0;
    std::vector<Block> blocks_;
};

}  // namespace

std::optional<Paper> paper_of(std::string_view name) {
    if (name == "a4") return Paper::a4;
    if (name == "a5") return Paper::a5;
    if (name == "slip") return Paper::slip;
    return std::nullopt;
}

Printout print(Printed const& document, Speech speech, Paper paper) {
    return Layout{document, speech, paper}.print();
}

}  // namespace karkhana::exports
