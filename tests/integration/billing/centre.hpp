#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/billing/api.hpp"
#include "server/billing/finalize.hpp"
#include "server/billing/runs.hpp"
#include "server/booking/booking.hpp"
#include "server/metering/session.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::billing {

/// "2026-11-20 16:40" or "2026-11-20 16:40:05" in Dhaka.
Instant dhaka(std::string const& text);

/// What one use of a machine left behind.
struct Use {
    std::string machine = "laser";
    std::string enterprise = "Lakshmi";
    Interval during;
    struct Reading {
        Instant at;
        Energy value;
        Quality quality = Quality::good;
    };
    std::vector<Reading> readings;  ///< first START, last STOP, between them boundaries
    std::optional<std::int64_t> pieces;
    Quality quality = Quality::good;
    /// What happened to its booking between START and STOP; none: nobody had booked.
    struct Step {
        Instant at;
        booking::State to = booking::State::paused;
        bool by_person = true;
        std::string reason;
    };
    std::vector<Step> steps;
};

/// A service centre around a store: machines with meters, MEs, people, and the routes of billing
/// and exports as the dispatcher would call them.
class Centre {
public:
    /// Furnishes an empty ledger.
    explicit Centre(store::Store& ledger);
    /// Finds what another Centre has furnished.
    Centre(store::Store& ledger, FacilityId const& facility);

    facility::Facility facility() const;
    EnterpriseId enterprise(std::string const& name);
    MachineId machine(std::string const& slug);
    http::Principal person(std::string role, std::vector<EnterpriseId> enterprises);

    RateCardId add_card(RateCard const& card);
    /// Prices from a moment on; their sequence is their order.
    RateCardId add_rates(Instant from, std::vector<Component> components);
    /// Tk 10.00 a kWh off-peak, Tk 14.00 in the peak, Tk 2.50 a piece, at least Tk 50.00.
    RateCardId add_usual_rates();

    SessionId begin(Use const& use);
    /// A closed session with its registers: a walk-in's, or a booking's when it has steps.
    SessionId use(Use const& use);
    /// A booking, with what happened to it.
    BookingId book(Use const& use);
    /// Of one machine, or of the whole centre.
    void add_outage(std::optional<std::string> const& machine, Interval during);
    /// Half an hour of the laser on that day, so many watt-hours, off-peak.
    SessionId half_an_hour(std::string const& enterprise, std::string const& day, std::int64_t wh,
                           std::vector<Use::Step> steps = {});

    int charge() { return charge_closed_sessions(ledger, facility_, zone, clock.now()); }
    /// Charges and puts onto drafts; returns the invoices touched.
    std::vector<InvoiceId> run(std::string const& period);
    Result<Invoice> finalise(InvoiceId const& id);
    std::vector<Invoice> invoices();
    /// Everything that `verify` finds.
    std::vector<std::string> findings();

    http::Response call(http::Principal const& who, std::string method, std::string const& target,
                        std::string body, std::string key);
    http::Response get(http::Principal const& who, std::string const& target);
    /// With an Idempotency-Key of its own.
    http::Response post(http::Principal const& who, std::string const& path, std::string body);

    store::Store& ledger;
    ManualWallClock clock{dhaka("2026-12-01 09:00")};
    Zone zone = Zone::find("Asia/Dhaka").value();
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, clock};
    RateCardCache rate_cards;
    http::Router router;

private:
    void add_machine(store::Writer& writer, std::string const& slug, std::string const& piece_unit,
                     Channel channel);
    void complete(store::Writer& writer, BookingId const& id, Instant at);
    void add_export_routes();
    void add_enterprise(store::Writer& writer, std::string const& en, std::string const& bn);

    FacilityId facility_;
    std::map<std::string, Channel> channels_{{"laser", 1}, {"press", 2}};
    std::map<std::string, Energy> meters_;  ///< where half_an_hour goes on
};

}  // namespace karkhana::billing
