#include "server/exports/bill.hpp"

#include <map>

#include "server/billing/words.hpp"
#include "server/exports/registers.hpp"

namespace karkhana::exports {
namespace {

using billing::IssuedLine;
using billing::IssuedSession;

Text word(std::string_view Wording::*which) {
    return in_both([&](Language language) { return wording(language).*which; });
}

class Bill {
public:
    Bill(billing::InvoiceDocument const& document, Proof const& proof)
        : document_(document),
          proof_(proof),
          zone_(Zone::find(document.seller.zone).value()) {}

    Printed make() {
        printed_.title = word(&Wording::title);
        printed_.number = document_.number;
        printed_.made = document_.issued_at;
        printed_.from = {{}, document_.seller.name, {document_.seller.address}};
        printed_.to = {word(&Wording::billed_to), document_.buyer.name, {}};
        if (!document_.buyer.place.empty())
            printed_.to.lines.push_back({document_.buyer.place, document_.buyer.place});
        add_facts();
        add_lines();
        add_totals();
        add_proof();
        return std::move(printed_);
    }

private:
    void add_facts() {
        printed_.facts = {
            {word(&Wording::number), {document_.number, document_.number}},
            {word(&Wording::issued), issued_text(document_.issued_at, zone_)},
            {word(&Wording::period), in_both([&](Language language) {
                 return month_text(document_.period, language);
             })}};
    }

    void add_lines() {
        printed_.columns = {{{"", ""}, 26, Align::right},
                            {word(&Wording::item), 220, Align::left},
                            {word(&Wording::quantity), 104, Align::right},
                            {word(&Wording::price), 84, Align::right},
                            {word(&Wording::amount), 77, Align::right}};
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
        printed_.rows.push_back({Row::Kind::section, {in_both([&](Language language) {
                                     return in_language(session.machine, language) + " · " +
                                            date_text(during.start, zone_, language) + ", " +
                                            clock_text(during.start, zone_, language) + " – " +
                                            clock_text(during.end, zone_, language);
                                 })}});
    }

    void add_line(IssuedLine const& line, IssuedSession const& session) {
        auto const& term = line.term;
        bool const minimum = term.basis == billing::Basis::minimum;
        bool const marked = term.quality != Quality::good;
        marked_ = marked_ || marked;
        auto const formula = in_both([&](Language language) {
            return billing::formula_text(term, session.piece_unit, language);
        });
        auto const item = in_both([&](Language language) {
            std::string text = language == Language::bn ? term.label.bn : term.label.en;
            if (marked) text += " (" + std::string{words_of(term.quality, language)} + ") *";
            return text;
        });
        auto const quantity = in_both([&](Language language) {
            return minimum ? "" : billing::quantity_text(term, session.piece_unit, language);
        });
        auto const price = in_both([&](Language language) {
            return minimum ? "" : rate_text(term.price, language);
        });
        auto const number = in_both(
            [&](Language language) { return digits(std::to_string(line.line), language); });
        auto const amount =
            in_both([&](Language language) { return amount_text(term.amount, language); });
        auto const brief = in_both([&](Language language) {
            return billing::quantity_text(term, session.piece_unit, language) + " × " +
                   rate_text(term.price, language);
        });
        printed_.rows.push_back({Row::Kind::line,
                                 {number, item, quantity, price, amount},
                                 minimum ? Text{} : brief,
                                 true});
        if (minimum) printed_.rows.push_back({Row::Kind::detail, {formula}, {}, true});
    }

    void add_registers(IssuedSession const& session) {
        auto const lines = register_lines(session, zone_);
        // Those of a meter that was shared for hours do not fit onto one page.
        bool const together = lines.size() <= 4;
        for (std::size_t i = 0; i < lines.size(); ++i)
            printed_.rows.push_back(
                {Row::Kind::detail, {lines[i]}, {}, together && i + 1 < lines.size()});
        if (lines.empty()) printed_.rows.back().with_next = false;
    }

    void add_totals() {
        printed_.sums = {{word(&Wording::total), in_both([&](Language language) {
                              return billing::taka_text(document_.total, language);
                          }),
                          true}};
        printed_.words = {in_both([&](Language language) {
            return std::string{wording(language).in_words} + ": " +
                   amount_in_words(document_.total, language);
        })};
    }

    void add_proof() {
        if (marked_) printed_.notes.push_back(word(&Wording::marked_note));
        for (auto const& rates : document_.rate_cards)
            printed_.notes.push_back(in_both([&](Language language) {
                auto const& words = wording(language);
                return std::string{words.rates} + ": " + rates.name + ", " +
                       std::string{words.version} + " " +
                       digits(std::to_string(rates.version), language);
            }));
        printed_.notes.push_back(in_both([&](Language language) {
            return std::string{wording(language).chain} + ": " + proof_.hash;
        }));
        if (!proof_.previous_hash.empty())
            printed_.notes.push_back(in_both([&](Language language) {
                return std::string{wording(language).chain_note} + ": " + proof_.previous_hash;
            }));
        if (!proof_.address.empty()) printed_.notes.push_back(word(&Wording::scan_note));
        printed_.address = proof_.address;
        printed_.foot = document_.number + " · " + proof_.hash.substr(0, 16);
    }

    billing::InvoiceDocument const& document_;
    Proof const& proof_;
    Zone zone_;
    Printed printed_;
    bool marked_ = false;
};

}  // namespace

Text issued_text(Instant at, Zone const& zone) {
    return in_both([&](Language language) {
        return date_text(at, zone, language) + ", " + clock_text(at, zone, language);
    });
}

Printed bill_of(billing::InvoiceDocument const& document, Proof const& proof) {
    return Bill{document, proof}.make();
}

}  // namespace karkhana::exports
