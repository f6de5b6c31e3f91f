#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/random.hpp"
#include "server/facility/rules_book.hpp"
#include "server/http/message.hpp"
#include "server/store/store.hpp"

/// The facility before Eid, and everybody who wants something of it.
namespace karkhana::crowd {

using std::chrono::minutes;

/// Chance from one seed.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : random_(seed) {}
    int between(int least, int most) {
        return least + static_cast<int>(random_() % static_cast<unsigned>(most - least + 1));
    }
    bool percent(int of_a_hundred) { return between(1, 100) <= of_a_hundred; }
    template <class T>
    T const& one_of(std::vector<T> const& all) {
        return all.at(static_cast<std::size_t>(between(0, static_cast<int>(all.size()) - 1)));
    }

private:
    std::mt19937_64 random_;
};

/// The first day is Wednesday the 3rd of March 2027; Eid is a week later. Dhaka is six hours ahead
/// of UTC all year.
constexpr int eid_day = 7;
Instant at(int day, int minute);
int day_of(Instant at);
/// "2027-03-03T09:00:00+06:00"
std::string text_of(Instant at);

/// From nine until one in the morning, but for the prayer.
constexpr int opens = 9 * 60, closes = 25 * 60, prayer_from = 13 * 60, prayer_until = 13 * 60 + 30;

/// A limit on what one ME may have, as the judges count it.
struct Cap {
    std::string name;        ///< daily_minutes, weekly_count, ...
    std::string group;       ///< empty: all machines
    std::string membership;  ///< empty: every class
    std::string season;      ///< empty: always
    std::int64_t value = 0;
};

struct Shop {
    EnterpriseId id;
    std::string name;
    std::string membership;
    bool women_led = false;
    bool has_phone = false;
    bool in_debt = false;
    http::Principal member;
};

/// Somebody who may be asked to run a machine.
struct Shift {
    PersonId person;
    int from_minute = 0;
    int until_minute = 0;
};

struct Town {
    FacilityId facility;
    http::Principal manager;
    http::Principal desk;
    std::vector<facility::Machine> machines;
    std::map<std::string, facility::Group> groups;
    std::vector<Shop> shops;
    std::vector<Cap> caps;
    std::vector<Shift> shifts;  ///< every day

    facility::Machine const& machine(std::string_view slug) const;
    facility::Machine const& machine(MachineId const& id) const;
    Shop const& shop(EnterpriseId const& id) const;
    bool in_group(std::string const& group, MachineId const& machine) const;
};

/// What one booking takes of what there is too little of.
constexpr int dies = 2;              ///< for three presses, one each
constexpr int extractors = 2;        ///< for the lasers and the cutter
constexpr int site_watts = 100'000;  ///< of which the sole line and the crusher would take 111 kW
constexpr int seats = 12;            ///< of the training room
/// Women's hours at the lasers every morning, given free a day before.
constexpr int women_until = 12 * 60;
constexpr std::chrono::hours women_released{24};

/// Writes it all. Deterministic by the chance.
Town found_town(store::Store& store, IdSource& ids, Instant now, Chance& chance, int shops);

}  // namespace karkhana::crowd
