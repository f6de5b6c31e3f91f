#include "server/booking/rules_holds.hpp"

#include <algorithm>
#include <array>

namespace karkhana::booking {
namespace {

using facility::Resource;

facility::Name kind_name(std::string_view kind) {
    struct Word {
        std::string_view kind, en, bn;
    };
    constexpr std::array<Word, 8> words{{{"die", "die", "ডাই"},
                                         {"mould", "mould", "ছাঁচ"},
                                         {"seat", "seat", "আসন"},
                                         {"compressor", "compressor", "কম্প্রেসর"},
                                         {"extractor", "extractor", "ধোঁয়া টানার যন্ত্র"},
                                         {"room", "room", "কক্ষ"},
                                         {"operator", "operator", "অপারেটর"},
                                         {"power", "power", "বিদ্যুৎ"}}};
    auto const found = std::ranges::find(words, kind, &Word::kind);
    if (found == words.end()) return {std::string{kind}, std::string{kind}};
    return {std::string{found->en}, std::string{found->bn}};
}

/// Collects holds one after the other, so that two needs of a booking do not take the same die.
class Planner {
public:
    Planner(World const& world, Place const& place, Ask const& ask)
        : world_(world), place_(place), ask_(ask), held_(world.held) {}

    HoldPlan take() {
        needs();
        if (ask_.hand.assisted) hand();
        if (place_.machine.seats > 1) seats();
        power();
        return std::move(plan_);
    }

private:
    std::int64_t free_of(Resource const& resource, Interval during) const {
        return resource.capacity - most_held(held_, resource.id, during);
    }

    void hold(ResourceId const& resource, std::int64_t units, Interval during, bool asked = false) {
        held_.push_back({resource, units, during, asked});
        auto const same = std::ranges::find(plan_.holds, resource, &Held::resource);
        if (same == plan_.holds.end()) return plan_.holds.push_back(held_.back());
        same->units += units;
        same->asked = same->asked || asked;
    }

    /// One of the resources that fit, or what is missing of the one that has most left.
    template <class Fits>
    void one_of(Fits const& fits, std::int64_t units, Interval during, Lack lack,
                bool asked = false) {
        for (auto const& resource : world_.book->resources) {
            if (!fits(resource)) continue;
            auto const free = free_of(resource, during);
            if (free >= units) return hold(resource.id, units, during, asked);
            lack.free = std::max(lack.free, free);
        }
        plan_.lacks.push_back(std::move(lack));
    }

    Resource const* known(ResourceId const& id) const {
        auto const found = std::ranges::find(world_.book->resources, id, &Resource::id);
        return found == world_.book->resources.end() ? nullptr : &*found;
    }

    void exactly(ResourceId const& id, std::int64_t units, bool asked) {
        auto const* const found = known(id);
        auto const name = found == nullptr ? facility::Name{"?", "?"} : found->name;
        one_of([&](Resource const& each) { return each.id == id; }, units, slot(),
               {Rule::co_resource, name, units, 0}, asked);
    }

    /// What was asked for by name and is what the machine needs: it is had once, not twice.
    std::optional<ResourceId> take_asked(std::vector<ResourceId>& asked,
                                         facility::Need const& need) const {
        auto const found = std::ranges::find_if(asked, [&](ResourceId const& id) {
            auto const* const resource = known(id);
            return need.resource ? id == *need.resource
                                 : resource != nullptr && resource->kind == need.kind;
        });
        if (found == asked.end()) return std::nullopt;
        auto const id = *found;
        asked.erase(found);
        return id;
    }

    /// With its set-up and clean-up: the die is in the machine all the while.
    Interval slot() const { return occupied(place_.machine, ask_.during); }

    void needs() {
        auto asked = ask_.resources;
        // What has to be this very one is taken before any one of its kind.
        for (bool const by_name : {true, false})
            for (auto const& need : world_.book->needs)
                if (need.machine == place_.machine.id && need.resource.has_value() == by_name)
                    need_of(need, take_asked(asked, need));
        for (auto const& id : asked) exactly(id, 1, true);
    }

    void need_of(facility::Need const& need, std::optional<ResourceId> const& named) {
        if (named) return exactly(*named, need.units, true);
        if (need.resource) return exactly(*need.resource, need.units, false);
        one_of([&](Resource const& each) { return each.kind == need.kind; }, need.units, slot(),
               {Rule::co_resource, kind_name(need.kind), need.units, 0});
    }

    bool on_duty(Resource const& resource) const {
        if (resource.kind != "operator") return false;
        if (ask_.hand.operator_ && !is_the_one(resource, *ask_.hand.operator_)) return false;
        return !resource.person || there_all_the_time(*resource.person);
    }

