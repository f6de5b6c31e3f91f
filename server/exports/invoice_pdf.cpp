#include "server/exports/invoice_pdf.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <span>

#include "server/billing/words.hpp"
#include "server/exports/pages.hpp"
#include "server/exports/words.hpp"

namespace karkhana::exports {
namespace {

using billing::IssuedLine;
using billing::IssuedRegister;
using billing::IssuedSession;

constexpr double kLeft = 42;
constexpr double kRight = Pages::width - kLeft;
constexpr double kWidth = kRight - kLeft;
constexpr double kTop = 42;
constexpr double kBottom = Pages::height - 62;

constexpr Style kPlain{.size = 9};
constexpr Style kStrong{.size = 9, .bold = true};
constexpr Style kSmall{.size = 7, .grey = 0.25};
constexpr Style kFaint{.size = 7, .grey = 0.4};

struct Column {
    double x, width;
    Align align;
};
constexpr Column kNumber{kLeft + 4, 22, Align::right};
constexpr Column kItem{kLeft + 32, 218, Align::left};
constexpr Column kQuantity{kLeft + 254, 100, Align::right};
constexpr Column kPrice{kLeft + 360, 68, Align::right};
constexpr Column kAmount{kLeft + 432, 75, Align::right};
constexpr Column kWide{kItem.x, kRight - kItem.x - 4, Align::left};

/// A part of the bill that stays on one page.
struct Block {
    double height = 0;
    bool in_table = false;   ///< the table's head is repeated above it on a new page
    bool with_next = false;  ///< never the last of a page
    std::function<void(double top)> draw;
};

class Bill {
public:
    Bill(billing::InvoiceDocument const& document, Standing const& standing, Language language)
        : document_(document),
          standing_(standing),
          language_(language),
          words_(wording(language)),
          zone_(Zone::find(document.seller.zone).value()),
          pages_({std::string{words_.title} + " " + document.number,
                  in_language(document.seller.name, language), document.issued_at}) {}

    std::string print() {
        add_letterhead();
        add_table();
        add_totals();
        add_proof();
        auto const sheets = share_out();
        for (std::size_t page = 0; page < sheets.size(); ++page) {
            if (page != 0) pages_.next();
            draw_sheet(sheets[page], page + 1, sheets.size());
        }
        return pages_.finish();
    }

private:
    std::string const& say(facility::Name const& name) const {
        return in_language(name, language_);
    }
    void cell(Column const& column, double top, std::string_view text, Style style) {
        pages_.write(column.x, top, column.width, text, style, column.align);
    }

    // ---------------------------------------------------------------- parts

    void add_letterhead() {
        auto const& seller = document_.seller;
        Style const big{.size = 16, .bold = true};
        double const half = kWidth * 0.62;
        double const name = pages_.measure(half, say(seller.name), big);
        double const address = pages_.measure(half, say(seller.address), kPlain);
        double const head = std::max(name + address, 56.0);
        blocks_.push_back({head + 14, false, false, [=, this, &seller](double top) {
                               pages_.write(kLeft, top, half, say(seller.name), big);
                               pages_.write(kLeft, top + name, half, say(seller.address), kPlain);
                               pages_.write(kLeft + half, top, kWidth - half, words_.title,
                                            {.size = 22, .bold = true}, Align::right);
                               pages_.rule(kLeft, top + head + 6, kWidth, 1.2);
                           }});
        add_facts();
    }

    void add_facts() {
        auto const& buyer = document_.buyer;
        double const half = kWidth / 2 - 8;
        Style const name{.size = 11, .bold = true};
        std::string const issued = date_text(document_.issued_at, zone_, language_) + ", " +
                                   clock_text(document_.issued_at, zone_, language_);
        std::vector<std::pair<std::string_view, std::string>> const facts{
            {words_.number, document_.number},
            {words_.issued, issued},
            {words_.period, month_text(document_.period, language_)}};
        double const row = pages_.measure(half, "০g", kPlain) + 1;
        double const left = row + pages_.measure(half, say(buyer.name), name) +
                            (buyer.place.empty() ? 0 : pages_.measure(half, buyer.place, kPlain));
        double const height = std::max(left, row * 3);
        blocks_.push_back({height + 14, false, false, [=, this, &buyer](double top) {
                               double y = top;
                               y += pages_.write(kLeft, y, half, words_.billed_to, kSmall) + 2;
                               y += pages_.write(kLeft, y, half, say(buyer.name), name);
                               if (!buyer.place.empty())
                                   pages_.write(kLeft, y, half, buyer.place, kPlain);
                               double const x = kLeft + half + 16;
                               for (std::size_t i = 0; i < facts.size(); ++i) {
                                   double const at = top + row * static_cast<double>(i);
                                   pages_.write(x, at, 80, facts[i].first, kPlain);
                                   pages_.write(x + 84, at, half - 84, facts[i].second, kStrong,
                                                Align::right);
                               }
                           }});
    }

