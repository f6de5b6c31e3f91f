#include "server/billing/document.hpp"

#include <array>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <set>
#include <stdexcept>

#include "server/base/digest.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using metering::Edge;
using metering::Method;

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<int>(c));
        else
            out.push_back(c);
    }
    return out + "\"";
}

template <class Items, class Write>
std::string joined(Items const& items, Write&& write) {
    std::string text;
    for (auto const& item : items) {
        if (!text.empty()) text.push_back(',');
        text += write(item);
    }
    return text;
}

std::string text_of(IssuedRates const& rates) {
    return fmt::format(R"({{"id":"{}","name":{},"version":{}}})", rates.id.text(),
                       quoted(rates.name), rates.version);
}

/// Nothing where nothing was shared out, as in bills of before anything could be.
std::string text_of(std::optional<metering::Share> const& share) {
    if (!share) return {};
    return fmt::format(
        R"(,"part_wh":{},"least_wh":{},"most_wh":{},"split":"{}","weight":{},"weights":{})",
        share->part.wh, share->least.wh, share->most.wh, name_of(share->split), share->weight,
        share->weights);
}

std::string text_of(IssuedRegister const& reg) {
    return fmt::format(
        R"({{"edge":"{}","at":{},"value_wh":{},"words":{},"meter":{},"quality":"{}",)"
        R"("method":"{}"{}}})",
        name_of(reg.edge), micros(reg.at), reg.value.wh, quoted(reg.words), quoted(reg.meter),
        name_of(reg.quality), name_of(reg.method), text_of(reg.share));
}

std::string text_of(IssuedSession const& session) {
    return fmt::format(
        R"({{"id":"{}","machine_en":{},"machine_bn":{},"piece_unit":{},"from":{},"to":{},)"
        R"("registers":[{}]}})",
        session.id.text(), quoted(session.machine.en), quoted(session.machine.bn),
        quoted(session.piece_unit), micros(session.during.start), micros(session.during.end),
        joined(session.registers, [](auto const& reg) { return text_of(reg); }));
}

/// Nothing where the price and the account are those of the basis.
std::string own_text(Term const& term) {
    if (term.per == 0 && term.unit.empty() && term.income.empty()) return {};
    return fmt::format(R"(,"per":{},"unit":{},"income":{})", term.per, quoted(term.unit),
                       quoted(term.income));
}

std::string text_of(IssuedLine const& line) {
    auto const& term = line.term;
    return fmt::format(
        R"({{"line":{},"session":"{}","rate_card":"{}","component":{},"label_en":{},"label_bn":{},)"
        R"("basis":"{}","window":"{}","quantity":{},"price_e4":{},"amount":{},"quality":"{}"{}}})",
        line.line, line.session.text(), line.rate_card.text(), term.component,
        quoted(term.label.en), quoted(term.label.bn), name_of(term.basis), name_of(term.window),
        term.quantity, term.price.e4, term.amount.poisha, name_of(term.quality), own_text(term));
}

std::string text_of(IssuedReference const& refers) {
    return fmt::format(R"({{"number":{},"issued_at":{},"line":{}}})", quoted(refers.number),
                       micros(refers.issued_at), refers.line);
}

std::string text_of(IssuedItem const& item) {
    return fmt::format(
        R"({{"line":{},"item":"{}","source":{},"source_id":{},"at":{},"label_en":{},)"
        R"("label_bn":{},"quantity":{},"unit":{},"per":{},"price_e4":{},"amount":{},"income":{},)"
        R"("sector":{},"subsidy":{},"note":{}{}}})",
        item.line, item.id.text(), quoted(item.source), quoted(item.source_id),
        micros(item.happened_at), quoted(item.label.en), quoted(item.label.bn), item.quantity,
        quoted(item.unit), item.per, item.price.e4, item.amount.poisha, quoted(item.income),
        quoted(item.sector), item.subsidy.poisha, quoted(item.note),
        item.refers ? R"(,"refers":)" + text_of(*item.refers) : "");
}

std::string text_of(LineTax const& tax) {
    return fmt::format(R"({{"code":{},"rate_e4":{},"tax":{}}})", quoted(tax.code), tax.rate_e4,
                       tax.tax.poisha);
}

/// What bills have that were issued since there is more than sessions to bill; what is not there is
/// not written, so that older texts stay as they are.
std::string rest_of(InvoiceDocument const& document) {
    auto const write = [](auto const& item) { return text_of(item); };
    std::string text;
    if (document.kind != DocumentKind::invoice)
        text += fmt::format(R"(,"kind":"{}","refers_to":{},"reason":{})", name_of(document.kind),
                            text_of(document.refers_to.value()), quoted(document.reason));
    if (!document.items.empty())
        text += fmt::format(R"(,"items":[{}])", joined(document.items, write));
    auto const& tax = document.tax;
    if (tax.regime != Regime::none)
        text += fmt::format(
            R"(,"tax":{{"regime":"{}","rounding":"{}","inclusive":{},"bin":{},"lines":[{}]}})",
            name_of(tax.regime), name_of(tax.rounding), tax.inclusive, quoted(tax.bin),
            joined(tax.lines, write));
    return text;
}

