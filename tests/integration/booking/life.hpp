#pragma once

#include <gtest/gtest.h>
#include <set>

#include "server/booking/life_records.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/sweep.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/book_changes.hpp"
#include "server/people/audit.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {

inline Interval saturday(std::string const& from, std::string const& until) {
    return {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)};
}

/// A workshop with one laser, and short ways to live through a day in it.
class LifeTest : public tests::StoreTest {
protected:
    using Member = http::Principal;

    std::string booked(Member const& who, Interval during) {
        auto const answer = shop.book(who, laser.id, during);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return text_of(json_of(answer), "id");
    }
    Booking find(std::string const& id) {
        return ledger().read([&](store::Reader& reader) {
            return find_booking(reader, shop.facility, *BookingId::parse(id)).value();
        });
    }
    /// The resources that the booking holds.
    std::vector<ResourceId> held(std::string const& id) {
        std::vector<ResourceId> found;
        ledger().read([&](store::Reader& reader) {
            for (auto const& each : held_by(reader, shop.facility, *BookingId::parse(id)))
                found.push_back(each.resource);
            return true;
        });
        return found;
    }
    std::string state(std::string const& id) { return std::string(name_of(find(id).state)); }
    http::Response act(Member const& who, std::string const& id, std::string const& action,
                       std::string const& body = "{}") {
        return shop.post(who, "/api/v1/bookings/" + id + "/" + action, body);
    }
    /// Moves it to these times of the same Saturday; `more` is added to the body.
    http::Response change(Member const& who, std::string const& id, std::string const& from,
                          std::string const& until, std::string const& more = "") {
        auto const to = saturday(from, until);
        return shop.patch(who, id, find(id).version,
                          R"({"start":")" + shop.time(to.start) + R"(","end":")" +
                              shop.time(to.end) + "\"" + more + "}");
    }
    void at(std::string const& clock) { shop.clock.set(dhaka("2026-11-21 " + clock)); }
    std::size_t sweep() { return Sweep{shop.services}.run().size(); }
    std::size_t sweep_at(std::string const& clock) {
        at(clock);
        return sweep();
    }
    void set(std::string const& name, std::int64_t value) {
        ledger().write([&](store::Writer& writer) {
            facility::insert_setting(writer, shop.facility, shop.ids.make<SettingId>(),
                                     {.name = name,
                                      .machine = {},
                                      .group = {},
                                      .membership = "",
                                      .season = "",
                                      .value = value,
                                      .from = dhaka("2026-01-01 00:00")},
                                     std::nullopt, shop.clock.now());
            return true;
        });
    }
    void generator(std::int64_t watts) {
        ledger().write([&](store::Writer& writer) {
            return writer.execute("UPDATE facility SET generator_w = $2 WHERE facility_id = $1",
                                  shop.facility, watts);
        });
    }
    void force(std::string const& id, State to) {
        ledger().write([&](store::Writer& writer) {
            auto const booking = find_booking(writer, shop.facility, *BookingId::parse(id)).value();
            return change_state(writer, booking, to, std::nullopt, "", shop.clock.now());
        });
    }
    /// The actions of the audit trail with this subject's kind, oldest first, joined by spaces.
    std::string told(std::string const& kind = "booking") {
        auto records = ledger().read([&](store::Reader& reader) {
            return people::list_audit(reader, shop.facility, 0, 1000);
        });
        std::string text;
        for (auto at = records.rbegin(); at != records.rend(); ++at)
            if (at->event.subject.starts_with(kind + "/"))
                text += (text.empty() ? "" : " ") + at->event.action;
        return text;
    }
    /// "late_cancel 30 min 3000", "no_show 60 min free", with "withdrawn" when it is.
    std::string fees(std::string const& id) {
        std::string text;
        auto const kept = ledger().read([&](store::Reader& reader) {
            return fees_of(reader, shop.facility, *BookingId::parse(id));
        });
        for (auto const& fee : kept) {
            text += (text.empty() ? "" : ", ") + std::string(name_of(fee.fee.kind)) + " " +
                    std::to_string(fee.fee.minutes) + " min ";
            text += fee.fee.free ? "free" : std::to_string(fee.fee.amount.poisha);
            if (fee.withdrawn_at) text += " withdrawn";
        }
        return text;
    }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
};

/// With proposals of new times, and closures.
class DisplacedTest : public LifeTest {
protected:
    boost::json::array proposals(http::Principal const& who) {
        return json_of(shop.get(who, "/api/v1/proposals")).at("items").as_array();
    }
    /// "extend 10:00-11:45, move 12:00-13:00" in the order of the queue.
    std::string shown(http::Principal const& who) {
        std::string text;
        for (auto const& item : proposals(who)) {
            text += (text.empty() ? "" : ", ") + text_of(item.as_object(), "verdict");
            if (item.at("to").is_null()) continue;
            auto const& to = item.at("to").as_object();
            text +=
                " " + text_of(to, "start").substr(11, 5) + "-" + text_of(to, "end").substr(11, 5);
        }
        return text;
    }
    std::string first_of(http::Principal const& who) {
        return text_of(proposals(who).at(0).as_object(), "id");
    }
    http::Response take(http::Principal const& who, std::string const& id) {
        return shop.post(who, "/api/v1/proposals/" + id + "/take", "{}");
    }
    std::string close_body(std::string const& mode, std::string const& reason) {
        return R"({"from":")" + shop.time(dhaka("2026-11-21 09:00")) + R"(","until":")" +
               shop.time(dhaka("2026-11-21 17:00")) + R"(","kind":"flood","mode":")" + mode + "\"" +
               (reason.empty() ? "" : R"(,"reason":")" + reason + "\"") + "}";
    }
};

}  // namespace karkhana::booking
