// What closing a month costs: rating its sessions, the run, finalising every bill, and each proof
// of it afterwards. Arguments: MEs (1000), sessions of each (100), engine (sqlite or postgres).

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "server/billing/charges.hpp"
#include "server/billing/finalize.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/verify.hpp"
#include "server/exports/tables.hpp"
#include "server/facility/records.hpp"
#include "server/people/records.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::billing {
namespace {

constexpr int kMachines = 20;
constexpr auto kPeriod = "2026-11";

class Month {
public:
    Month(store::Store& ledger, int enterprises, int sessions)
        : ledger_(ledger), sessions_(sessions) {
        facility_ = {.id = ids_.make<FacilityId>(),
                     .slug = "bench",
                     .name = {"Bench", "বেঞ্চ"},
                     .address = {"", ""},
                     .zone = zone_.name()};
        ledger_.write([&](store::Writer& writer) {
            facility::insert_facility(writer, facility_, clock_.now());
            for (int i = 0; i < kMachines; ++i) add_machine(writer, i);
            for (int i = 0; i < enterprises; ++i) {
                auto const name = "ME " + std::to_string(i);
                enterprises_.push_back(ids_.make<EnterpriseId>());
                people::insert_enterprise(writer, facility_.id,
                                          {.id = enterprises_.back(), .name = {name, name}},
                                          clock_.now());
            }
            return insert_rate_card(writer, facility_.id, prices(), clock_.now()).version;
        });
        for (std::size_t i = 0; i < enterprises_.size(); ++i)
            ledger_.write([&](store::Writer& writer) {
                for (int s = 0; s < sessions_; ++s) add_session(writer, i, s);
                return true;
            });
    }

    void close() {
        time("rate the sessions", 0, [&] {
            return charge_sessions_of(ledger_, facility_.id, zone_, during_, clock_.now());
        });
        time("dry run", 0, [&] {
            return ledger_.read([&](store::Reader& reader) {
                return plan_run(reader, facility_.id,
                                run_input(reader, facility_.id, during_, clock_.now()), kPeriod,
                                std::nullopt)
                    .value()
                    .size();
            });
        });
        double closing = 0;
        std::vector<InvoiceId> drafts;
        closing += time("run", 0, [&] {
            drafts = run();
            return drafts.size();
        });
        closing += time("finalise all", 0, [&] {
            for (auto rest = std::span{drafts}; !rest.empty();) {
                auto const some = rest.first(std::min<std::size_t>(25, rest.size()));
                rest = rest.subspan(some.size());
                ledger_.write([&](store::Writer& writer) {
                    return finalize_all(writer, facility_, zone_, ids_, {some.begin(), some.end()},
                                        clock_.now());
                });
            }
            return drafts.size();
        });
        std::printf("%-28s %8.2f s, %.1f s wanted\n", "month close", closing, 5.0);
        double const bare = time("the same rows, bare", 0, [&] { return copy_rows(); });
        std::printf("%-28s %8.1f times the bare rows\n", "month close", closing / bare);
    }

    void prove() {
        time("verify charges", 10, [&] { return read(verify_charges, facility_.id, zone_); });
        time("verify invoices", 10, [&] { return read(verify_invoices, facility_); });
        std::vector<JournalEntry> const nothing;
        time("verify ledger", 10, [&] { return read(verify_ledger, facility_.id, nothing); });
    }

    void look() {
        time("list 50 invoices", 0, [&] {
            return ledger_.read([&](store::Reader& reader) {
                auto const found = list_invoices(reader, facility_.id, {.limit = 50});
                std::vector<InvoiceId> ids;
                for (auto const& invoice : found) ids.push_back(invoice.id);
                return charges_of_invoices(reader, facility_.id, ids).size();
            });
        });
        for (auto const* table : {"invoices", "usage", "journal"})
            time(std::string{table} + " as a table", 0, [&] {
                return ledger_.read([&](store::Reader& reader) {
                    return exports::find_table(table, reader,
                                               {facility_.id, zone_, kPeriod, during_})
                        ->rows()
                        .size();
                });
            });
        time("job that finds nothing", 0,
             [&] { return charge_closed_sessions(ledger_, facility_.id, zone_, clock_.now()); });
    }

private:
    template <class Work>
    double time(std::string const& what, double wanted, Work const& work) {
        auto const start = std::chrono::steady_clock::now();
        double const cpu = bench::cpu_seconds();
        auto const count = static_cast<long long>(work());
        std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
        std::printf("%-28s %8.2f s, CPU %.2f s, %lld", what.c_str(), took.count(),
                    bench::cpu_seconds() - cpu, count);
        if (wanted > 0) std::printf(" findings, %.1f s wanted", wanted);
        std::printf("\n");
        std::fflush(stdout);
        return took.count();
    }

    template <class Verify, class... Rest>
    std::size_t read(Verify verify, Rest const&... rest) {
        return ledger_.read([&](store::Reader& reader) { return verify(reader, rest...).size(); });
    }

    /// The bound: the engine alone writes the rows that closing the month has written.
    std::int64_t copy_rows() {
        return ledger_.write([&](store::Writer& writer) {
            writer.execute("CREATE TABLE bare_session AS SELECT * FROM invoice_session");
            writer.execute("CREATE TABLE bare_invoice AS SELECT * FROM invoice");
            writer.execute("CREATE TABLE bare_posting AS SELECT * FROM journal_posting");
            return writer
                .first("SELECT COUNT(*) FROM bare_session",
                       [](store::Row const& row) { return row.integer(0); })
                .value();
        });
    }