/// A value of the document by its key; what is not there or of another type throws.
std::string text(json::object const& from, std::string_view key) {
    return std::string{from.at(key).as_string()};
}
std::int64_t number(json::object const& from, std::string_view key) {
    return from.at(key).as_int64();
}
facility::Name name(json::object const& from, std::string const& key) {
    return {text(from, key + "_en"), text(from, key + "_bn")};
}
template <class AnyId>
AnyId id(json::object const& from, std::string_view key) {
    return AnyId::parse(text(from, key)).value();
}

template <class Enum>
Enum named(json::object const& from, std::string_view key, int count) {
    auto const& word = from.at(key).as_string();
    for (int i = 0; i < count; ++i)
        if (name_of(static_cast<Enum>(i)) == std::string_view{word}) return static_cast<Enum>(i);
    throw std::runtime_error("an unknown word");
}

std::optional<metering::Share> read_share(json::object const& from) {
    if (!from.contains("part_wh")) return std::nullopt;
    return metering::Share{.part = {number(from, "part_wh")},
                           .least = {number(from, "least_wh")},
                           .most = {number(from, "most_wh")},
                           .split = named<metering::Split>(from, "split", 6),
                           .weight = number(from, "weight"),
                           .weights = number(from, "weights")};
}

IssuedSession read_session(json::object const& from) {
    IssuedSession session{id<SessionId>(from, "id"),
                          name(from, "machine"),
                          text(from, "piece_unit"),
                          {instant(number(from, "from")), instant(number(from, "to"))},
                          {}};
    for (auto const& one : from.at("registers").as_array()) {
        auto const& reg = one.as_object();
        session.registers.push_back({named<Edge>(reg, "edge", 5), instant(number(reg, "at")),
                                     Energy{number(reg, "value_wh")}, text(reg, "words"),
                                     text(reg, "meter"), named<Quality>(reg, "quality", 6),
                                     named<Method>(reg, "method", 5), read_share(reg)});
    }
    return session;
}

IssuedLine read_line(json::object const& from) {
    IssuedLine line{static_cast<int>(number(from, "line")),
                    id<SessionId>(from, "session"),
                    id<RateCardId>(from, "rate_card"),
                    {}};
    auto& term = line.term;
    term.component = static_cast<int>(number(from, "component"));
    term.label = {text(from, "label_en"), text(from, "label_bn")};
    term.basis = named<Basis>(from, "basis", kBasisCount);
    term.window = named<Window>(from, "window", 3);
    term.quantity = number(from, "quantity");
    term.price = {number(from, "price_e4")};
    term.amount = {number(from, "amount")};
    term.quality = named<Quality>(from, "quality", 6);
    if (!from.contains("per")) return line;
    term.per = number(from, "per");
    term.unit = text(from, "unit");
    term.income = text(from, "income");
    return line;
}

IssuedReference read_reference(json::object const& from) {
    return {text(from, "number"), instant(number(from, "issued_at")),
            static_cast<int>(number(from, "line"))};
}

IssuedItem read_issued_item(json::object const& from) {
    IssuedItem item;
    item.line = static_cast<int>(number(from, "line"));
    item.id = id<ItemId>(from, "item");
    item.source = text(from, "source");
    item.source_id = text(from, "source_id");
    item.happened_at = instant(number(from, "at"));
    item.label = {text(from, "label_en"), text(from, "label_bn")};
    item.quantity = number(from, "quantity");
    item.unit = text(from, "unit");
    item.per = number(from, "per");
    item.price = {number(from, "price_e4")};
    item.amount = {number(from, "amount")};
    item.income = text(from, "income");
    item.sector = text(from, "sector");
    item.subsidy = {number(from, "subsidy")};
    item.note = text(from, "note");
    if (auto const* refers = from.if_contains("refers"))
        item.refers = read_reference(refers->as_object());
    return item;
}

IssuedTax read_issued_tax(json::object const& from) {
    IssuedTax tax{named<Regime>(from, "regime", 3),
                  named<TaxRounding>(from, "rounding", 2),
                  from.at("inclusive").as_bool(),
                  text(from, "bin"),
                  {}};
    for (auto const& one : from.at("lines").as_array()) {
        auto const& line = one.as_object();
        tax.lines.push_back({text(line, "code"), number(line, "rate_e4"), {number(line, "tax")}});
    }
    return tax;
}

