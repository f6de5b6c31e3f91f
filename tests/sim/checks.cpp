#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <ranges>

#include "server/app/verify.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/halt_records.hpp"
#include "server/billing/invoices.hpp"
#include "server/booking/records.hpp"
#include "server/metering/balance.hpp"
#include "server/metering/devices.hpp"
#include "tests/sim/story.hpp"

namespace karkhana::sim {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

/// Watt-hours that a disc may turn on while the daemon asks: the laser's is 0.5 a second.
constexpr std::int64_t most_turned = 2;

/// Whether energy costs this, however it was split between peak and off-peak.
bool some_split_costs(Job job, std::int64_t energy_wh, std::int64_t billed_poisha) {
    job.stop_wh = job.start_wh + energy_wh;
    for (std::int64_t peak = 0; peak <= energy_wh; ++peak)
        if (Prices{}.cost(job, peak) == billed_poisha) return true;
    return false;
}

bool held(http::Response const& answer) {
    return answer.status == 409 && answer.body.find("unresolved_readings") != std::string::npos;
}

}  // namespace

bool Story::check_job(std::string const& booking, Job job) {
    auto& ledger = house_->ledger();
    auto const facility = house_->prepared().facility.id;
    auto const& zone = house_->prepared().zone;
    auto const sessions = ledger.read([&](store::Reader& reader) {
        return metering::sessions_of_booking(reader, facility, *BookingId::parse(booking));
    });
    auto const fail = [&](std::string const& what) {
        fmt::print(stderr, "booking {} on {}, {} to {}, clock set {} times ({}), {}: {}\n", booking,
                   job.machine, to_rfc3339(job.start, zone), to_rfc3339(job.stop, zone),
                   job.set_by.size(), job.doubtful ? "closed" : "open",
                   name_of(sessions.front().quality), what);
        auto const history = ledger.read([&](store::Reader& reader) {
            return booking::history_of(reader, facility, *BookingId::parse(booking));
        });
        for (auto const& reg : sessions.front().registers)
            fmt::print(stderr, "  {} {} Wh, {}, {}\n", to_rfc3339(reg.at, zone), reg.value.wh,
                       name_of(reg.edge), name_of(reg.method));
        for (auto const& step : history)
            fmt::print(stderr, "  {} {} by {}: {}\n", to_rfc3339(step.at, zone), name_of(step.to),
                       step.person ? "a person" : "the daemon", step.reason);
        return false;
    };
    if (sessions.size() != 1) return fail(fmt::format("{} sessions", sessions.size()));
    auto const& session = sessions.front();
    if (!session.energy) return fail("is not closed");
    bool const shared = std::ranges::count(sharers, job.machine) > 0;
    if (shared) {
        if (auto const fault = fault_of_shared(session, job); !fault.empty()) return fail(fault);
    } else if (session.energy->wh != job.energy_wh())
        return fail(fmt::format("{} Wh by the daemon, {} Wh by the machine", session.energy->wh,
                                job.energy_wh()));
    if (session.quality != Quality::good) ++estimated_;
    if (session.quality == Quality::questionable) ++doubted_;
    if (job.doubtful && session.quality != Quality::questionable)
        return fail("was on while the clock was set, and nobody doubts it");
    // In an hour that comes twice, what a meter did the first time may be taken for the second; and
    // a meter that falls silent in the middle of its quarter may seem to contradict its power.
    bool const explained = job.start < job.latest_start || stood_still(session);
    if (job.set_by.empty() && !explained && session.quality == Quality::questionable)
        return fail("is doubted for nothing");
    auto const charges = ledger.read([&](store::Reader& reader) {
        return billing::charges_of_sessions(reader, facility, {session.id});
    });
    std::int64_t billed = 0;
    for (auto const& [id, of_session] : charges)
        for (auto const& charge : of_session) billed += charge.term.amount.poisha;
    if (session.start < job.start || session.start > job.latest_start + 30s ||
        *session.stop > job.latest_stop)
        return fail(fmt::format("was used from {} to {} by the daemon, asked from {} to {}",
                                to_rfc3339(session.start, zone), to_rfc3339(*session.stop, zone),
                                to_rfc3339(job.start, zone), to_rfc3339(job.stop, zone)));
    if (session.quality == Quality::questionable)
        return charges.empty() || fail("is billed before anybody has looked at it");
    billed_poisha_ += billed;
    if (!check_time(session, job))
        return fail(fmt::format("was billed for {} s, its contact was closed for {} s", job.used_s,
                                job.closed / 1s));
    return check_money(session, job, billed) ||
           fail(fmt::format("{} poisha billed, {} by the oracle", billed,
                            Prices{}.cost(job, peak_wh(job, 0))));
}

bool Story::stood_still(metering::UsageSession const& session) const {
    auto const history = house_->ledger().read([&](store::Reader& reader) {
        return booking::history_of(reader, session.facility, session.booking.value());
    });
    return std::ranges::any_of(history,
                               [](auto const& step) { return step.to == booking::State::paused; });
}

