#pragma once

#include "tests/integration/booking/life.hpp"

namespace karkhana::booking {

class BookingQueue : public LifeTest {
protected:
    BookingQueue() {
        for (auto const* name : {"first", "second", "third"}) {
            auto const id = shop.add_enterprise(name);
            parties.push_back({id, shop.add_person(std::string("of-") + name, "member", {id})});
        }
    }
    std::string join_body(std::string const& from, std::string const& until, int minutes) {
        return R"({"machine_id":")" + laser.id.text() + R"(","from":")" +
               shop.time(dhaka("2026-11-21 " + from)) + R"(","until":")" +
               shop.time(dhaka("2026-11-21 " + until)) + R"(","length_minutes":)" +
               std::to_string(minutes) + "}";
    }
    /// `more`: further members, each with its comma.
    std::string joins_with(http::Principal const& who, std::string const& more,
                           std::string const& from = "09:00", std::string const& until = "17:00") {
        auto body = join_body(from, until, 60);
        body.insert(body.size() - 1, more);
        auto const answer = shop.post(who, "/api/v1/waitlist", body);
        EXPECT_EQ(answer.status, 201) << answer.body;
        shop.clock.advance(std::chrono::seconds{1});
        return text_of(json_of(answer), "id");
    }
    std::string joins(http::Principal const& who, std::string const& from = "09:00",
                      std::string const& until = "17:00", int minutes = 60) {
        auto const answer = shop.post(who, "/api/v1/waitlist", join_body(from, until, minutes));
        EXPECT_EQ(answer.status, 201) << answer.body;
        shop.clock.advance(std::chrono::seconds{1});
        return text_of(json_of(answer), "id");
    }
    /// All three in their order.
    std::vector<std::string> all_join() {
        std::vector<std::string> ids;
        for (auto const& party : parties) ids.push_back(joins(party.member));
        return ids;
    }
    http::Response answer(http::Principal const& who, std::string const& entry,
                          std::string const& action, std::string const& body = "{}") {
        return shop.post(who, "/api/v1/waitlist/" + entry + "/" + action, body);
    }
    std::string entry_state(std::string const& entry) {
        return ledger().read([&](store::Reader& reader) {
            return std::string(
                name_of(find_entry(reader, shop.facility, *WaitlistEntryId::parse(entry))->state));
        });
    }
    std::string states(std::vector<std::string> const& entries) {
        std::string text;
        for (auto const& entry : entries) text += (text.empty() ? "" : " ") + entry_state(entry);
        return text;
    }
    /// "joined first, skipped first suspended, offered second", oldest first.
    std::string log() {
        auto const body = json_of(shop.get(shop.manager, "/api/v1/waitlist/log?limit=100"));
        std::vector<std::string> lines;
        for (auto const& item : body.at("items").as_array()) {
            auto const& event = item.as_object();
            auto line = text_of(event, "what") + " " +
                        text_of(event.at("enterprise").at("name").as_object(), "en");
            for (auto const& rule : event.at("rules").as_array())
                line += " " + std::string(rule.as_string());
            lines.insert(lines.begin(), line);
        }
        std::string text;
        for (auto const& line : lines) text += (text.empty() ? "" : ", ") + line;
        return text;
    }
    std::optional<std::int64_t> broken() {
        return ledger().read(
            [&](store::Reader& reader) { return first_broken_queue(reader, shop.facility); });
    }

    struct Party {
        EnterpriseId id;
        http::Principal member;
    };
    std::vector<Party> parties;
    std::string taken = booked(shop.member, saturday("09:00", "13:00"));
    std::string taken_too = booked(shop.member, saturday("13:00", "17:00"));
};

}  // namespace karkhana::booking