    std::vector<InvoiceId> run() {
        return ledger_.write([&](store::Writer& writer) {
            lock_billing(writer, facility_.id);
            auto const plan = plan_run(writer, facility_.id,
                                       run_input(writer, facility_.id, during_, clock_.now()),
                                       kPeriod, std::nullopt)
                                  .value();
            return apply_run(writer, facility_.id, ids_, kPeriod, plan, clock_.now());
        });
    }

    RateCard prices() {
        return {.id = ids_.make<RateCardId>(),
                .name = "Prices",
                .effective_from = instant(0),
                .source = "",
                .components = {{1, "", Basis::kwh, Window::off_peak, {10'000'000}, {"E", "বি"}},
                               {2, "", Basis::kwh, Window::peak, {14'000'000}, {"P", "পি"}},
                               {3, "", Basis::used_minute, Window::any, {1'000'000}, {"T", "স"}},
                               {4, "", Basis::minimum, Window::any, {50'000'000}, {"M", "ন"}}}};
    }

    void add_machine(store::Writer& writer, int number) {
        auto const slug = "machine-" + std::to_string(number);
        machines_.push_back(facility::save_machine(writer,
                                                   {.facility = facility_.id,
                                                    .id = ids_.make<MachineId>(),
                                                    .slug = slug,
                                                    .name = {slug, slug},
                                                    .kind = "laser",
                                                    .position = number},
                                                   clock_.now()));
        auto const device = ids_.make<DeviceId>();
        writer.execute("INSERT INTO device (facility_id, device_id, name, line, endpoint, unit, "
                       "profile, serial, machine_id) VALUES ($1, $2, $3, 'a', '', 1, 'p', $3, $4)",
                       facility_.id, device, slug, machines_.back());
        writer.execute("INSERT INTO point (facility_id, channel, device_id, machine_id, name, "
                       "unit, counter, billing, modulus, resolution) "
                       "VALUES ($1, $2, $3, $4, 'energy_active_import', 'Wh', 1, 1, 0, 1)",
                       facility_.id, number + 1, device, machines_.back());
    }

    /// An hour; every other one lies across the beginning of the peak.
    void add_session(store::Writer& writer, std::size_t enterprise, int number) {
        auto const id = ids_.make<SessionId>();
        auto const machine = (enterprise + static_cast<std::size_t>(number)) % kMachines;
        auto const start =
            at_minute(zone_, local_day(zone_, during_.start) + std::chrono::days{number % 28},
                      number % 2 == 0 ? 10 * 60 : 16 * 60 + 30);
        auto const stop = start + std::chrono::hours{1};
        writer.execute("INSERT INTO usage_session (facility_id, session_id, machine_id, "
                       "enterprise_id, kind, state, opened_by, start_at, quality) "
                       "VALUES ($1, $2, $3, $4, 'walk_in', 'open', 'power', $5, 'good')",
                       facility_.id, id, machines_[machine], enterprises_[enterprise], start);
        auto const keep = [&](std::string_view edge, Instant at, std::int64_t wh) {
            writer.execute("INSERT INTO usage_register (facility_id, session_id, channel, edge, "
                           "at, value_wh, carried_wh, words, quality, method) "
                           "VALUES ($1, $2, $3, $4, $5, $6, 0, '0012 D687', 'good', 'read')",
                           facility_.id, id, static_cast<std::int64_t>(machine) + 1, edge, at, wh);
        };
        keep("start", start, 1'234'567);
        if (number % 2 == 1) keep("boundary", start + std::chrono::minutes{30}, 1'235'000);
        keep("stop", stop, 1'236'789);
        writer.execute("UPDATE usage_session SET state = 'closed', stop_at = $3, energy_wh = 2222 "
                       "WHERE facility_id = $1 AND session_id = $2",
                       facility_.id, id, stop);
    }

    store::Store& ledger_;
    int sessions_;
    Zone zone_ = Zone::find("Asia/Dhaka").value();
    ManualWallClock clock_{parse_rfc3339("2026-12-01T09:00:00+06:00").value()};
    std::unique_ptr<Random> random_ = seeded_random(1);
    IdSource ids_{*random_, clock_};
    Interval during_ = period_interval(zone_, kPeriod).value();
    facility::Facility facility_;
    std::vector<MachineId> machines_;
    std::vector<EnterpriseId> enterprises_;
};

}  // namespace
}  // namespace karkhana::billing

int main(int count, char** words) {
    using karkhana::tests::Engine;
    int const enterprises = count > 1 ? std::atoi(words[1]) : 1000;
    int const sessions = count > 2 ? std::atoi(words[2]) : 100;
    bool const postgres = count > 3 && std::string{words[3]} == "postgres";
    karkhana::tests::ProjectStores stores(postgres ? Engine::postgres : Engine::sqlite);
    std::printf("%d MEs with %d sessions each, %s\n", enterprises, sessions,
                postgres ? "PostgreSQL" : "SQLite");
    karkhana::billing::Month month(stores.ledger(), enterprises, sessions);
    month.close();
    month.prove();
    month.look();
    return 0;
}
