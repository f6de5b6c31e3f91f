#include "server/http/json.hpp"

#include <algorithm>
#include <charconv>

#include "server/base/unicode.hpp"
#include "server/http/media_type.hpp"
#include "server/http/strict_json.hpp"

namespace karkhana::http {
namespace {

namespace json = boost::json;

std::string escaped(std::string_view key) {
    std::string out;
    for (char const c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    auto const first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Lines and tabs are text; the other control characters only serve to forge logs and headers.
bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
    });
}

}  // namespace

JsonBody JsonBody::parse(Request const& request) {
    if (request.body.empty()) return {};
    if (!is_media_type(request.header("content-type").value_or(""), "application/json")) {
        JsonBody body;
        body.error_ = Error{ErrorKind::unsupported, "unsupported_media_type", "",
                            "The body must be application/json in UTF-8."};
        return body;
    }
    return parse_text(request.body);
}

JsonBody JsonBody::parse_text(std::string_view text) {
    JsonBody body;
    auto parsed = parse_strictly(text);
    if (!parsed)
        body.error_ = std::move(parsed.error());
    else if (!parsed->is_object())
        body.error_ = Error{ErrorKind::malformed, "bad_json", "", "The body must be an object."};
    else
        body.object_ = std::move(parsed->get_object());
    return body;
}

void JsonBody::fail(std::string_view code, std::string_view key, std::string detail) {
    if (error_) return;
    error_ = Error{ErrorKind::invalid, code, path_ + "/" + escaped(key), std::move(detail)};
}

/// null says the same as nothing at all.
json::value const* JsonBody::take(std::string_view key) {
    taken_.emplace_back(key);
    auto const* const value = object_.if_contains(key);
    if (value && !value->is_null()) return value;
    return nullptr;
}

std::optional<std::string> JsonBody::maybe_text(std::string_view key, std::size_t max_length) {
    auto const* const value = take(key);
    if (!value) return std::nullopt;
    if (!value->is_string()) {
        fail("text_required", key, "The value must be a text.");
        return std::nullopt;
    }
    auto text = nfc(trimmed(value->get_string()));
    if (has_control(text)) fail("bad_text", key, "The text has control characters.");
    if (character_count(text) > max_length)
        fail("too_long", key, "At most " + std::to_string(max_length) + " characters.");
    return text;
}

std::string JsonBody::text(std::string_view key, std::size_t max_length) {
    auto found = maybe_text(key, max_length).value_or("");
    if (found.empty()) fail("missing_field", key, "A text is required.");
    return found;
}

std::optional<std::int64_t> JsonBody::maybe_integer(std::string_view key, std::int64_t min,
                                                    std::int64_t max) {
    auto const* const value = take(key);
    if (!value) return std::nullopt;
    if (!value->is_int64() && !value->is_uint64()) {
        fail("integer_required", key, "The value must be an integer.");
        return std::nullopt;
    }
    json::error_code ec;
    auto const number = value->to_number<std::int64_t>(ec);
    if (ec || number < min || number > max) {
        fail("out_of_range", key,
             "Between " + std::to_string(min) + " and " + std::to_string(max) + ".");
        return std::nullopt;
    }
    return number;
}

std::int64_t JsonBody::integer(std::string_view key, std::int64_t min, std::int64_t max) {
    auto const number = maybe_integer(key, min, max);
    if (!number) fail("missing_field", key, "An integer is required.");
    return number.value_or(min);
}

std::optional<bool> JsonBody::maybe_flag(std::string_view key) {
    auto const* const value = take(key);
    if (!value) return std::nullopt;
    if (!value->is_bool()) fail("flag_required", key, "The value must be true or false.");
    return value->is_bool() && value->get_bool();
}

bool JsonBody::flag(std::string_view key) {
    auto const found = maybe_flag(key);
    if (!found) fail("missing_field", key, "true or false is required.");
    return found.value_or(false);
}

std::optional<Instant> JsonBody::maybe_at(std::string_view key) {
    auto const* const value = take(key);
    if (!value) return std::nullopt;
    auto const parsed = value->is_string() ? parse_rfc3339(value->get_string())
                                           : Result<Instant>{refuse(ErrorKind::invalid, "")};
    if (!parsed) {
        fail("bad_time", key, "A time looks like 2026-11-20T16:40:00+06:00.");
        return std::nullopt;
    }
    return *parsed;
}

Instant JsonBody::at(std::string_view key) {
    auto const found = maybe_at(key);
    if (!found) fail("missing_field", key, "A time is required.");
    return found.value_or(Instant{});
}

