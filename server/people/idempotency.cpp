#include "server/people/idempotency.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/base/digest.hpp"
#include "server/http/json.hpp"

namespace karkhana::people {
namespace {

namespace json = boost::json;

/// An answer to keep, or a refusal that undoes everything.
using Outcome = tl::expected<http::Response, http::Response>;

http::Response either(Outcome outcome) {
    return outcome ? std::move(*outcome) : std::move(outcome.error());
}

struct Kept {
    std::string key_hash;
    std::string request_hash;
};

/// The key itself is hashed into both. It is random and not stored, so the hash of a request that
/// carries a password tells nobody who reads the database whether a guess of it is right.
Kept hashes_of(http::Request const& request, std::string_view key) {
    std::string whole{key};
    for (auto const part : {std::string_view{request.method}, std::string_view{request.path},
                            std::string_view{request.body}}) {
        whole += '\n';
        whole += part;
    }
    return {sha256_hex(key), sha256_hex(whole)};
}

std::string headers_text(http::Response const& response) {
    json::array pairs;
    for (auto const& [name, value] : response.headers) pairs.push_back(json::array{name, value});
    return json::serialize(pairs);
}

http::Response stored_answer(store::Row const& row) {
    http::Response response{static_cast<int>(row.integer(1)), row.text(2), row.text(4)};
    auto const headers = json::parse(row.text(3));
    for (auto const& pair : headers.as_array()) {
        auto const& both = pair.as_array();
        response.with(std::string{both[0].as_string()}, std::string{both[1].as_string()});
    }
    return response.with("Idempotent-Replayed", "true");
}

/// Puts the key in before the work is done, so that a second request of the same key waits here for
/// the first, instead of doing the work against it. For PostgreSQL: on SQLite nobody else writes.
bool reserve(store::Writer& writer, http::Principal const& who, Kept const& kept, Instant now) {
    return writer.execute(
               "INSERT INTO idempotency (facility_id, person_id, key_hash, request_hash, status, "
               "content_type, headers, body, created_at) "
               "VALUES ($1, $2, $3, $4, 0, '', '', '', $5) ON CONFLICT DO NOTHING",
               who.facility, who.person, kept.key_hash, kept.request_hash, now) == 1;
}

/// What is kept of an answer that nobody may read again.
http::Response without_secret(http::Response const& response) {
    http::Response bare;
    bare.status = response.status;
    return bare;
}

void keep(store::Writer& writer, http::Principal const& who, Kept const& kept,
          http::Response const& response, Instant now) {
    auto const& body = response.shared_body ? *response.shared_body : response.body;
    if (writer.is_postgres())
        writer.execute(
            "UPDATE idempotency SET status = $4, content_type = $5, headers = $6, body = $7 "
            "WHERE facility_id = $1 AND person_id = $2 AND key_hash = $3",
            who.facility, who.person, kept.key_hash, response.status, response.content_type,
            headers_text(response), body);
    else
        writer.execute("INSERT INTO idempotency (facility_id, person_id, key_hash, request_hash, "
                       "status, content_type, headers, body, created_at) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                       who.facility, who.person, kept.key_hash, kept.request_hash, response.status,
                       response.content_type, headers_text(response), body, now);
}

std::optional<Outcome> find_answer(store::Reader& reader, http::Principal const& who,
                                   Kept const& kept, Keep what = Keep::answer) {
    return reader.first(
        "SELECT request_hash, status, content_type, headers, body FROM idempotency "
        "WHERE facility_id = $1 AND person_id = $2 AND key_hash = $3",
        [&](store::Row const& row) -> Outcome {
            if (row.text(0) != kept.request_hash)
                return tl::make_unexpected(
                    http::problem({ErrorKind::invalid, "idempotency_key_reused", "",
                                   "This Idempotency-Key was sent with another request before."}));
            if (what == Keep::answer) return stored_answer(row);
            return tl::make_unexpected(http::problem(
                {ErrorKind::conflict, "secret_not_kept", "",
                 "It was done. Its secret was shown once and is kept nowhere: take it back and "
                 "make another."}));
        },
        who.facility, who.person, kept.key_hash);
}

}  // namespace

std::optional<http::Response> answered_before(store::Store& store, http::Request const& request) {
    auto const key = request.header("idempotency-key");
    if (!key) return std::nullopt;
    auto const& who = request.principal.value();
    auto found = store.read(
        [&](store::Reader& reader) { return find_answer(reader, who, hashes_of(request, *key)); });
    if (!found) return std::nullopt;
    return either(std::move(*found));
}

http::Response write_once(store::Store& store, WallClock const& clock, http::Request const& request,
                          std::function<http::Response(store::Writer&)> const& work, Keep what) {
    auto const run = [&](store::Writer& writer) -> Outcome {
        auto response = work(writer);
        if (response.status >= 400) return tl::make_unexpected(std::move(response));
        return response;
    };
    auto const key = request.header("idempotency-key");
    if (!key) return either(store.write(run));
    auto const& who = request.principal.value();
    auto const kept = hashes_of(request, *key);
    return either(store.write([&](store::Writer& writer) -> Outcome {
        auto const now = clock.now();
        if (writer.is_postgres()) {
            if (!reserve(writer, who, kept, now))
                return find_answer(writer, who, kept, what).value();
        } else if (auto answered = find_answer(writer, who, kept, what)) {
            return std::move(*answered);
        }
        auto outcome = run(writer);
        if (outcome)
            keep(writer, who, kept, what == Keep::answer ? *outcome : without_secret(*outcome),
                 now);
        return outcome;
    }));
}

}  // namespace karkhana::people
