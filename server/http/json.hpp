#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/http/message.hpp"

namespace karkhana::http {

/// Reads one JSON object strictly. Every field that is not taken by the time `finish` is called is
/// an error, and so are duplicate keys, doubles where integers are meant, NUL in text, depth over
/// 32 and bytes that are not UTF-8. The first error is kept; reading goes on with empty values, so
/// a handler reads all its fields and asks once:
///
///     auto body = JsonBody::parse(request);
///     auto machine = body.id<MachineId>("machine_id");
///     auto start = body.at("start");
///     if (auto error = body.finish()) return problem(*error);
class JsonBody {
public:
    /// Content-Type must be application/json (else `unsupported_media_type`); an empty body reads
    /// as {}. Errors: `bad_json`, `duplicate_key`, `too_deep`.
    static JsonBody parse(Request const& request);
    static JsonBody parse_text(std::string_view text);

    std::string text(std::string_view key, std::size_t max_length = 200);  ///< NFC, trimmed
    std::optional<std::string> maybe_text(std::string_view key, std::size_t max_length = 200);
    std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
    std::optional<std::int64_t> maybe_integer(std::string_view key, std::int64_t min,
                                              std::int64_t max);
    bool flag(std::string_view key);
    std::optional<bool> maybe_flag(std::string_view key);
    Instant at(std::string_view key);
    std::optional<Instant> maybe_at(std::string_view key);
    Money money(std::string_view key);  ///< {"amount": 101775, "currency": "BDT"}
    std::optional<Money> maybe_money(std::string_view key);
    template <class AnyId>
    AnyId id(std::string_view key) {
        return AnyId{uuid(key)};
    }
    template <class AnyId>
    std::optional<AnyId> maybe_id(std::string_view key) {
        auto const found = maybe_uuid(key);
        if (!found) return std::nullopt;
        return AnyId{*found};
    }
    /// The object at `key`, read by the same rules; absent reads as {}. When its fields are taken,
    /// hand it to `close`, and its first error is this one's.
    JsonBody object(std::string_view key);
    void close(JsonBody& part);
    /// The array at `key`, each element read as an object by the same rules; [] when absent.
    std::vector<JsonBody> objects(std::string_view key, std::size_t max_count);

    /// Says that the value at `key` breaks a rule of the caller; the first error is kept.
    void fail(std::string_view code, std::string_view key, std::string detail);

    /// The first error, or `unknown_field` when something was left over.
    std::optional<Error> finish();

private:
    Uuid uuid(std::string_view key);
    std::optional<Uuid> maybe_uuid(std::string_view key);
    boost::json::value const* take(std::string_view key);

    boost::json::object object_;
    std::vector<std::string> taken_;
    std::optional<Error> error_;
    std::string path_;
};

/// {"amount": ..., "currency": "BDT"}
boost::json::value to_json(Money money);

/// What may be missing is null in an answer.
template <class T>
boost::json::value or_null(std::optional<T> const& maybe) {
    return maybe ? boost::json::value(*maybe) : boost::json::value(nullptr);
}
template <class Tag>
boost::json::value or_null(std::optional<Id<Tag>> const& id) {
    return id ? boost::json::value(id->text()) : boost::json::value(nullptr);
}
boost::json::value or_null(std::optional<Instant> const& at, Zone const& zone);
/// An empty text is a missing one.
boost::json::value text_or_null(std::string const& text);

Response json_response(int status, boost::json::value const& body);
/// RFC 9457: type, title, status, code, detail, errors[].pointer. The only way to say no.
Response problem(Error const& error);
/// The same with members of its own: alternatives, violations.
Response problem(Error const& error, boost::json::object extra);

/// The id in the path: one that cannot be parsed is not_found, like one that does not exist.
template <class AnyId>
Result<AnyId> path_id(Request const& request, std::string const& name = "id") {
    auto const id = AnyId::parse(request.param(name));
    if (!id) return refuse(ErrorKind::not_found, "not_found");
    return *id;
}
/// A time of the query. Errors: `missing_parameter`, `bad_time`.
Result<Instant> query_time(Request const& request, std::string_view name);
/// The strong ETag of a row version: "\"7\"".
std::string etag(std::int64_t version);
/// The version named by If-Match. Errors: `precondition_required` (428), `stale` when malformed.
Result<std::int64_t> if_match(Request const& request);

}  // namespace karkhana::http
