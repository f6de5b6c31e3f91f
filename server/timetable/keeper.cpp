#include "server/timetable/keeper.hpp"

#include "server/facility/records.hpp"
#include "server/notify/http_client.hpp"
#include "server/notify/rules.hpp"

namespace karkhana::timetable {
namespace {

constexpr std::chrono::hours fetched_every{6};

bool is_due(Timetable const& table, Instant now) {
    return table.url && (!table.fetched_at || *table.fetched_at + fetched_every <= now);
}

std::string words_of(Error const& error) { return std::string(error.code) + ": " + error.detail; }

/// What became of a fetch: the new content, or why the old one stays.
struct Fetched {
    std::string content;
    std::string failure;
};
Fetched fetch(Services const& services, Timetable const& table) {
    auto text = services.fetch(*table.url, services.stop);
    if (!text) return {"", text.error().detail};
    if (text->empty()) return {"", "nothing is there"};
    if (auto const read = read_table(*text); !read) return {"", words_of(read.error())};
    return {std::move(*text), ""};
}

}  // namespace

Result<std::string> fetch_from_outside(std::string const& url, std::stop_token const& stop) {
    auto const answer = notify::call(
        {.url = url,
         .method = "GET",
         .headers = {"Accept: text/calendar, text/csv"},
         .body = {},
         .may_connect = [](std::string_view bytes) { return !notify::is_private(bytes); },
         .most = ical::longest_calendar + 1},
        stop);
    if (answer.status == 200) return answer.body;
    auto const why =
        answer.status == 0 ? answer.failure : "status " + std::to_string(answer.status);
    return refuse(ErrorKind::unavailable, "not_fetched", why);
}

Result<std::size_t> keep(store::Writer& writer, IdSource& ids, Timetable const& table,
                         Instant now) {
    if (table.content.empty()) return 0;
    auto const zone =
        Zone::find(facility::find_facility(writer, table.facility).value().zone).value();
    auto const events = read_table(table.content);
    if (!events) return tl::make_unexpected(events.error());
    auto const wanted = planned(*events, zone, now);
    if (!wanted) return tl::make_unexpected(wanted.error());
    lock_timetable(writer, table);
    auto const update = update_of(kept_dates(writer, table, now), *wanted, now);
    for (auto const& each : update.add) make_outage(writer, table, ids.make<OutageId>(), each, now);
    for (auto const& each : update.drop) withdraw_outage(writer, table, each, now);
    for (auto const& each : update.change) change_outage(writer, table, each, now);
    return update.add.size() + update.drop.size() + update.change.size();
}

std::size_t keep_all(Services const& services) {
    auto const now = services.clock.now();
    auto const tables = services.store.read(
        [](store::Reader& reader) { return list_timetables(reader, std::nullopt); });
    std::size_t changed = 0;
    for (auto const& listed : tables) {
        std::optional<Fetched> fetched;
        if (is_due(listed, now)) fetched = fetch(services, listed);
        // What was given up is no news of the address.
        if (services.stop.stop_requested()) break;
        changed += services.store.write([&](store::Writer& writer) {
            // Somebody may have ended it since it was listed.
            auto table = find_timetable(writer, listed.facility, listed.id);
            if (!table) return std::size_t{0};
            if (fetched) {
                note_fetch(writer, *table, fetched->content, fetched->failure, now);
                if (!fetched->content.empty()) table->content = fetched->content;
                table->failure = fetched->failure;
            }
            auto const kept = keep(writer, services.ids, *table, now);
            // What a fetch failed of stays said until one goes well.
            auto const failure = !kept ? words_of(kept.error()) : table->url ? table->failure : "";
            if (failure != table->failure) note_failure(writer, *table, failure);
            return kept.value_or(0);
        });
    }
    return changed;
}

}  // namespace karkhana::timetable