/// Whether nobody worked at the other machine behind its meter meanwhile.
bool Story::alone(Job const& job) const {
    return std::ranges::none_of(done_, [&](auto const& one) {
        auto const& other = one.second;
        bool const beside =
            std::ranges::count(sharers, other.machine) > 0 && other.machine != job.machine;
        return beside && other.began < job.ended && job.began < other.ended;
    });
}

/// Of a shared meter nobody knows more than bounds: they hold what the machine used. Whoever was
/// alone has it all.
std::string Story::fault_of_shared(metering::UsageSession const& session, Job const& job) const {
    std::int64_t least = 0, most = 0;
    for (auto const& reg : session.registers) {
        if (!reg.share) continue;
        least += reg.share->least.wh;
        most += reg.share->most.wh;
    }
    auto const used = job.energy_wh();
    if (used < least || used > most)
        return fmt::format("between {} and {} Wh by the daemon, {} Wh by the machine", least, most,
                           used);
    if (!alone(job) || session.energy->wh == used) return {};
    return fmt::format("{} Wh of a meter that it had alone, {} Wh by the machine",
                       session.energy->wh, used);
}

/// Each watt-hour that passed a meter is somewhere, in every period.
bool Story::check_meters() {
    auto const facility = house_->prepared().facility.id;
    auto const points = house_->ledger().read(
        [&](store::Reader& reader) { return metering::list_points(reader, facility); });
    auto const began = parse_rfc3339("2026-11-15T00:00:00+06:00").value();
    auto const minutes = (clocks_.wall.now() - began) / 1min;
    std::int64_t counted = 0, idle = 0;
    bool holds = true;
    auto const look = [&](Channel channel, Interval during) {
        auto const found =
            metering::balance(house_->ledger(), house_->telemetry(), facility, channel, during);
        auto const rise = found->register_end - found->register_start;
        if (sum_of(*found) == rise && found->sessions.wh >= 0 && found->idle.wh >= 0) return *found;
        std::fprintf(stderr, "channel %d: %lld Wh counted, %lld billed, %lld idle\n",
                     static_cast<int>(channel), static_cast<long long>(rise.wh),
                     static_cast<long long>(found->sessions.wh),
                     static_cast<long long>(found->idle.wh));
        holds = false;
        return *found;
    };
    for (auto const& point : points) {
        if (!point.counter || point.unit != Unit::wh) continue;
        auto const whole = look(point.channel, {began, clocks_.wall.now()});
        counted += (whole.register_end - whole.register_start).wh;
        idle += whole.idle.wh;
        for (int i = 0; i < 20; ++i) {
            auto const cut = began + std::chrono::minutes{between(1, minutes - 1)};
            auto const before = look(point.channel, {began, cut});
            auto const after = look(point.channel, {cut, clocks_.wall.now()});
            holds = before.sessions + after.sessions == whole.sessions && holds;
            holds = before.idle + after.idle == whole.idle && holds;
        }
    }
    // What passed a shared meter while the clock was set may be nobody's: its jobs are doubted.
    std::int64_t used = 0, doubted = 0;
    for (auto const& [booking, job] : done_) {
        used += job.energy_wh();
        bool const shared = std::ranges::count(sharers, job.machine) > 0;
        if (shared && !job.set_by.empty()) doubted += job.energy_wh();
    }
    if (counted == used && idle <= doubted) return holds;
    std::fprintf(stderr, "%lld Wh by the meters, %lld of it idle, %lld by the machines\n",
                 static_cast<long long>(counted), static_cast<long long>(idle),
                 static_cast<long long>(used));
    return false;
}

/// Nobody pays for time in the dark: what counts as used is what the contact was closed, but for
/// the time in which a line that was silent is asked again.
bool Story::check_time(metering::UsageSession const& session, Job& job) {
    constexpr auto found_out = 2min;
    auto const halts = house_->ledger().read([&](store::Reader& reader) {
        return billing::kept_halts(reader, house_->prepared().facility.id,
                                   {session.id})[session.id];
    });
    Duration used{0};
    Interval const whole{session.start, *session.stop};
    for (auto const& stretch : billing::running_of(whole, halts)) used += stretch.length();
    job.used_s = used / 1s;
    job.cut_short = billing::cut_short(whole, halts);
    if (!halts.empty()) ++dark_;
    auto most = job.closed + found_out;
    for (auto const by : job.set_by) most += std::max(by, Duration{});
    return used <= most;
}

/// Where the daemon could not ask when the prices changed, any split of the energy may be right.
bool Story::check_money(metering::UsageSession const& session, Job const& job,
                        std::int64_t billed_poisha) {
    // The machine's own disc does not tell when its part of the meter was counted.
    if (std::ranges::count(sharers, job.machine) > 0)
        return some_split_costs(job, session.energy->wh, billed_poisha);
    auto const low = peak_wh(job, 0);
    auto const& turned = std::views::iota(std::int64_t{0}, job.energy_wh() + 1);
    auto const right = [&](std::int64_t peak) { return Prices{}.cost(job, peak) == billed_poisha; };
    if (low != 0 && low != job.energy_wh()) ++across_;
    auto const read = [](auto const& part) { return part.method == metering::Method::read; };
    if (job.set_by.empty() && std::ranges::all_of(session.registers, read))
        return std::ranges::any_of(turned | std::views::take(most_turned),
                                   [&](auto by) { return right(peak_wh(job, by)); });
    ++blind_;
    return std::ranges::any_of(turned, right);
}