    void add_table() {
        blocks_.push_back(
            {head_height(), true, true, [this](double top) { draw_table_head(top); }});
        std::map<SessionId, IssuedSession const*> sessions;
        for (auto const& session : document_.sessions) sessions.emplace(session.id, &session);
        IssuedSession const* current = nullptr;
        for (auto const& line : document_.lines) {
            auto const* session = sessions.at(line.session);
            if (session != current) {
                if (current != nullptr) add_registers(*current);
                add_session(*session);
                current = session;
            }
            add_line(line, *session);
        }
        if (current != nullptr) add_registers(*current);
    }

    void add_session(IssuedSession const& session) {
        auto const& during = session.during;
        std::string const text = say(session.machine) + " · " +
                                 date_text(during.start, zone_, language_) + ", " +
                                 clock_text(during.start, zone_, language_) + " – " +
                                 clock_text(during.end, zone_, language_);
        double const height = pages_.measure(kWidth - 12, text, kStrong) + 7;
        blocks_.push_back({height, true, true, [=, this](double top) {
                               pages_.shade(kLeft, top + 2, kWidth, height - 3, 0.94);
                               pages_.write(kLeft + 6, top + 3, kWidth - 12, text, kStrong);
                           }});
    }

    void add_line(IssuedLine const& line, IssuedSession const& session) {
        auto const& term = line.term;
        bool const minimum = term.basis == billing::Basis::minimum;
        std::string item = language_ == Language::bn ? term.label.bn : term.label.en;
        if (term.quality != Quality::good) {
            item += " (" + std::string{words_of(term.quality, language_)} + ") *";
            marked_ = true;
        }
        if (minimum) item += "\n" + formula_text(term, session.piece_unit, language_);
        std::string const quantity =
            minimum ? "" : quantity_text(term, session.piece_unit, language_);
        double const height = std::max(pages_.measure(kItem.width, item, kPlain),
                                       pages_.measure(kQuantity.width, quantity, kPlain)) +
                              3;
        blocks_.push_back({height, true, true, [=, this](double top) {
                               cell(kNumber, top, digits(std::to_string(line.line), language_),
                                    kFaint);
                               cell(kItem, top, item, kPlain);
                               cell(kQuantity, top, quantity, kPlain);
                               if (!minimum)
                                   cell(kPrice, top, rate_text(term.price, language_), kPlain);
                               cell(kAmount, top, amount_text(term.amount, language_), kPlain);
                           }});
    }

    std::string register_text(IssuedRegister const& reg) const {
        std::string text = std::string{words_of(reg.edge, language_)} + " " +
                           clock_text(reg.at, zone_, language_) + "  " +
                           thousandths_text(reg.value.wh, language_) + " kWh";
        if (!reg.meter.empty()) text += "  · " + std::string{words_.meter} + " " + reg.meter;
        if (!reg.words.empty()) text += "  · " + std::string{words_.raw} + " " + reg.words;
        if (reg.method != metering::Method::read)
            text += "  · " + std::string{words_of(reg.method, language_)} + " *";
        else if (reg.quality != Quality::good)
            text += "  · " + std::string{words_of(reg.quality, language_)} + " *";
        return text;
    }

    std::string kwh(std::int64_t wh) const { return thousandths_text(wh, language_) + " kWh"; }

    /// Whose the energy since the register before is, where not all of it is the session's.
    std::string part_text(std::int64_t rise, metering::Share const& share) const {
        std::string text = std::string{words_.part} + " " + kwh(share.part.wh) + " / " + kwh(rise) +
                           ", " + std::string{words_of(share.split, language_)};
        if (share.least != share.most)
            text += " (" + std::string{words_.between} + " " +
                    thousandths_text(share.least.wh, language_) + " – " +
                    thousandths_text(share.most.wh, language_) + ")";
        return text;
    }

