#include "server/people/refusals.hpp"

#include <boost/json/serialize.hpp>
#include <utility>

#include "server/people/audit.hpp"
#include "server/people/login.hpp"

namespace karkhana::people {
namespace {

/// A page that looks for what has gone is no news: only a thing that was asked for by its id is.
bool is_news(http::Request const& request, int status) {
    if (status == 403) return true;
    if (status == 404) return request.principal && !request.params.empty();
    return !request.principal && request.method != "GET" && request.method != "HEAD";
}

}  // namespace

void Refusals::note(http::Request const& request, http::Route const& route, int status) {
    if (!is_news(request, status)) return;
    Who who{.facility = {},
            .person = {},
            .address = address_key(request.peer),
            .operation = "",
            .status = status};
    // A stranger is one line, whatever the doors that were tried.
    if (request.principal || route.access == http::Access::open) who.operation = route.operation_id;
    if (request.principal) {
        who.facility = request.principal->facility;
        who.person = request.principal->person;
    }
    // What a path without a log-in holds may be a secret, as that of a feed is.
    auto const& path = request.principal ? request.path : route.pattern;
    std::lock_guard const lock{mutex_};
    if (noted_.size() >= kMost && !noted_.contains(who))
        who = {.facility = {}, .person = {}, .address = "", .operation = "", .status = status};
    auto& tries = noted_[who];
    if (++tries.times == 1) tries.first_path = path;
}

void Refusals::write(store::Store& store, FacilityId const& own, Instant now) {
    std::map<Who, Tries> noted;
    {
        std::lock_guard const lock{mutex_};
        noted = std::exchange(noted_, {});
    }
    if (noted.empty()) return;
    store.write([&](store::Writer& writer) {
        for (auto const& [who, tries] : noted) {
            boost::json::object const after{{"status", who.status},
                                            {"times", tries.times},
                                            {"first_path", tries.first_path},
                                            {"address", who.address}};
            append_audit(writer, who.facility.value_or(own),
                         {.person = who.person,
                          .action = "refuseAccess",
                          .subject = "operation/" + who.operation,
                          .after = boost::json::serialize(after)},
                         now);
        }
        return true;
    });
}

}  // namespace karkhana::people
