#include "server/metering/rows.hpp"

#include <charconv>
#include <stdexcept>

namespace karkhana::metering {
namespace {

/// The value whose name_of is `name`. A stored word that nobody knows is a broken database.
template <class Enum>
Enum named(std::string_view name, int count) {
    for (int i = 0; i < count; ++i)
        if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
    throw std::runtime_error("a stored word is not known: " + std::string{name});
}

}  // namespace

std::string words_text(RawWords const& words) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (std::size_t i = 0; i < words.count; ++i) {
        if (i > 0) text += ' ';
        for (int shift = 12; shift >= 0; shift -= 4) text += digits[words.word.at(i) >> shift & 15];
    }
    return text;
}

RawWords words_of(std::string_view text) {
    RawWords words;
    for (std::size_t at = 0; at + 4 <= text.size() && words.count < words.word.size(); at += 5) {
        auto const four = text.substr(at, 4);
        std::from_chars(four.data(), four.data() + four.size(), words.word.at(words.count), 16);
        ++words.count;
    }
    return words;
}

Quality quality_of(std::string_view name) { return named<Quality>(name, 6); }
Unit unit_of(std::string_view name) { return named<Unit>(name, static_cast<int>(Unit::rpm) + 1); }

MeterRole role_of(std::string_view name) { return named<MeterRole>(name, 3); }

UsageSession session_of(FacilityId const& facility, store::Row const& row) {
    UsageSession session;
    session.facility = facility;
    session.id = row.id<SessionId>(0);
    session.machine = row.id<MachineId>(1);
    session.booking = row.maybe_id<BookingId>(2);
    session.enterprise = row.maybe_id<EnterpriseId>(3);
    session.kind = named<SessionKind>(row.text(4), 7);
    session.state = named<SessionState>(row.text(5), 3);
    session.opened_by = named<Opener>(row.text(6), 3);
    session.start = row.at(7);
    session.stop = row.maybe_at(8);
    if (auto const wh = row.maybe_integer(9)) session.energy = Energy{*wh};
    session.quantity = row.maybe_integer(10);
    session.quality = quality_of(row.text(11));
    session.reason = row.text(12);
    session.version = row.integer(13);
    return session;
}

Register register_of(store::Row const& row, int first) {
    Register reg;
    reg.channel = static_cast<Channel>(row.integer(first));
    reg.edge = named<Edge>(row.text(first + 1), 5);
    reg.at = row.at(first + 2);
    reg.asked = row.maybe_at(first + 3);
    reg.answered = row.maybe_at(first + 4);
    reg.value = row.energy(first + 5);
    reg.carried = row.energy(first + 6);
    reg.raw = words_of(row.text(first + 7));
    reg.quality = quality_of(row.text(first + 8));
    reg.method = named<Method>(row.text(first + 9), 5);
    if (auto const sequence = row.maybe_integer(first + 10))
        reg.sequence = static_cast<std::uint64_t>(*sequence);
    reg.version = static_cast<int>(row.integer(first + 11));
    reg.said_by = row.maybe_id<PersonId>(first + 12);
    reg.why = row.text(first + 13);
    if (auto const part = row.maybe_integer(first + 14))
        reg.share = Share{.part = {*part},
                          .least = row.energy(first + 15),
                          .most = row.energy(first + 16),
                          .split = named<Split>(row.text(first + 17), 6),
                          .weight = row.integer(first + 18),
                          .weights = row.integer(first + 19)};
    reg.less = row.energy(first + 20);
    return reg;
}

}  // namespace karkhana::metering