    /// "0.120 + 0.030 = 0.150 kWh"
    std::string sum_text(std::vector<std::int64_t> const& parts) const {
        std::string text;
        std::int64_t sum = 0;
        for (auto const part : parts) {
            if (!text.empty()) text += " + ";
            text += thousandths_text(part, language_);
            sum += part;
        }
        return parts.size() < 2 ? kwh(sum) : text + " = " + kwh(sum);
    }

    using Registers = std::span<IssuedRegister const>;

    static std::vector<Registers> by_meter(Registers registers) {
        std::vector<Registers> meters;
        while (!registers.empty()) {
            auto const next = std::ranges::find(registers.begin() + 1, registers.end(),
                                                metering::Edge::start, &IssuedRegister::edge);
            auto const count = static_cast<std::size_t>(next - registers.begin());
            meters.push_back(registers.first(count));
            registers = registers.subspan(count);
        }
        return meters;
    }

    static std::vector<std::int64_t> parts_of(Registers meter) {
        std::vector<std::int64_t> parts;
        for (std::size_t i = 1; i < meter.size(); ++i)
            parts.push_back(meter[i].share ? meter[i].share->part.wh
                                           : (meter[i].value - meter[i - 1].value).wh);
        std::erase(parts, 0);
        return parts;
    }

    /// "Used: 0.120 + 0.030 = 0.150 kWh", or the difference of two registers.
    std::string used_text(Registers meter) const {
        bool const shared =
            std::ranges::any_of(meter, [](auto const& reg) { return reg.share.has_value(); });
        auto const last = meter.back().value.wh, first = meter.front().value.wh;
        return std::string{words_.used} + ": " +
               (shared ? sum_text(parts_of(meter))
                       : thousandths_text(last, language_) + " − " +
                             thousandths_text(first, language_) + " = " + kwh(last - first));
    }

    /// The registers meter by meter, and where they are more than one difference, how they add up.
    std::vector<std::string> register_lines(IssuedSession const& session) const {
        auto const meters = by_meter(session.registers);
        std::vector<std::string> lines;
        std::vector<std::int64_t> sums;
        for (auto const meter : meters) {
            bool told = meters.size() > 1;
            for (std::size_t i = 0; i < meter.size(); ++i) {
                lines.push_back(register_text(meter[i]));
                if (!meter[i].share) continue;
                told = true;
                auto const rise = (meter[i].value - meter[i - 1].value).wh;
                lines.back() += "  · " + part_text(rise, *meter[i].share);
            }
            auto const parts = parts_of(meter);
            sums.push_back(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}));
            if (told) lines.push_back(used_text(meter));
        }
        if (meters.size() > 1)
            lines.push_back(std::string{words_.all_meters} + ": " + sum_text(sums));
        return lines;
    }

