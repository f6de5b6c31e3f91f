#include "server/exports/billed.hpp"

#include <map>

#include "server/billing/words.hpp"
#include "server/exports/registers.hpp"

namespace karkhana::exports {
namespace {

using billing::Basis;
using billing::IssuedItem;
using billing::IssuedLine;
using billing::IssuedSession;

Text unit_words(billing::Term const& term, std::string const& piece) {
    if (!term.unit.empty())
        return in_both([&](Language language) { return billing::unit_text(term.unit, language); });
    if (term.basis == Basis::kwh) return {"kWh", "ইউনিট (kWh)"};
    if (billing::is_time(term.basis)) return {"minute", "মিনিট"};
    if (term.basis == Basis::piece && piece == "pair") return {"pair", "জোড়া"};
    if (term.basis == Basis::piece && piece == "kg") return {"kg", "কেজি"};
    if (term.basis == Basis::piece) return {"piece", "পিস"};
    return {"session", "বার"};
}

/// What has no price of a unit: it is told by how it came about.
bool is_derived(Basis basis) { return basis == Basis::minimum || basis == Basis::discount; }

/// How many of its unit, where that is a number without a rest.
std::string count_text(billing::Term const& term, BilledLine const& line, Language language) {
    auto const per = term.priced_per();
    if (per == 1000) return thousandths_text(term.quantity, language);
    if (term.quantity % per == 0) return grouped(term.quantity / per, language);
    return language == Language::bn ? line.quantity.bn : line.quantity.en;
}

class Telling {
public:
    Telling(billing::InvoiceDocument const& document, Proof const& proof)
        : document_(document),
          billed_{
              document.number,
              document.issued_at,
              Zone::find(document.seller.zone).value(),
              {document.seller.name, document.tax.bin, document.seller.address},
              {document.buyer.name,
               document.buyer.bin,
               {document.buyer.place, document.buyer.place}},
              in_both([&](Language language) { return month_text(document.period, language); })} {
        billed_.tax = document.tax_total();
        billed_.net = document.total - billed_.tax;
        billed_.total = document.total;
        billed_.proof = proof;
        if (document.refers_to)
            billed_.credit = Credit{document.refers_to->number,
                                    document.refers_to->issued_at,
                                    {document.reason, document.reason}};
    }

    Billed tell() {
        std::map<SessionId, IssuedSession const*> sessions;
        for (auto const& session : document_.sessions) sessions.emplace(session.id, &session);
        IssuedSession const* current = nullptr;
        for (auto const& line : document_.lines) {
            auto const* session = sessions.at(line.session);
            if (session != current && current != nullptr) add_registers(*current);
            add_line(line, *session);
            if (session != current) billed_.lines.back().section = section_of(*session);
            current = session;
        }
        if (current != nullptr) add_registers(*current);
        for (auto const& item : document_.items) {
            add_item(item);
            if (&item == &document_.items.front() && !document_.lines.empty())
                billed_.lines.back().section = {"Services and fees", "সেবা ও অন্যান্য"};
        }
        add_notes();
        return std::move(billed_);
    }

private:
    /// With its tax taken apart.
    void add(BilledLine line, Money amount) {
        auto const at = billed_.lines.size();
        line.net = amount;
        if (at < document_.tax.lines.size()) {
            auto const& tax = document_.tax.lines[at];
            line.rate_e4 = tax.rate_e4;
            line.tax = tax.tax;
            if (document_.tax.inclusive) {
                line.net = amount - tax.tax;
                // Nobody has agreed on a price without the tax.
                line.price = {};
                line.brief = {};
            }
        }
        billed_.lines.push_back(std::move(line));
    }

    Text section_of(IssuedSession const& session) const {
        auto const& during = session.during;
        return in_both([&](Language language) {
            return in_language(session.machine, language) + " · " +
                   date_text(during.start, billed_.zone, language) + ", " +
                   clock_text(during.start, billed_.zone, language) + " – " +
                   clock_text(during.end, billed_.zone, language);
        });
    }

    void add_line(IssuedLine const& issued, IssuedSession const& session) {
        auto const& term = issued.term;
        bool const marked = term.quality != Quality::good;
        marked_ = marked_ || marked;
        BilledLine line;
        line.what = in_both([&](Language language) {
            std::string text = language == Language::bn ? term.label.bn : term.label.en;
            if (marked) text += " (" + std::string{words_of(term.quality, language)} + ") *";
            return text;
        });
        if (is_derived(term.basis)) {
            line.details = {in_both([&](Language language) {
                return billing::formula_text(term, session.piece_unit, language);
            })};
        } else {
            line.quantity = in_both([&](Language language) {
                return billing::quantity_text(term, session.piece_unit, language);
            });
            line.unit = unit_words(term, session.piece_unit);
            line.count =
                in_both([&](Language language) { return count_text(term, line, language); });
            line.price =
                in_both([&](Language language) { return rate_text(term.price, language); });
            line.brief = {line.quantity.en + " × " + line.price.en,
                          line.quantity.bn + " × " + line.price.bn};
        }
        add(std::move(line), term.amount);
    }