    /// Who is named is nobody else; one that nobody has listed is one of those without a name.
    bool is_the_one(Resource const& resource, PersonId const& wanted) const {
        auto const& all = world_.book->resources;
        bool const listed = std::ranges::any_of(all, [&](Resource const& each) {
            return each.kind == "operator" && each.person == wanted;
        });
        return listed ? resource.person == wanted : !resource.person;
    }

    /// One shift may end where the next begins.
    bool there_all_the_time(PersonId const& person) const {
        auto covered = ask_.during.start;
        for (auto const& shift : world_.on_shift)
            if (shift.person == person && shift.during.contains(covered))
                covered = shift.during.end;
        return ask_.during.end <= covered;
    }

    /// A facility that keeps no list of its operators has one.
    void hand() {
        if (std::ranges::count(world_.book->resources, "operator", &Resource::kind) == 0) return;
        one_of([&](Resource const& each) { return on_duty(each); }, 1, ask_.during,
               {Rule::operator_busy, kind_name("operator"), 1, 0});
    }

    void seats() {
        auto const& machine = place_.machine;
        auto const free = machine.seats - most_held(held_, room_of(machine), ask_.during);
        if (free >= ask_.people) return hold(room_of(machine), ask_.people, ask_.during);
        plan_.lacks.push_back({Rule::capacity, machine.name, ask_.people, free});
    }

    /// Of the site, and of its generator while the mains is announced to be off; empty: unlimited.
    std::optional<std::int64_t> free_watts(Resource const* site) const {
        std::optional<std::int64_t> free;
        auto const limit = [&](ResourceId const& of, std::int64_t capacity, Interval during) {
            auto const used = most_held(held_, of, during);
            free = std::min(free.value_or(capacity - used), capacity - used);
        };
        if (site != nullptr) limit(site->id, site->capacity, ask_.during);
        auto const& facility = world_.book->facility;
        auto const generator = facility.generator_w;
        for (auto const& outage : world_.outages)
            if (generator > 0 && outage.kind == "load_shedding" &&
                concerns(outage, place_.machine.id) && outage.during.overlaps(ask_.during))
                limit(generator_of(facility), generator,
                      {std::max(outage.during.start, ask_.during.start),
                       std::min(outage.during.end, ask_.during.end)});
        return free;
    }

    void power() {
        auto const rated = watts_of(place_.machine, ask_.people);
        auto const& all = world_.book->resources;
        auto const found = std::ranges::find(all, "power", &Resource::kind);
        auto const* const site = found == all.end() ? nullptr : &*found;
        auto const free = rated == 0 ? std::nullopt : free_watts(site);
        if (!free) return;
        if (*free < rated)
            plan_.lacks.push_back(
                {Rule::power_budget, kind_name("power"), rated, std::max(*free, std::int64_t{0})});
        else if (site != nullptr)
            hold(site->id, rated, ask_.during);
    }

    World const& world_;
    Place const& place_;
    Ask const& ask_;
    std::vector<Held> held_;
    HoldPlan plan_;
};

}  // namespace

ResourceId generator_of(facility::Facility const& facility) { return {facility.id.uuid}; }

std::int64_t watts_of(facility::Machine const& machine, int people) {
    if (machine.seats <= 1) return machine.rated_w;
    return (machine.rated_w * people + machine.seats - 1) / machine.seats;
}

Held load_of(facility::Facility const& facility, facility::Machine const& machine, int people,
             Interval during) {
    return {generator_of(facility), watts_of(machine, people), during};
}

bool needs_generator(World const& world) {
    return std::ranges::any_of(world.outages, [&](facility::Outage const& outage) {
        return bridged(*world.book, outage);
    });
}

std::vector<BookingId> not_carried(std::int64_t generator_w, std::span<Load const> loads) {
    std::vector<BookingId> found;
    std::vector<Held> carried;
    for (auto const& load : loads) {
        auto const used = most_held(carried, ResourceId{}, load.during);
        if (load.begun || used + load.watts <= generator_w)
            carried.push_back({ResourceId{}, load.watts, load.during});
        else
            found.push_back(load.booking);
    }
    return found;
}

ResourceId room_of(facility::Machine const& machine) { return {machine.id.uuid}; }

bool may_hold(facility::Book const& book, facility::Machine const& machine) {
    return machine.seats > 1 || !book.resources.empty();
}

std::int64_t most_held(std::span<Held const> held, ResourceId const& resource, Interval during) {
    auto const at = [&](Instant moment) {
        std::int64_t sum = 0;
        for (auto const& each : held)
            if (each.resource == resource && each.during.contains(moment)) sum += each.units;
        return sum;
    };
    // The sum rises only where a hold begins.
    auto most = at(during.start);
    for (auto const& each : held)
        if (each.resource == resource && during.contains(each.during.start))
            most = std::max(most, at(each.during.start));
    return most;
}

HoldPlan plan_holds(World const& world, Place const& place, Ask const& ask) {
    return Planner{world, place, ask}.take();
}

}  // namespace karkhana::booking