std::optional<Money> JsonBody::maybe_money(std::string_view key) {
    auto const* const value = take(key);
    if (!value) return std::nullopt;
    if (!value->is_object()) {
        fail("money_required", key, R"(Money looks like {"amount": 101775, "currency": "BDT"}.)");
        return std::nullopt;
    }
    JsonBody inner;
    inner.object_ = value->get_object();
    inner.path_ = path_ + "/" + escaped(key);
    constexpr std::int64_t kMost = 1'000'000'000'000'000;  // ten thousand crore taka
    auto const amount = inner.integer("amount", -kMost, kMost);
    if (inner.text("currency", 3) != "BDT")
        inner.fail("wrong_currency", "currency", "Only BDT is kept here.");
    close(inner);
    return Money{amount};
}

Money JsonBody::money(std::string_view key) {
    auto const found = maybe_money(key);
    if (!found) fail("missing_field", key, "An amount of money is required.");
    return found.value_or(Money{});
}

std::optional<Uuid> JsonBody::maybe_uuid(std::string_view key) {
    auto const* const value = take(key);
    if (!value) return std::nullopt;
    auto const parsed = value->is_string() ? Uuid::parse(value->get_string()) : std::nullopt;
    if (!parsed) fail("bad_id", key, "The value must be a UUID.");
    return parsed;
}

Uuid JsonBody::uuid(std::string_view key) {
    auto const found = maybe_uuid(key);
    if (!found) fail("missing_field", key, "An id is required.");
    return found.value_or(Uuid{});
}

JsonBody JsonBody::object(std::string_view key) {
    JsonBody part;
    part.path_ = path_ + "/" + escaped(key);
    auto const* const value = take(key);
    if (value && value->is_object())
        part.object_ = value->get_object();
    else if (value)
        fail("object_required", key, "The value must be an object.");
    return part;
}

void JsonBody::close(JsonBody& part) {
    if (auto error = part.finish(); error && !error_) error_ = std::move(error);
}

std::vector<JsonBody> JsonBody::objects(std::string_view key, std::size_t max_count) {
    std::vector<JsonBody> found;
    auto const* const value = take(key);
    if (!value) return found;
    if (!value->is_array()) {
        fail("array_required", key, "The value must be an array.");
        return found;
    }
    auto const& array = value->get_array();
    if (array.size() > max_count) {
        fail("too_many", key, "At most " + std::to_string(max_count) + " elements.");
        return found;
    }
    for (std::size_t i = 0; i < array.size(); ++i) {
        JsonBody element;
        element.path_ = path_ + "/" + escaped(key) + "/" + std::to_string(i);
        if (array[i].is_object())
            element.object_ = array[i].get_object();
        else
            element.error_ = Error{ErrorKind::invalid, "object_required", element.path_,
                                   "The element must be an object."};
        found.push_back(std::move(element));
    }
    return found;
}

std::optional<Error> JsonBody::finish() {
    for (auto const& member : object_) {
        if (error_) break;
        if (std::find(taken_.begin(), taken_.end(), std::string_view{member.key()}) == taken_.end())
            fail("unknown_field", member.key(), "There is no such field.");
    }
    return error_;
}

Result<Instant> query_time(Request const& request, std::string_view name) {
    auto const given = request.parameter(name);
    if (!given)
        return refuse(ErrorKind::invalid, "missing_parameter",
                      "The query needs " + std::string{name} + ".");
    std::string text{*given};
    // A query decodes + to a space, so an offset written without %2B arrives as " 06:00".
    if (text.size() > 6 && text[text.size() - 6] == ' ') text[text.size() - 6] = '+';
    auto const parsed = parse_rfc3339(text);
    if (!parsed)
        return refuse(ErrorKind::invalid, "bad_time",
                      std::string{name} + " must look like 2026-11-20T16:40:00+06:00.");
    return *parsed;
}

std::string etag(std::int64_t version) { return "\"" + std::to_string(version) + "\""; }

Result<std::int64_t> if_match(Request const& request) {
    auto const given = request.header("if-match");
    if (!given)
        return refuse(ErrorKind::precondition, "precondition_required",
                      "Send the ETag of what you edit as If-Match.");
    std::int64_t version = 0;
    auto const inner = given->size() > 2 ? given->substr(1, given->size() - 2) : "";
    auto const [end, error] = std::from_chars(inner.data(), inner.data() + inner.size(), version);
    bool const whole = error == std::errc{} && end == inner.data() + inner.size();
    if (!whole || etag(version) != *given)
        return refuse(ErrorKind::stale, "stale", "If-Match names no version of this.");
    return version;
}

}  // namespace karkhana::http