void read_rest(json::object const& from, InvoiceDocument& document) {
    if (from.contains("kind")) {
        document.kind = named<DocumentKind>(from, "kind", 2);
        document.refers_to = read_reference(from.at("refers_to").as_object());
        document.reason = text(from, "reason");
    }
    if (auto const* items = from.if_contains("items"))
        for (auto const& one : items->as_array())
            document.items.push_back(read_issued_item(one.as_object()));
    if (auto const* tax = from.if_contains("tax")) document.tax = read_issued_tax(tax->as_object());
}

InvoiceDocument parsed(json::object const& from) {
    auto const& seller = from.at("seller").as_object();
    auto const& buyer = from.at("buyer").as_object();
    InvoiceDocument document;
    document.number = text(from, "number");
    document.issued_at = instant(number(from, "issued_at"));
    document.period = text(from, "period");
    document.seller = {id<FacilityId>(seller, "id"), name(seller, "name"), name(seller, "address"),
                       text(seller, "zone")};
    document.buyer = {id<EnterpriseId>(buyer, "id"), name(buyer, "name"), text(buyer, "place")};
    if (buyer.contains("bin")) document.buyer.bin = text(buyer, "bin");
    for (auto const& one : from.at("rate_cards").as_array()) {
        auto const& rates = one.as_object();
        document.rate_cards.push_back({id<RateCardId>(rates, "id"), text(rates, "name"),
                                       static_cast<int>(number(rates, "version"))});
    }
    for (auto const& one : from.at("sessions").as_array())
        document.sessions.push_back(read_session(one.as_object()));
    for (auto const& one : from.at("lines").as_array())
        document.lines.push_back(read_line(one.as_object()));
    read_rest(from, document);
    document.total = {number(from, "total")};
    return document;
}

}  // namespace

std::string_view name_of(DocumentKind kind) {
    return kind == DocumentKind::invoice ? "invoice" : "credit_note";
}

Money InvoiceDocument::tax_total() const {
    Money sum;
    for (auto const& line : tax.lines) sum += line.tax;
    return sum;
}

std::string tax_code_of(Term const& term) {
    return term.tax_code.empty() ? std::string{kStandardTax} : term.tax_code;
}

std::map<std::string, Money> income_by_account(InvoiceDocument const& document) {
    std::map<std::string, Money> earned;
    std::size_t i = 0;
    auto const net = [&](Money amount) {
        auto const at = i++;
        bool const within = document.tax.inclusive && at < document.tax.lines.size();
        return within ? amount - document.tax.lines[at].tax : amount;
    };
    for (auto const& line : document.lines) earned[line.term.account()] += net(line.term.amount);
    for (auto const& item : document.items) earned[item.income] += net(item.amount);
    return earned;
}

std::vector<metering::Register> told_registers(metering::UsageSession const& session) {
    std::set<Channel> shared;
    for (auto const& reg : session.registers)
        if (reg.share) shared.insert(reg.channel);
    std::vector<metering::Register> told;
    for (auto const& reg : session.registers)
        if (reg.edge != Edge::boundary || shared.contains(reg.channel)) told.push_back(reg);
    return told;
}

std::string canonical_text(InvoiceDocument const& document) {
    auto const& seller = document.seller;
    auto const& buyer = document.buyer;
    auto const write = [](auto const& item) { return text_of(item); };
    return fmt::format(
        R"({{"number":{},"issued_at":{},"period":{},"seller":{{"id":"{}","name_en":{},)"
        R"("name_bn":{},"address_en":{},"address_bn":{},"zone":{}}},"buyer":{{"id":"{}",)"
        R"("name_en":{},"name_bn":{},"place":{}{}}},"rate_cards":[{}],"sessions":[{}],)"
        R"("lines":[{}]{},"total":{},"currency":"BDT"}})",
        quoted(document.number), micros(document.issued_at), quoted(document.period),
        seller.id.text(), quoted(seller.name.en), quoted(seller.name.bn), quoted(seller.address.en),
        quoted(seller.address.bn), quoted(seller.zone), buyer.id.text(), quoted(buyer.name.en),
        quoted(buyer.name.bn), quoted(buyer.place),
        buyer.bin.empty() ? "" : R"(,"bin":)" + quoted(buyer.bin),
        joined(document.rate_cards, write), joined(document.sessions, write),
        joined(document.lines, write), rest_of(document), document.total.poisha);
}

Result<InvoiceDocument> read_document(std::string_view canonical) {
    try {
        auto const value = json::parse(canonical);
        auto document = parsed(value.as_object());
        if (canonical_text(document) == canonical) return document;
    } catch (std::exception const&) {
        // A text that was tampered with is what this function is there to find.
    }
    return refuse(ErrorKind::invalid, "bad_document", "not the text of an issued invoice");
}

std::string chain_hash(std::string_view previous_hash, std::string_view canonical) {
    std::string text{previous_hash};
    text.push_back('\n');
    return sha256_hex(text.append(canonical));
}

}  // namespace karkhana::billing
