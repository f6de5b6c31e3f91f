#include "server/booking/find.hpp"

#include <algorithm>

#include "server/booking/caller.hpp"
#include "server/booking/rules_hands.hpp"
#include "server/facility/book_cache.hpp"

namespace karkhana::booking {
namespace {

constexpr std::size_t most_machines = 200;

template <class AnyId>
Result<std::vector<AnyId>> ids_of(http::Request const& request, std::string_view name) {
    std::vector<AnyId> found;
    std::string_view text = request.parameter(name).value_or("");
    while (!text.empty()) {
        auto const end = std::min(text.find(','), text.size());
        auto const id = AnyId::parse(text.substr(0, end));
        if (!id || found.size() == most_machines)
            return refuse(ErrorKind::invalid, "bad_id", std::string{name} + " must be a UUID.");
        found.push_back(*id);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
}

Result<std::vector<facility::Machine>> chosen(facility::Book const& book, Which const& which) {
    std::vector<facility::Machine> found;
    for (auto const& machine : book.machines) {
        bool const named = which.machines.empty() ||
                           std::ranges::find(which.machines, machine.id) != which.machines.end();
        bool const member = !which.group || facility::is_member(book, *which.group, machine.id);
        bool const kind = which.kind.empty() || which.kind == machine.kind;
        if (named && member && kind) found.push_back(machine);
    }
    if (found.size() < which.machines.size())
        return refuse(ErrorKind::not_found, "not_found", "no such machine", "/machine_id");
    if (which.group &&
        std::ranges::find(book.groups, *which.group, &facility::Group::id) == book.groups.end())
        return refuse(ErrorKind::not_found, "not_found", "no such group", "/group_id");
    return found;
}

/// Their own hands where they may, else an operator's.
void choose_hands(store::Reader& reader, Seeker const& seeker, World const& world,
                  std::vector<Option>& options) {
    if (!world.party || !limits_any(*world.book, {"needs_authorisation", "least_age"})) return;
    Licences licences;
    if (seeker.asker.party && seeker.asker.person)
        licences = licences_of(reader, seeker.facility, *seeker.asker.person);
    for (auto& option : options) {
        auto const limits = limits_at(world, option.place.machine, world.now);
        option.hand = licences.hand(option.place.machine.kind, false);
        auto const today = local_day(world.zone(), world.now);
        if (why_unfit(limits, option.hand, today, world.now)) option.hand.assisted = true;
    }
}

}  // namespace

Result<Seeker> read_seeker(http::Request const& request) {
    auto const& who = request.principal.value();
    Seeker seeker{.facility = who.facility, .enterprise = {}, .asker = {}};
    std::optional<EnterpriseId> named;
    if (auto const text = request.parameter("enterprise_id")) {
        named = EnterpriseId::parse(*text);
        if (!named) return refuse(ErrorKind::invalid, "bad_id", "enterprise_id must be a UUID.");
    }
    if (named || who.enterprises.size() == 1) {
        auto const party = Caller{who}.party(named);
        if (!party) return tl::make_unexpected(party.error());
        seeker.enterprise = *party;
        seeker.asker = asker_of(who, *party);
    }
    return seeker;
}

Result<Which> read_which(http::Request const& request) {
    Which which;
    auto machines = ids_of<MachineId>(request, "machine_id");
    if (!machines) return tl::make_unexpected(machines.error());
    which.machines = std::move(*machines);
    auto const groups = ids_of<GroupId>(request, "group_id");
    if (!groups) return tl::make_unexpected(groups.error());
    if (!groups->empty()) which.group = groups->front();
    which.kind = request.parameter("machine_kind").value_or("");
    return which;
}

Result<std::chrono::minutes> query_duration(http::Request const& request) {
    auto const asked = query_integer(request, "duration_minutes", 1,
                                     std::chrono::minutes{longest_booking}.count());
    if (!asked) return tl::make_unexpected(asked.error());
    if (!*asked)
        return refuse(ErrorKind::invalid, "missing_parameter", "The query needs duration_minutes.");
    return std::chrono::minutes{**asked};
}

Result<Ground> look(Services const& services, store::Reader& reader, Seeker const& seeker,
                    Which const& which, Interval window, LengthOf const& length_of) {
    auto const book = services.books->get(reader, seeker.facility);
    auto const machines = chosen(*book, which);
    if (!machines) return tl::make_unexpected(machines.error());
    Ground ground{{.book = book, .now = services.clock.now()}, {}};
    Interval range = window;
    std::vector<facility::Machine> able;
    for (auto const& machine : *machines) {
        auto const length = length_of(ground.world, machine);
        if (!length || *length > longest_booking) continue;
        auto const taken = occupied(machine, {window.start, window.end + *length});
        range = {std::min(range.start, taken.start), std::max(range.end, taken.end)};
        ground.options.push_back({{}, *length, {}});
        able.push_back(machine);
    }
    ground.world = read_world(reader, book, range, ground.world.now);
    if (seeker.enterprise) {
        Wish const wish{.enterprise = *seeker.enterprise, .during = window};
        auto const party = add_party(services, reader, ground.world, wish, range);
        if (!party) return tl::make_unexpected(party.error());
    }
    auto places = read_places(reader, seeker.facility, std::move(able), range, std::nullopt);
    for (std::size_t i = 0; i < places.size(); ++i) ground.options[i].place = std::move(places[i]);
    choose_hands(reader, seeker, ground.world, ground.options);
    return ground;
}

}  // namespace karkhana::booking
