#include "devices/profiles/load.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "devices/profiles/decode.hpp"
#include "devices/profiles/exact.hpp"
#include "devices/profiles/transform.hpp"

namespace karkhana::profiles {
namespace {

using config::Table;

template <class T>
struct Named {
    std::string_view name;
    T value;
};

constexpr std::array<Named<PointKind>, 4> kinds = {{{"counter", PointKind::counter},
                                                    {"gauge", PointKind::gauge},
                                                    {"state", PointKind::state},
                                                    {"command", PointKind::command}}};
constexpr std::array<Named<WordType>, 11> types = {{{"u16", WordType::u16},
                                                    {"s16", WordType::s16},
                                                    {"u32", WordType::u32},
                                                    {"s32", WordType::s32},
                                                    {"u64", WordType::u64},
                                                    {"s64", WordType::s64},
                                                    {"f32", WordType::f32},
                                                    {"f64", WordType::f64},
                                                    {"bits", WordType::bits},
                                                    {"bcd16", WordType::bcd16},
                                                    {"bcd32", WordType::bcd32}}};
constexpr std::array<Named<WordOrder>, 2> orders = {
    {{"big", WordOrder::big}, {"little", WordOrder::little}}};
constexpr std::array<Named<Watchdog>, 3> watchdogs = {
    {{"none", Watchdog::none}, {"pulse", Watchdog::pulse}, {"register", Watchdog::reg}}};
constexpr std::array<Named<Quality>, 2> doubts = {
    {{"missing", Quality::missing}, {"questionable", Quality::questionable}}};

template <class T, std::size_t N>
T choose(Table& table, std::string_view key, std::string_view word,
         std::array<Named<T>, N> const& choices) {
    for (auto const& choice : choices)
        if (choice.name == word) return choice.value;
    std::string what = "'" + std::string(key) + "' must be one of";
    for (auto const& choice : choices) what += " " + std::string(choice.name);
    table.complain(key, what);
    return choices[0].value;
}

constexpr std::array<Named<ScaleFrom::Kind>, 2> scale_kinds = {
    {{"exponent", ScaleFrom::Kind::exponent}, {"factor", ScaleFrom::Kind::factor}}};

std::uint16_t require_u16(Table& table, std::string_view key, std::int64_t least = 0) {
    return static_cast<std::uint16_t>(table.require_integer(key, least, 0xFFFF));
}

std::vector<std::uint16_t> words_of(Table& table, std::string_view key) {
    auto const integers = table.integers(key, 0, 0xFFFF);
    return {integers.begin(), integers.end()};
}

Limits read_limits(std::optional<Table> table) {
    Limits limits;
    if (!table) return limits;
    auto const small = [&](std::string_view key, int otherwise) {
        return static_cast<int>(table->integer(key, 0, 60'000).value_or(otherwise));
    };
    limits.max_regs =
        static_cast<std::uint16_t>(table->integer("max_regs", 1, 125).value_or(limits.max_regs));
    limits.max_bits =
        static_cast<std::uint16_t>(table->integer("max_bits", 1, 2000).value_or(limits.max_bits));
    limits.no_holes = table->flag("no_holes").value_or(limits.no_holes);
    limits.min_gap_ms = small("min_gap_ms", limits.min_gap_ms);
    limits.turnaround_ms = small("turnaround_ms", limits.turnaround_ms);
    limits.timeout_ms = small("timeout_ms", limits.timeout_ms);
    return limits;
}

Identity read_identity(Table table) {
    Identity identity;
    identity.function = static_cast<std::uint8_t>(table.require_integer("fc", 3, 4));
    identity.address = require_u16(table, "address");
    identity.words = static_cast<std::uint16_t>(table.require_integer("words", 1, 4));
    identity.expect = words_of(table, "expect");
    if (!identity.expect.empty() && identity.expect.size() != identity.words)
        table.complain("expect", "'expect' must hold as many words as 'words' says");
    return identity;
}

Model read_model(Table table) {
    Model model;
    model.function = static_cast<std::uint8_t>(table.require_integer("fc", 3, 4));
    model.address = require_u16(table, "address");
    model.words = static_cast<std::uint16_t>(table.require_integer("words", 1, 64));
    model.text = table.require_text("text");
    if (model.text.empty() || model.text.size() > std::size_t{model.words} * 2)
        table.complain("text", "'text' must fit into 'words' of two characters");
    return model;
}

Relay read_relay(Table table) {
    Relay relay;
    relay.channels = static_cast<std::uint16_t>(table.require_integer("channels", 1, 256));
    relay.coil_address = require_u16(table, "coil");
    relay.watchdog = choose(table, "watchdog", table.require_text("watchdog"), watchdogs);
    relay.watchdog_required = table.flag("required").value_or(true);
    relay.inputs = static_cast<std::uint16_t>(table.integer("inputs", 0, 2000).value_or(0));
    if (relay.watchdog == Watchdog::none) return relay;
    relay.watchdog_address = require_u16(table, "address");
    relay.watchdog_unit_ms = static_cast<int>(table.require_integer("unit_ms", 1, 60'000));
    relay.watchdog_max = require_u16(table, "max", 1);
    if (auto const address = table.integer("heartbeat", 0, 0xFFFF))
        relay.heartbeat = static_cast<std::uint16_t>(*address);
    if (relay.heartbeat && relay.watchdog != Watchdog::reg)
        table.complain("heartbeat", "only a watchdog register is fed by a heartbeat");
    return relay;
}

void read_function(Table& table, Point& point) {
    auto const function = table.require_integer("fc", 1, 16);
    bool const reads = function <= 4;
    bool const fits =
        point.kind == PointKind::command ? function == 5 || function == 6 || function == 16 : reads;
    if (!fits) table.complain("fc", "'fc' does not suit the point's kind");
    point.function = static_cast<std::uint8_t>(function);
}

void read_scale(Table& table, Point& point) {
    auto const text = table.text("scale").value_or("1");
    auto const name = table.require_text("unit");
    auto const scale = exact(text);
    auto const unit = named_unit(name);
    if (!unit) table.complain("unit", "unit '" + name + "' is not known");
    if (!scale || scale->numerator <= 0)
        table.complain("scale", "'scale' must be a positive number such as \"0.1\" or \"1/3\"");
    if (!unit || !scale) return;
    point.unit = unit->unit;
    auto const whole = product(*scale, {unit->base_units, 1});
    if (!whole) table.complain("scale", "'scale' is beyond reason");
    point.scale = whole.value_or(Scale{});
    if (point.type == WordType::bits && point.scale != Scale{})
        table.complain("scale", "bits have no scale");
    auto counter = table.table("counter");
    if (!counter) return;
    if (point.kind != PointKind::counter)
        table.complain("counter", "only a point of kind 'counter' has one");
    auto const modulus = exact(counter->require_text("modulus"));
    auto const base = modulus ? product(*modulus, {unit->base_units, 1}) : std::nullopt;
    if (!base || base->denominator != 1 || base->numerator <= 0)
        counter->complain("modulus", "'modulus' must be a whole number of base units");
    else
        point.modulus = base->numerator;
}

bool is_integer(WordType type) {
    return type != WordType::f32 && type != WordType::f64 && type != WordType::bits;
}

/// Registers elsewhere that the value is made of besides its own.
void read_parts(Table& table, Point& point) {
    if (auto from = table.table("scale_from")) {
        ScaleFrom scale;
        scale.kind = choose(*from, "as", from->require_text("as"), scale_kinds);
        scale.address = require_u16(*from, "address");
        if (point.type == WordType::bits) from->complain("as", "bits have no scale");
        point.scale_from = scale;
    }
    if (auto part = table.table("fraction")) {
        Fraction fraction;
        fraction.address = require_u16(*part, "address");
        fraction.type = choose(*part, "type", part->require_text("type"), types);
        auto const scale = exact(part->text("scale").value_or("1"));
        if (!scale || scale->numerator <= 0)
            part->complain("scale", "'scale' must be a positive number such as \"0.001\"");
        fraction.scale = scale.value_or(Scale{});
        if (!is_integer(point.type)) part->complain("type", "only an integer has a fraction");
        if (fraction.type != WordType::f32 && !is_integer(fraction.type))
            part->complain("type", "a fraction is f32 or an integer");
        point.fraction = fraction;
    }
    if (point.words() > 4)
        table.complain("name", "a value and what it is made of are four registers at most");
}

Point read_point(Table table) {
    Point point;
    point.name = table.require_text("name");
    point.kind = choose(table, "kind", table.require_text("kind"), kinds);
    read_function(table, point);
    point.address = require_u16(table, "address");
    point.type = choose(table, "type", table.require_text("type"), types);
    point.order = choose(table, "order", table.text("order").value_or("big"), orders);
    point.byte_order =
        choose(table, "byte_order", table.text("byte_order").value_or("big"), orders);
    if (auto const bit = table.integer("bit", 0, 15)) {
        point.bit = static_cast<std::uint8_t>(*bit);
        if (point.type != WordType::bits) table.complain("bit", "'bit' goes with type bits");
    }
    read_scale(table, point);
    read_parts(table, point);
    point.min = table.integer("min");
    point.max = table.integer("max");
    if (point.min && point.max && *point.min > *point.max)
        table.complain("min", "'min' is above 'max'");
    for (auto const word : table.integers("sentinels", INT64_MIN, INT64_MAX))
        point.sentinels.push_back(static_cast<std::uint64_t>(word));
    point.transformed = table.flag("transformed").value_or(false);
    if (point.transformed && !is_transformed(point.unit))
        table.complain("transformed", "transformers change current, voltage, power and energy");
    point.billing = table.flag("billing").value_or(false);
    if (point.billing && point.kind != PointKind::counter)
        table.complain("billing", "only a counter can be billed");
    if (point.reads_bits() && point.type != WordType::bits)
        table.complain("type", "functions 1 and 2 read bits");
    if (point.end() > 0x10000) table.complain("address", "the value ends beyond the last address");
    return point;
}

SelfTest read_self_test(Table table, Profile const& profile) {
    SelfTest test;
    test.function = static_cast<std::uint8_t>(table.require_integer("fc", 1, 4));
    test.address = require_u16(table, "address");
    test.words = words_of(table, "words");
    auto expect = table.require_table("expect");
    for (auto const& name : expect.keys()) {
        SelfTest::Expected expected{name, 0, Quality::good};
        if (expect.holds_text(name))
            expected.quality = choose(expect, name, *expect.text(name), doubts);
        else
            expected.value = expect.integer(name).value_or(0);
        auto const* const point = profile.find(name);
        if (point == nullptr)
            expect.complain(name, "there is no point '" + name + "'");
        else
            test.expect.push_back(std::move(expected));
    }
    return test;
}

std::optional<Profile> read_profile(Table root, config::Problems& problems) {
    auto const before = problems.size();
    Profile profile;
    profile.device = root.require_text("device");
    profile.maker = root.require_text("maker");
    profile.models = root.texts("models");
    profile.limits = read_limits(root.table("limits"));
    if (auto identity = root.table("identity")) profile.identity = read_identity(*identity);
    if (auto model = root.table("model")) profile.model = read_model(*model);
    if (auto relay = root.table("relay")) profile.relay = read_relay(*relay);
    std::set<std::string> names;
    for (auto& table : root.tables("points")) {
        profile.points.push_back(read_point(table));
        if (!names.insert(profile.points.back().name).second)
            table.complain("name", "a second point of this name");
    }
    auto tests = root.tables("self_test");
    if (profile.points.empty()) root.complain("points", "a profile without points");
    if (tests.empty()) root.complain("self_test", "a profile without a self-test");
    for (auto& table : tests) {
        profile.self_tests.push_back(read_self_test(table, profile));
        for (auto const& wrong : failures_of(profile, profile.self_tests.back()))
            table.complain("expect", wrong);
    }
    root.leftover();
    if (problems.size() != before) return std::nullopt;
    return profile;
}

}  // namespace

std::optional<Profile> parse_profile(std::string_view text, std::string const& file,
                                     config::Problems& problems) {
    auto root = config::parse(text, file, problems);
    return root ? read_profile(*root, problems) : std::nullopt;
}

std::optional<Profile> load_profile(std::string const& path, config::Problems& problems) {
    auto root = config::load(path, problems);
    return root ? read_profile(*root, problems) : std::nullopt;
}

std::vector<Profile> load_profiles(std::string const& folder, config::Problems& problems) {
    std::vector<Profile> profiles;
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() != ".toml") continue;
        auto profile = load_profile(entry.path().string(), problems);
        if (!profile) continue;
        if (std::ranges::find(profiles, profile->device, &Profile::device) != profiles.end())
            problems.push_back({entry.path().string(), 1, 1,
                                "a second profile of '" + profile->device + "' in this folder"});
        profiles.push_back(std::move(*profile));
    }
    if (error) problems.push_back({folder, 0, 0, error.message()});
    std::sort(profiles.begin(), profiles.end(),
              [](auto const& a, auto const& b) { return a.device < b.device; });
    return profiles;
}

std::vector<Profile> load_profiles(std::string const& shipped, std::string const& own,
                                   config::Problems& problems) {
    auto profiles = load_profiles(shipped, problems);
    if (own.empty()) return profiles;
    for (auto& profile : load_profiles(own, problems)) {
        std::erase_if(profiles,
                      [&](Profile const& known) { return known.device == profile.device; });
        profiles.push_back(std::move(profile));
    }
    return profiles;
}

}  // namespace karkhana::profiles
