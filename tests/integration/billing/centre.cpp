#include "tests/integration/billing/centre.hpp"

#include <stdexcept>

#include "server/billing/gather.hpp"
#include "server/billing/verify.hpp"
#include "server/booking/records.hpp"
#include "server/exports/api.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/sessions.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "tests/support/ask.hpp"

namespace karkhana::billing {
namespace {

using metering::Edge;
using metering::Register;
using metering::UsageSession;

constexpr std::string_view kKind = "walk_in";

/// The registers as a meter with words of 32 bits in watt-hours would have given them.
Register register_of(Use::Reading const& reading, Edge edge, Channel channel) {
    Register reg;
    reg.channel = channel;
    reg.edge = edge;
    reg.at = reading.at;
    reg.value = reading.value;
    reg.quality = reading.quality;
    reg.method =
        reading.quality == Quality::good ? metering::Method::read : metering::Method::interpolated;
    if (reading.quality != Quality::good) return reg;
    reg.asked = reading.at;
    reg.answered = reading.at;
    auto const wh = static_cast<std::uint64_t>(reading.value.wh);
    reg.raw.word = {static_cast<std::uint16_t>(wh >> 16), static_cast<std::uint16_t>(wh)};
    reg.raw.count = 2;
    return reg;
}

}  // namespace

Instant dhaka(std::string const& text) {
    auto const seconds = text.size() == 16 ? ":00" : "";
    return parse_rfc3339(text.substr(0, 10) + "T" + text.substr(11) + seconds + "+06:00").value();
}

Centre::Centre(store::Store& store) : ledger(store) {
    facility_ = ids.make<FacilityId>();
    ledger.write([&](store::Writer& writer) {
        facility::insert_facility(writer,
                                  {.id = facility_,
                                   .slug = "bhairab",
                                   .name = {"Bhairab Service Centre", "ভৈরব সেবা কেন্দ্র"},
                                   .address = {"Kamalpur, Bhairab", "কমলপুর, ভৈরব"},
                                   .zone = zone.name()},
                                  clock.now());
        add_enterprise(writer, "Lakshmi", "লক্ষ্মী");
        add_enterprise(writer, "Rahim", "রহিম");
        add_machine(writer, "laser", "pair", 1);
        add_machine(writer, "press", "", 2);
        return true;
    });
    add_routes(router, {ledger, clock, ids, rate_cards});
    add_export_routes();
}

Centre::Centre(store::Store& store, FacilityId const& facility)
    : ledger(store), facility_(facility) {
    add_routes(router, {ledger, clock, ids, rate_cards});
    add_export_routes();
}

void Centre::add_export_routes() {
    auto pricing = make_pricing(rate_cards, [this](FacilityId const&) { return zone; });
    exports::add_routes(router, {ledger, clock, "https://karkhana.example", std::move(pricing)});
}

void Centre::add_enterprise(store::Writer& writer, std::string const& en, std::string const& bn) {
    people::insert_enterprise(writer, facility_, {.id = ids.make<EnterpriseId>(), .name = {en, bn}},
                              clock.now());
}

void Centre::add_machine(store::Writer& writer, std::string const& slug,
                         std::string const& piece_unit, Channel channel) {
    auto const id = facility::save_machine(writer,
                                           {.facility = facility_,
                                            .id = ids.make<MachineId>(),
                                            .slug = slug,
                                            .name = {slug, slug},
                                            .kind = slug,
                                            .rated_w = 4'000,
                                            .piece_unit = piece_unit,
                                            .position = channel},
                                           clock.now());
    auto const device = ids.make<DeviceId>();
    writer.execute("INSERT INTO device (facility_id, device_id, name, line, endpoint, unit, "
                   "profile, serial, machine_id) VALUES ($1, $2, $3, 'a', '', 1, 'p', $4, $5)",
                   facility_, device, slug + " meter", "SN-" + slug, id);
    writer.execute("INSERT INTO point (facility_id, channel, device_id, machine_id, name, unit, "
                   "counter, billing, modulus, resolution) "
                   "VALUES ($1, $2, $3, $4, 'energy_active_import', 'Wh', 1, 1, 0, 1)",
                   facility_, channel, device, id);
}

facility::Facility Centre::facility() const {
    return ledger.read(
        [&](store::Reader& reader) { return facility::find_facility(reader, facility_).value(); });
}

EnterpriseId Centre::enterprise(std::string const& name) {
    return ledger.read([&](store::Reader& reader) {
        for (auto const& one : people::all_enterprises(reader, facility_))
            if (one.name.en == name) return one.id;
        throw std::invalid_argument("no enterprise " + name);
    });
}

MachineId Centre::machine(std::string const& slug) {
    return ledger.read([&](store::Reader& reader) {
        for (auto const& one : facility::list_machines(reader, facility_))
            if (one.slug == slug) return one.id;
        throw std::invalid_argument("no machine " + slug);
    });
}

http::Principal Centre::person(std::string role, std::vector<EnterpriseId> enterprises) {
    auto const id = ids.make<PersonId>();
    people::Person person{
        .id = id, .login = role + id.text(), .name = {role, role}, .language = "en", .roles = {}};
    if (enterprises.empty()) person.roles.push_back({role, std::nullopt});
    for (auto const& enterprise : enterprises) person.roles.push_back({role, enterprise});
    return ledger.write([&](store::Writer& writer) {
        people::insert_person(writer, facility_, person, "not a hash", clock.now());
        return http::Principal{
            .facility = facility_, .person = id, .roles = {role}, .enterprises = enterprises};
    });
}

RateCardId Centre::add_rates(Instant from, std::vector<Component> components) {
    return add_card({.id = ids.make<RateCardId>(),
                     .name = "Prices",
                     .effective_from = from,
                     .source = "decided by the committee",
                     .components = std::move(components)});
}

RateCardId Centre::add_card(RateCard const& card) {
    return ledger.write([&](store::Writer& writer) {
        return insert_rate_card(writer, facility_, card, clock.now()).id;
    });
}

RateCardId Centre::add_usual_rates() {
    return add_rates(
        dhaka("2026-07-01 00:00"),
        {{0, "", Basis::kwh, Window::off_peak, {10'000'000}, {"Electricity", "বিদ্যুৎ"}},
         {0, "", Basis::kwh, Window::peak, {14'000'000}, {"Electricity, peak", "বিদ্যুৎ, পিক"}},
         {0, "laser", Basis::piece, Window::any, {2'500'000}, {"Cutting", "কাটিং"}},
         {0, "", Basis::minimum, Window::any, {50'000'000}, {"Minimum", "সর্বনিম্ন"}}});
}

BookingId Centre::book(Use const& use) {
    booking::Booking booked{.facility = facility_,
                            .id = ids.make<BookingId>(),
                            .machine = machine(use.machine),
                            .enterprise = enterprise(use.enterprise),
                            .created_by = person("operator", {}).person,
                            .during = use.during,
                            .occupied_until = use.during.end};
    ledger.write([&](store::Writer& writer) {
        booking::insert_booking(writer, booked, use.during.start);
        auto steps = use.steps;
        steps.insert(steps.begin(), {use.during.start, booking::State::running, true, ""});
        for (auto const& step : steps) {
            auto const person = step.by_person ? std::optional{booked.created_by} : std::nullopt;
            booking::change_state(writer, booked, step.to, person, step.reason, step.at);
            booked.state = step.to;
        }
        return true;
    });
    return booked.id;
}

void Centre::complete(store::Writer& writer, BookingId const& id, Instant at) {
    auto const booked = booking::find_booking(writer, facility_, id).value();
    if (booking::is_live(booked.state))
        booking::change_state(writer, booked, booking::State::completed, booked.created_by, "", at);
}

void Centre::add_outage(std::optional<std::string> const& slug, Interval during) {
    facility::Outage outage{
        .id = ids.make<OutageId>(), .during = during, .kind = "load_shedding", .reason = "PBS"};
    if (slug) outage.machine = machine(*slug);
    ledger.write([&](store::Writer& writer) {
        facility::insert_outage(writer, facility_, outage, clock.now());
        return true;
    });
}

SessionId Centre::begin(Use const& use) {
    UsageSession session;
    session.facility = facility_;
    session.id = ids.make<SessionId>();
    session.machine = machine(use.machine);
    session.enterprise = enterprise(use.enterprise);
    session.kind = *metering::session_kind_of(kKind);
    session.opened_by = metering::Opener::operator_;
    session.start = use.during.start;
    if (!use.steps.empty()) {
        session.booking = book(use);
        session.kind = metering::SessionKind::booked;
        session.opened_by = metering::Opener::booking;
    }
    auto const channel = channels_.at(use.machine);
    if (!use.readings.empty())
        session.registers.push_back(register_of(use.readings.front(), Edge::start, channel));
    ledger.write([&](store::Writer& writer) {
        metering::open_session(writer, session, "");
        return true;
    });
    return session.id;
}

SessionId Centre::use(Use const& use) {
    auto const id = begin(use);
    auto const channel = channels_.at(use.machine);
    ledger.write([&](store::Writer& writer) {
        for (std::size_t i = 1; i + 1 < use.readings.size(); ++i)
            metering::add_register(writer, facility_, id,
                                   register_of(use.readings[i], Edge::boundary, channel));
        std::optional<Register> stop;
        if (!use.readings.empty()) stop = register_of(use.readings.back(), Edge::stop, channel);
        auto const session = metering::find_session(writer, facility_, id).value();
        if (session.booking) complete(writer, *session.booking, use.during.end);
        return metering::close_session(writer, session, use.during.end, stop, use.pieces,
                                       use.quality);
    });
    return id;
}

SessionId Centre::half_an_hour(std::string const& name, std::string const& day, std::int64_t wh,
                               std::vector<Use::Step> steps) {
    auto& meter = meters_["laser"];
    Interval const during{dhaka(day + " 10:00"), dhaka(day + " 10:30")};
    Energy const after = meter + Energy{wh};
    auto const id = use({.enterprise = name,
                         .during = during,
                         .readings = {{during.start, meter}, {during.end, after}},
                         .steps = std::move(steps)});
    meter = after;
    return id;
}

std::vector<InvoiceId> Centre::run(std::string const& period) {
    auto const during = period_interval(zone, period).value();
    charge_sessions_of(ledger, facility_, zone, during, clock.now());
    return ledger.write([&](store::Writer& writer) {
        lock_billing(writer, facility_);
        auto const gathered = gather(writer, facility_, ids, period, clock.now()).value();
        if (!keep(writer, facility_, gathered, clock.now())) throw std::logic_error("not kept");
        auto const plan =
            plan_run(writer, facility_, run_input(writer, facility_, during, clock.now()), period,
                     std::nullopt)
                .value();
        return apply_run(writer, facility_, ids, period, plan, clock.now());
    });
}

Result<Invoice> Centre::finalise(InvoiceId const& id) {
    auto const seller = facility();
    return ledger.write([&](store::Writer& writer) {
        return finalize(writer, seller, zone, ids, id, clock.now());
    });
}

std::vector<Invoice> Centre::invoices() {
    return ledger.read(
        [&](store::Reader& reader) { return list_invoices(reader, facility_, {.limit = 1000}); });
}

std::vector<std::string> Centre::findings() {
    auto const seller = facility();
    return ledger.read([&](store::Reader& reader) {
        auto found = verify_charges(reader, facility_, zone);
        for (auto const& more : {verify_invoices(reader, seller), verify_ledger(reader, facility_)})
            found.insert(found.end(), more.begin(), more.end());
        return found;
    });
}

http::Response Centre::call(http::Principal const& who, std::string method,
                            std::string const& target, std::string body, std::string key) {
    tests::Headers headers;
    if (!key.empty()) headers.emplace_back("idempotency-key", std::move(key));
    return tests::ask(
        router, who,
        tests::request_of(std::move(method), target, std::move(body), std::move(headers)),
        [&](std::string const& operation) { return people::may_call(who, operation); });
}

http::Response Centre::get(http::Principal const& who, std::string const& target) {
    return call(who, "GET", target, "", "");
}

http::Response Centre::post(http::Principal const& who, std::string const& path, std::string body) {
    return call(who, "POST", path, std::move(body), ids.make<BookingId>().text());
}

}  // namespace karkhana::billing