    void add_registers(IssuedSession const& session) {
        auto const lines = register_lines(session);
        // Those of a meter that was shared for hours do not fit onto one page.
        bool const together = lines.size() <= 4;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            double const height = pages_.measure(kWide.width, lines[i], kSmall);
            blocks_.push_back({height, true, together && i + 1 < lines.size(),
                               [=, this](double top) { cell(kWide, top + 1, lines[i], kSmall); }});
        }
        blocks_.push_back({lines.empty() ? 3.0 : 6.0, true, false, [](double) {}});
    }

    void add_totals() {
        Money const due = document_.total - standing_.paid;
        std::string const in_words =
            std::string{words_.in_words} + ": " + amount_in_words(document_.total, language_);
        double const row = 16;
        double const tall = pages_.measure(kWidth * 0.55, in_words, kPlain);
        double const height = std::max(row * 3, tall) + 16;
        blocks_.push_back({height, false, false, [=, this](double top) {
                               pages_.rule(kLeft, top + 2, kWidth, 0.8);
                               pages_.write(kLeft, top + 8, kWidth * 0.55, in_words, kPlain);
                               total_row(top + 7, words_.total, document_.total, true);
                               total_row(top + 7 + row, words_.paid, standing_.paid, false);
                               total_row(top + 7 + row * 2, words_.due, due, true);
                           }});
    }

    void total_row(double top, std::string_view name, Money amount, bool strong) {
        Style const style{.size = strong ? 10.0 : 9.0, .bold = strong};
        pages_.write(kLeft + kWidth * 0.58, top, kWidth * 0.18, name, style);
        pages_.write(kLeft + kWidth * 0.72, top, kWidth * 0.28 - 4,
                     billing::taka_text(amount, language_), style, Align::right);
    }

    void add_proof() {
        std::string text;
        if (marked_) text += std::string{words_.marked_note} + "\n";
        for (auto const& rates : document_.rate_cards)
            text += std::string{words_.rates} + ": " + rates.name + ", " +
                    std::string{words_.version} + " " +
                    digits(std::to_string(rates.version), language_) + "\n";
        text += std::string{words_.chain} + ": " + standing_.hash;
        if (!standing_.previous_hash.empty())
            text += "\n" + std::string{words_.chain_note} + ": " + standing_.previous_hash;
        double const height = pages_.measure(kWidth, text, kSmall) + 10;
        blocks_.push_back({height, false, false, [=, this](double top) {
                               pages_.write(kLeft, top + 8, kWidth, text, kSmall);
                           }});
    }

    // ---------------------------------------------------------------- sheets

    using Sheet = std::vector<Block const*>;

    double head_height() { return pages_.measure(kItem.width, words_.item, kStrong) + 10; }

    void draw_table_head(double top) {
        double const height = head_height();
        pages_.shade(kLeft, top, kWidth, height - 2, 0.86);
        double const y = top + 4;
        cell(kItem, y, words_.item, kStrong);
        cell(kQuantity, y, words_.quantity, kStrong);
        cell({kPrice.x - 20, kPrice.width + 20, Align::right}, y, words_.price, kStrong);
        cell(kAmount, y, words_.amount, kStrong);
    }

    static double carried_head() { return 30; }

    /// Blocks onto sheets; a run that holds together begins a new one when it does not fit.
    std::vector<Sheet> share_out() {
        std::vector<Sheet> sheets(1);
        double y = kTop;
        for (std::size_t i = 0; i < blocks_.size();) {
            std::size_t end = i;
            double run = blocks_[i].height;
            while (blocks_[end].with_next && end + 1 < blocks_.size() && end - i < 8)
                run += blocks_[++end].height;
            if (y + run > kBottom && !sheets.back().empty()) {
                sheets.emplace_back();
                y = kTop + carried_head() + (blocks_[i].in_table ? head_height() : 0);
            }
            for (; i <= end; ++i) {
                sheets.back().push_back(&blocks_[i]);
                y += blocks_[i].height;
            }
        }
        return sheets;
    }

    void draw_sheet(Sheet const& sheet, std::size_t page, std::size_t pages) {
        double y = kTop;
        if (page > 1) {
            Style const style{.size = 8, .grey = 0.25, .one_line = true};
            pages_.write(kLeft, y, kWidth * 0.6, say(document_.seller.name), style);
            pages_.write(kLeft + kWidth * 0.6, y, kWidth * 0.4, document_.number, style,
                         Align::right);
            pages_.rule(kLeft, y + 18, kWidth, 0.6);
            y += carried_head();
            if (sheet.front()->in_table) {
                draw_table_head(y);
                y += head_height();
            }
        }
        for (auto const* block : sheet) {
            block->draw(y);
            y += block->height;
        }
        draw_foot(page, pages);
    }

    void draw_foot(std::size_t page, std::size_t pages) {
        double const y = Pages::height - 48;
        pages_.rule(kLeft, y - 4, kWidth, 0.4);
        Style const style{.size = 7, .grey = 0.4, .one_line = true};
        pages_.write(kLeft, y, kWidth * 0.7,
                     document_.number + " · " + standing_.hash.substr(0, 16), style);
        pages_.write(kLeft + kWidth * 0.7, y, kWidth * 0.3,
                     std::string{words_.page} + " " +
                         digits(std::to_string(page) + "/" + std::to_string(pages), language_),
                     style, Align::right);
    }

    billing::InvoiceDocument const& document_;
    Standing const& standing_;
    Language language_;
    Wording const& words_;
    Zone zone_;
    Pages pages_;
    std::vector<Block> blocks_;
    bool marked_ = false;
};

}  // namespace

std::string invoice_pdf(billing::InvoiceDocument const& document, Standing const& standing,
                        Language language) {
    return Bill{document, standing, language}.print();
}

}  // namespace karkhana::exports
