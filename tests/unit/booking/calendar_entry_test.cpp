#include <gtest/gtest.h>

#include "server/booking/calendar_entry.hpp"
#include "server/ical/read.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;

facility::Facility const workshop{.id = {},
                                  .slug = "bhairab",
                                  .name = {"Bhairab Workshop", "ভৈরব কারখানা"},
                                  .address = {"Kamalpur", "কমলপুর"},
                                  .zone = "Asia/Dhaka"};
facility::Name const laser_name{"Laser 1", "লেজার ১"};
facility::Name const mita{"Mita Leather", "মিতা লেদার"};

Booking booked(State state) {
    return {.id = BookingId::parse("01890000-0000-7000-8000-000000000001").value(),
            .during = {dhaka("2026-11-24 10:00"), dhaka("2026-11-24 11:30")},
            .state = state,
            .calendar_sequence = 2,
            .quantity = 40,
            .note = "red; soft"};
}

std::string sent(State state, Language language) {
    auto const booking = booked(state);
    return invitation({.booking = booking,
                       .facility = workshop,
                       .machine = laser_name,
                       .party = &mita,
                       .changed = dhaka("2026-11-21 08:00")},
                      {.organizer = "desk@bhairab.example", .attendees = {"mita@example.org"}},
                      language);
}

TEST(Invitation, AsksForTheTimeOfABooking) {
    EXPECT_EQ(sent(State::confirmed, Language::en),
              "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Karkhana//Karkhana//EN\r\n"
              "CALSCALE:GREGORIAN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
              "UID:01890000-0000-7000-8000-000000000001@bhairab\r\nSEQUENCE:2\r\n"
              "DTSTAMP:20261121T020000Z\r\nDTSTART:20261124T040000Z\r\nDTEND:20261124T053000Z\r\n"
              "STATUS:CONFIRMED\r\nSUMMARY:Laser 1: Mita Leather\r\n"
              "DESCRIPTION:Confirmed\\nQuantity: 40\\nred\\; soft\r\n"
              "LOCATION:Bhairab Workshop\\, Kamalpur\r\nORGANIZER:mailto:desk@bhairab.example\r\n"
              "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:mita@exam\r\n"
              " ple.org\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}

TEST(Invitation, TakesBackWhatIsGivenUp) {
    for (auto const state : {State::cancelled, State::late_cancelled, State::released}) {
        auto const text = sent(state, Language::bn);
        EXPECT_NE(text.find("\r\nMETHOD:CANCEL\r\n"), text.npos) << name_of(state);
        auto const event = ical::read_calendar(text).value().at(0);
        EXPECT_TRUE(event.cancelled);
        EXPECT_EQ(event.uid, "01890000-0000-7000-8000-000000000001@bhairab");
        EXPECT_EQ(event.summary, "লেজার ১: মিতা লেদার");
    }
    EXPECT_NE(sent(State::pending, Language::bn).find("STATUS:TENTATIVE"), std::string::npos);
    EXPECT_NE(sent(State::running, Language::bn).find("পরিমাণ: ৪০"), std::string::npos);
}

}  // namespace
}  // namespace karkhana::booking
