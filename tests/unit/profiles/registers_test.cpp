// The profiles against the table of register facts that they were made from.

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "devices/profiles/exact.hpp"
#include "devices/profiles/load.hpp"

namespace karkhana::profiles {
namespace {

using Row = std::map<std::string, std::string>;

/// One line of comma-separated values; commas within quotes are text.
std::vector<std::string> cells_of(std::string const& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (char const c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            cells.emplace_back();
        else
            cells.back() += c;
    }
    return cells;
}

std::vector<Row> facts() {
    std::ifstream in("devices/profiles/registers.csv");
    std::string line;
    std::getline(in, line);
    auto const names = cells_of(line);
    std::vector<Row> rows;
    while (std::getline(in, line)) {
        auto const cells = cells_of(line);
        EXPECT_EQ(cells.size(), names.size()) << line;
        for (std::size_t i = 0; i < std::min(cells.size(), names.size()); ++i)
            if (i == 0)
                rows.push_back({{names[i], cells[i]}});
            else
                rows.back()[names[i]] = cells[i];
    }
    return rows;
}

/// Why a row is in no profile, or is there otherwise than the table says it.
std::string reason_to_leave_out(Row const& row) {
    auto const& device = row.at("device");
    auto const& quantity = row.at("quantity");
    auto const has = [&](char const* part) { return quantity.find(part) != std::string::npos; };
    if (row.at("type") == "string" || has("id_serial_number") || has("id_magic"))
        return "read as identity or model";
    if (row.at("type") == "command") return "no function of Modbus: it clears the counter";
    if (has("cfg_baud_code")) return "not to be touched in production";
    if (device == "laumas_w100_tlb" && has("digital_")) return "the first input is a point";
    if (device == "laumas_w100_tlb" && has("status_")) return "one bit of it is a point";
    if (device == "laumas_w100_tlb" && has("command")) return "written, and the table reads it";
    if (device == "waveshare_rtu_relay_8ch") return "described as a relay";
    bool const first_ones = device == "eastron_sdm120" || device == "eastron_sdm630";
    if (first_ones && (has("apparent") || has("reactive") || has("phase_angle") || has("demand")))
        return "a bill does not rest on it";
    return "";
}

WordType type_of(std::string const& name) {
    static std::map<std::string, WordType> const types = {
        {"float32", WordType::f32},  {"float32_4q_pf", WordType::f32}, {"uint16", WordType::u16},
        {"int16", WordType::s16},    {"uint32", WordType::u32},        {"int32", WordType::s32},
        {"uint64", WordType::u64},   {"int64", WordType::s64},         {"coil", WordType::bits},
        {"discrete", WordType::bits}};
    return types.at(name);
}

Point const* point_at(Profile const& profile, Row const& row) {
    int const function = std::stoi(row.at("fc"));
    int const address = std::stoi(row.at("address0"));
    auto const type = type_of(row.at("type"));
    for (auto const& point : profile.points) {
        if (point.function != function) continue;
        if (point.address == address && point.type == type) return &point;
        if (point.fraction && point.fraction->address == address && point.fraction->type == type)
            return &point;
    }
    return nullptr;
}

/// Of the table's unit and scale, in base units of the point's.
Scale scale_of(Row const& row, Point const& point) {
    auto unit = row.at("unit");
    if (unit == "per_M31") unit = "m3";
    if (unit == "pulse") unit = "count";
    if (unit == "division") unit = "g";
    if (unit.empty()) unit = point.unit == Unit::permille ? "1" : "count";
    auto const named = named_unit(unit);
    auto const scale = exact(row.at("scale"));
    if (!named || !scale) return {0, 1};
    bool const same = point.type == WordType::bits || named->unit == point.unit;
    EXPECT_TRUE(same) << point.name << " in " << unit;
    return product(*scale, {named->base_units, 1}).value_or(Scale{0, 1});
}

TEST(RegisterFacts, AreInTheProfiles) {
    config::Problems problems;
    std::map<std::string, Profile> profiles;
    for (auto& profile : load_profiles("devices/profiles", problems))
        profiles[profile.device] = std::move(profile);
    auto const rows = facts();
    ASSERT_EQ(rows.size(), 530U);
    std::set<std::string> devices;
    for (auto const& row : rows) {
        auto const where = row.at("device") + " " + row.at("address0") + " " + row.at("quantity");
        devices.insert(row.at("device"));
        ASSERT_TRUE(profiles.contains(row.at("device"))) << where;
        if (!reason_to_leave_out(row).empty()) continue;
        auto const* const point = point_at(profiles[row.at("device")], row);
        ASSERT_NE(point, nullptr) << where;
        EXPECT_EQ(point->order == WordOrder::little, row.at("wordorder") == "little") << where;
        EXPECT_EQ(point->byte_order, WordOrder::big) << where;
        EXPECT_EQ(point->scale, scale_of(row, *point)) << where;
        EXPECT_FALSE(row.at("confidence") == "C" && point->billing) << where;
    }
    EXPECT_EQ(devices.size(), profiles.size());
}

/// Names mean the same on every device: what is shown and billed goes by them.
TEST(RegisterFacts, HaveTheSameNamesOnEveryDevice) {
    config::Problems problems;
    std::map<std::string, Unit> const units = {
        {"energy_import", Unit::wh},    {"energy_export", Unit::wh},
        {"energy_total", Unit::wh},     {"active_power", Unit::w},
        {"voltage", Unit::mv},          {"current", Unit::ma},
        {"frequency", Unit::mhz},       {"power_factor", Unit::permille},
        {"output_frequency", Unit::mhz}};
    for (auto const& profile : load_profiles("devices/profiles", problems))
        for (auto const& point : profile.points)
            if (auto const known = units.find(point.name); known != units.end()) {
                EXPECT_EQ(point.unit, known->second) << profile.device << " " << point.name;
            }
}

TEST(RegisterFacts, BillByOneCounterOfAMeterThatNobodyCanSetBack) {
    config::Problems problems;
    std::set<std::string> const none = {"circutor_cvm_c11",
                                        "danfoss_fc51",
                                        "delta_dvp_es2",
                                        "delta_ms300",
                                        "delta_vfd_e_el",
                                        "laumas_w100_tlb",
                                        "invt_gd20_gd200a",
                                        "lt_wl4405",
                                        "pzem_004t_v3",
                                        "pzem_016",
                                        "selec_mx300",
                                        "tuf_2000m_water",
                                        "waveshare_rtu_relay_8ch",
                                        "wirenboard_wb_mcm8_pulse"};
    for (auto const& profile : load_profiles("devices/profiles", problems)) {
        auto const billed = std::ranges::count(profile.points, true, &Point::billing);
        EXPECT_EQ(billed, none.contains(profile.device) ? 0 : 1) << profile.device;
    }
}

}  // namespace
}  // namespace karkhana::profiles