bool Story::check_contacts() {
    for (auto const& machine : loaded_.config.machines) {
        std::int64_t used = 0;
        for (auto const& [booking, job] : done_)
            if (job.machine == machine.slug) used += job.energy_wh();
        if (world_.shown(machine.slug).energy_wh - 1'000'000 == used) continue;
        std::fprintf(stderr, "%s drew %ld Wh outside of every session\n", machine.slug.c_str(),
                     static_cast<long>(world_.shown(machine.slug).energy_wh - 1'000'000 - used));
        return false;
    }
    return true;
}

/// A bill that is final before its month is over says why.
constexpr char const* closing = R"({"reason": "The house closes."})";

/// Nobody settles a reading here: two people let the bill go without it.
bool Story::let_go(std::string const& path) {
    auto const who = house_->principal("accountant", std::nullopt);
    auto const asked =
        house_->ask(who, "POST", path + "/releases", R"({"reason":"nobody can say"})");
    if (asked.status != 201) return false;
    auto const id = std::string{json::parse(asked.body).at("id").as_string()};
    auto manager = house_->principal("manager", std::nullopt);
    manager.person = PersonId{SessionId::parse(id).value().uuid};  // anybody else
    auto const decided =
        house_->ask(manager, "POST", "/api/v1/releases/" + id + "/decision", R"({"granted":true})");
    return decided.status == 200 &&
           house_->ask(who, "POST", path + "/finalize", closing).status == 200;
}

/// Bills and finalises every month that the days touch. Each session that was used is on a bill.
bool Story::close_months() {
    auto const who = house_->principal("accountant", std::nullopt);
    auto const& zone = house_->prepared().zone;
    std::set<std::string> months;
    for (auto const& [booking, job] : done_) months.insert(billing::period_of(zone, job.stop));
    bool holds = true;
    for (auto const& month : months) {
        auto const run = house_->ask(who, "POST", "/api/v1/billing-runs",
                                     fmt::format(R"({{"period":"{}"}})", month));
        auto const answer = json::parse(run.body).as_object();
        for (auto const& skipped : answer.at("skipped").as_array()) {
            // Told to whoever bills, as long as nobody has said what is right.
            if (skipped.at("code").as_string() == "questionable") continue;
            std::fprintf(stderr, "%s left out: %s\n", month.c_str(),
                         json::serialize(skipped).c_str());
            holds = false;
        }
        for (auto const& invoice : answer.at("invoices").as_array()) {
            auto const path =
                fmt::format("/api/v1/invoices/{}", std::string{invoice.at("id").as_string()});
            auto const final = house_->ask(who, "POST", path + "/finalize", closing);
            holds = (final.status == 200 || (held(final) && let_go(path))) && holds;
        }
    }
    return holds;
}

/// What is on the bills is what the jobs cost, no less and no more.
bool Story::check_invoices() {
    bool holds = close_months();
    auto const invoices = house_->ledger().read([&](store::Reader& reader) {
        return billing::final_invoices(reader, house_->prepared().facility.id);
    });
    std::int64_t invoiced = 0;
    for (auto const& invoice : invoices) invoiced += invoice.total.poisha;
    if (invoiced == billed_poisha_) return holds;
    std::fprintf(stderr, "%lld poisha on the bills, %lld by the jobs\n",
                 static_cast<long long>(invoiced), static_cast<long long>(billed_poisha_));
    return false;
}

bool Story::check_day() {
    bool holds = check_contacts();
    for (auto const& [booking, job] : done_)
        if (checked_.insert(booking).second) holds = check_job(booking, job) && holds;
    holds = check_meters() && holds;
    holds_ = holds && holds_;
    return holds;
}

bool Story::check() {
    holds_ = check_invoices() && holds_;
    auto const verified =
        app::verify_facility(house_->ledger(), &house_->telemetry(), house_->prepared().facility);
    for (auto const& finding : verified.findings) std::fprintf(stderr, "%s\n", finding.c_str());
    fmt::print(
        "seed {}, {} days: {} jobs, {} across a change of prices ({} read blind), {} stood still, "
        "{} refused, {} estimated, {} doubted, {} kills, {} cuts, {} times the clock was set, {} "
        "times the disk was full ({} readings lost), {} invoices of {} poisha\n",
        options_.seed, options_.days, done_.size(), across_, blind_, dark_, refused_, estimated_,
        doubted_, kills_, cuts_, steps_, fills_, dropped_ + house_->dropped(), verified.invoices,
        billed_poisha_);
    return holds_ && verified.findings.empty() && !done_.empty();
}

}  // namespace karkhana::sim
