#include "server/app/demo_files.hpp"

#include <fmt/format.h>

namespace karkhana::app {
namespace {

constexpr std::string_view kFacility = R"toml(
[facility]
slug = "footwear"
name_en = "Footwear common service centre (demo)"
name_bn = "পাদুকা কমন সার্ভিস সেন্টার (নমুনা)"
address_en = "Bhairab, Kishoreganj"
address_bn = "ভৈরব, কিশোরগঞ্জ"
zone = "Asia/Dhaka"
[[facility.opening]]
weekdays = [1, 2, 3, 4, 5, 6, 7]
from = "06:00"
to = "30:00"

[[machine]]
slug = "laser-1"
name_en = "Laser cutter 1"
name_bn = "লেজার কাটার ১"
kind = "laser"
rated_w = 1900
buffer_minutes = 0
piece_unit = "pair"
[[machine]]
slug = "laser-2"
name_en = "Laser cutter 2"
name_bn = "লেজার কাটার ২"
kind = "laser"
rated_w = 1900
piece_unit = "pair"
[[machine]]
slug = "press-1"
name_en = "Beam press"
name_bn = "বিম প্রেস"
kind = "press"
rated_w = 2500
piece_unit = "pair"
[[machine]]
slug = "pearl-1"
name_en = "Pearl-setting machine"
name_bn = "পার্ল সেটিং মেশিন"
kind = "pearl"
rated_w = 250
busy_above_w = 60
piece_unit = "pair"
[[machine]]
slug = "cad-1"
name_en = "Shoe design seat (CAD)"
name_bn = "জুতার ডিজাইন আসন (ক্যাড)"
kind = "cad"
rated_w = 300
busy_above_w = 60
piece_unit = "piece"
[[machine]]
slug = "recycler-1"
name_en = "Recycling unit"
name_bn = "রিসাইকেল ইউনিট"
kind = "recycler"
rated_w = 11000
piece_unit = "kg"
)toml";

constexpr std::string_view kDevices = R"toml(
[[device]]
name = "Meter laser 1"
line = "hall"
unit = 1
profile = "eastron_sdm120"
machine = "laser-1"
serial = 20260001
[[device]]
name = "Meter laser 2"
line = "hall"
unit = 2
profile = "eastron_sdm120"
machine = "laser-2"
serial = 20260002
[[device]]
name = "Meter pearl"
line = "hall"
unit = 3
profile = "eastron_sdm120"
machine = "pearl-1"
serial = 20260003
[[device]]
name = "Meter CAD"
line = "hall"
unit = 4
profile = "eastron_sdm120"
machine = "cad-1"
serial = 20260004
[[device]]
name = "Meter press"
line = "floor"
unit = 11
profile = "eastron_sdm630"
machine = "press-1"
serial = 20260011
[[device]]
name = "Meter recycler"
line = "floor"
unit = 12
profile = "eastron_sdm630"
machine = "recycler-1"
serial = 20260012
[[device]]
name = "Scale recycler"
line = "floor"
unit = 13
profile = "laumas_w100_tlb"
machine = "recycler-1"
[[device]]
name = "Relay board"
line = "floor"
unit = 20
profile = "waveshare_rtu_relay_8ch"
relays = ["laser-1", "laser-2", "press-1", "pearl-1", "cad-1", "recycler-1"]
)toml";

// Prices of the demo are examples; a facility enters its own.
constexpr std::string_view kRates = R"toml(
[rate_card]
name = "Demo rates"
source = "Example prices of the demo, not anybody's tariff"
peak_from = "17:00"
peak_to = "23:00"
[[rate_card.component]]
basis = "kwh"
window = "off_peak"
taka = "9.68"
label_en = "Electricity, off-peak"
label_bn = "বিদ্যুৎ, অফ-পিক"
[[rate_card.component]]
basis = "kwh"
window = "peak"
taka = "12.95"
label_en = "Electricity, peak"
label_bn = "বিদ্যুৎ, পিক"
[[rate_card.component]]
machine_kind = "laser"
basis = "piece"
taka = "2.50"
label_en = "Laser cutting, a pair"
label_bn = "লেজার কাটিং, প্রতি জোড়া"
[[rate_card.component]]
machine_kind = "press"
basis = "piece"
taka = "1.20"
label_en = "Beam press, a pair"
label_bn = "বিম প্রেস, প্রতি জোড়া"
[[rate_card.component]]
machine_kind = "pearl"
basis = "piece"
taka = "0.80"
label_en = "Pearl setting, a pair"
label_bn = "পার্ল বসানো, প্রতি জোড়া"
[[rate_card.component]]
machine_kind = "cad"
basis = "used_minute"
taka = "1.00"
label_en = "CAD seat, a minute"
label_bn = "ক্যাড আসন, প্রতি মিনিট"
[[rate_card.component]]
machine_kind = "recycler"
basis = "piece"
taka = "3.00"
label_en = "Recycling, a kilogram"
label_bn = "রিসাইকেল, প্রতি কেজি"
[[rate_card.component]]
basis = "minimum"
taka = "20.00"
label_en = "Minimum charge"
label_bn = "সর্বনিম্ন চার্জ"
[[rate_card.component]]
machine_kind = "cad"
basis = "pack"
covers = "used_minute"
covers_quantity = 36_000
valid_days = 90
refund_e4 = 5_000
taka = "500.00"
label_en = "CAD seat, ten hours"
label_bn = "ক্যাড আসন, দশ ঘণ্টা"
)toml";