    void add_registers(IssuedSession const& session) {
        auto& details = billed_.lines.back().details;
        for (auto& text : register_lines(session, billed_.zone)) details.push_back(std::move(text));
    }

    void add_item(IssuedItem const& item) {
        BilledLine line;
        line.what = in_both([&](Language language) {
            return (language == Language::bn ? item.label.bn : item.label.en) + " · " +
                   date_text(item.happened_at, billed_.zone, language);
        });
        line.unit =
            in_both([&](Language language) { return billing::unit_text(item.unit, language); });
        line.count = in_both([&](Language language) {
            return item.per == 1000 ? thousandths_text(item.quantity, language)
                                    : grouped(item.quantity, language);
        });
        line.quantity = {line.count.en + " " + line.unit.en, line.count.bn + " " + line.unit.bn};
        line.price = in_both([&](Language language) {
            return rate_text(item.price, language) +
                   (item.per == 1 || item.per == 1000 ? "" : "/" + grouped(item.per, language));
        });
        line.brief = {line.quantity.en + " × " + line.price.en,
                      line.quantity.bn + " × " + line.price.bn};
        if (item.refers)
            line.details.push_back(in_both([&](Language language) {
                auto const number = grouped(item.refers->line, language);
                return language == Language::bn
                           ? item.refers->number + " বিলের " + number + " নম্বর সারির সংশোধন"
                           : "Corrects line " + number + " of " + item.refers->number;
            }));
        if (item.subsidy != Money{})
            line.details.push_back(in_both([&](Language language) {
                return (language == Language::bn ? "ভর্তুকি: " : "Borne by others: ") +
                       billing::taka_text(item.subsidy, language);
            }));
        if (!item.note.empty()) line.details.push_back({item.note, item.note});
        add(std::move(line), item.amount);
    }

    void add_notes() {
        if (marked_)
            billed_.notes.push_back(
                in_both([](Language language) { return wording(language).marked_note; }));
        for (auto const& rates : document_.rate_cards)
            billed_.notes.push_back(in_both([&](Language language) {
                auto const& words = wording(language);
                return std::string{words.rates} + ": " + rates.name + ", " +
                       std::string{words.version} + " " +
                       digits(std::to_string(rates.version), language);
            }));
    }

    billing::InvoiceDocument const& document_;
    Billed billed_;
    bool marked_ = false;
};

}  // namespace

Billed billed_of(billing::InvoiceDocument const& document, Proof const& proof) {
    return Telling{document, proof}.tell();
}

Text issued_text(Instant at, Zone const& zone) {
    return in_both([&](Language language) {
        return date_text(at, zone, language) + ", " + clock_text(at, zone, language);
    });
}

Text amount_of(Money money) {
    return in_both([&](Language language) { return amount_text(money, language); });
}

Text in_words(Money money) {
    return in_both([&](Language language) {
        return std::string{wording(language).in_words} + ": " + amount_in_words(money, language);
    });
}

std::vector<Text> proof_notes(Proof const& proof) {
    std::vector<Text> notes{in_both([&](Language language) {
        return std::string{wording(language).chain} + ": " + proof.hash;
    })};
    if (!proof.previous_hash.empty())
        notes.push_back(in_both([&](Language language) {
            return std::string{wording(language).chain_note} + ": " + proof.previous_hash;
        }));
    if (!proof.trail.empty())
        notes.push_back(in_both([&](Language language) {
            return std::string{wording(language).trail} + ": " + proof.trail;
        }));
    if (!proof.address.empty())
        notes.push_back(in_both([](Language language) { return wording(language).scan_note; }));
    return notes;
}

void add_rows(Printed& paper, BilledLine const& line, std::vector<Text> cells) {
    if (!line.section.en.empty())
        paper.rows.push_back({Row::Kind::section, {line.section}, {}, true});
    paper.rows.push_back({Row::Kind::line, std::move(cells), line.brief, !line.details.empty()});
    // Those of a meter that was shared for hours do not fit onto one page.
    bool const together = line.details.size() <= 5;
    for (std::size_t i = 0; i < line.details.size(); ++i)
        paper.rows.push_back(
            {Row::Kind::detail, {line.details[i]}, {}, together && i + 1 < line.details.size()});
}

}  // namespace karkhana::exports
