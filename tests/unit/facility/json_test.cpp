#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/facility/json.hpp"

namespace karkhana::facility {
namespace {

TEST(FacilityJson, HasWhatTheContractRequires) {
    Facility const facility{.id = FacilityId::parse("01900000-0000-7000-8000-000000000001").value(),
                            .slug = "bhairab",
                            .name = {"Bhairab", "ভৈরব"},
                            .zone = "Asia/Dhaka"};
    EXPECT_EQ(boost::json::serialize(facility_json(facility, {{6, 480, 1200}})),
              R"({"id":"01900000-0000-7000-8000-000000000001","slug":"bhairab",)"
              R"("name":{"en":"Bhairab","bn":"ভৈরব"},"zone":"Asia/Dhaka","currency":"BDT",)"
              R"("week_starts":7,)"
              R"("opening_hours":[{"weekday":6,"opens_minute":480,"closes_minute":1200}]})");
}

TEST(MachineJson, WhatIsNotCountedHasNoUnit) {
    Machine machine{.slug = "cad", .name = {"CAD", "ক্যাড"}, .kind = "cad", .out_of_order = true};
    auto out = machine_json(machine);
    EXPECT_TRUE(out.at("piece_unit").is_null());
    EXPECT_FALSE(out.at("bookable").as_bool());
    EXPECT_EQ(out.at("buffer_minutes").as_int64(), 0);
    machine.piece_unit = "pair";
    machine.out_of_order = false;
    machine.buffer_minutes = 10;
    out = machine_json(machine);
    EXPECT_EQ(out.at("piece_unit").as_string(), "pair");
    EXPECT_EQ(out.at("buffer_minutes").as_int64(), 10);
    EXPECT_TRUE(out.at("bookable").as_bool());
}

TEST(OutageJson, OfTheWholeFacilityHasNoMachine) {
    Outage const outage{
        .during = {instant(0), instant(3'600'000'000)}, .kind = "load_shedding", .reason = "PBS"};
    auto const out = outage_json(outage, Zone::find("Asia/Dhaka").value());
    EXPECT_TRUE(out.at("machine_id").is_null());
    EXPECT_EQ(out.at("end").as_string(), "1970-01-01T07:00:00+06:00");
}

}  // namespace
}  // namespace karkhana::facility