constexpr std::string_view kSceneMachines = R"toml(
[[machine]]
slug = "laser-1"
kind = "laser"
rated_w = 1900
register_start_wh = 1_204_310
[[machine]]
slug = "laser-2"
kind = "laser"
rated_w = 1900
register_start_wh = 988_214
[[machine]]
slug = "press-1"
kind = "press"
rated_w = 2500
register_start_wh = 2_450_077
[[machine]]
slug = "pearl-1"
kind = "pearl"
rated_w = 250
register_start_wh = 77_410
[[machine]]
slug = "cad-1"
kind = "cad"
rated_w = 300
register_start_wh = 140_922
[[machine]]
slug = "recycler-1"
kind = "recycler"
rated_w = 11000
register_start_wh = 5_120_400
)toml";

constexpr std::string_view kSceneUnits = R"toml(
[[line.unit]]
unit = 1
profile = "eastron_sdm120"
machine = "laser-1"
serial = 20260001
[[line.unit]]
unit = 2
profile = "eastron_sdm120"
machine = "laser-2"
serial = 20260002
[[line.unit]]
unit = 3
profile = "eastron_sdm120"
machine = "pearl-1"
serial = 20260003
[[line.unit]]
unit = 4
profile = "eastron_sdm120"
machine = "cad-1"
serial = 20260004

[[line]]
name = "floor"
link = "{tty}"
[[line.unit]]
unit = 11
profile = "eastron_sdm630"
machine = "press-1"
serial = 20260011
[[line.unit]]
unit = 12
profile = "eastron_sdm630"
machine = "recycler-1"
serial = 20260012
[[line.unit]]
unit = 13
profile = "laumas_w100_tlb"
machine = "recycler-1"
[[line.unit]]
unit = 20
profile = "waveshare_rtu_relay_8ch"
relays = ["laser-1", "laser-2", "press-1", "pearl-1", "cad-1", "recycler-1"]
)toml";

}  // namespace

std::string demo_config(DemoPlaces const& places) {
    std::string text =
        fmt::format("# Written by `karkhana demo`; its lines lead to the simulator.\n"
                    "data = \"{0}\"\nprofiles = \"{1}\"\nschema = \"{2}\"\nsimulated = true\n\n"
                    "[http]\naddress = \"127.0.0.1\"\nport = {3}\n",
                    places.data, places.profiles, places.schema, places.http_port);
    if (!places.web.empty()) text += fmt::format("web = \"{}\"\n", places.web);
    if (!places.postgres.empty())
        text += fmt::format("\n[store]\npostgres = \"{}\"\n", places.postgres);
    text += kFacility;
    text += fmt::format(
        "\n[[line]]\nname = \"hall\"\ntcp = \"127.0.0.1:{}\"\n[[line]]\nname = \"floor\"\n"
        "serial = \"{}\"\nbaud = 38400\n",
        places.modbus_port, places.tty());
    return text.append(kDevices).append(kRates);
}

std::string demo_scene(DemoPlaces const& places) {
    std::string text = fmt::format("# Written by `karkhana demo`.\nseed = 7\nclock_speed = {}\n",
                                   places.clock_speed);
    text += kSceneMachines;
    text += fmt::format("\n[[line]]\nname = \"hall\"\nport = {}\n", places.modbus_port);
    return text + fmt::format(fmt::runtime(kSceneUnits), fmt::arg("tty", places.tty()));
}

}  // namespace karkhana::app
