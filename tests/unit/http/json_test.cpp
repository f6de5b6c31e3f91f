#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/http/json.hpp"
#include "server/http/strict_json.hpp"

namespace karkhana::http {
namespace {

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
}

std::string many_keys(int count) {
    std::string out = "{";
    for (int i = 0; i < count; ++i) out += (i ? "," : "") + ("\"k" + std::to_string(i)) + "\":1";
    return out + "}";
}

std::string code_of(std::string_view text) {
    auto const parsed = parse_strictly(text);
    return parsed ? "" : std::string{parsed.error().code};
}

TEST(StrictJson, says_what_is_wrong_with_a_text) {
    struct Case {
        std::string text;
        char const* code;
    };
    Case const cases[] = {
        {"{}", ""},
        {" { \"a\" : [ 1 , -0 , true , null ] } \n", ""},
        {R"({"a":1,"A":2,"b":{"a":3}})", ""},
        {R"({"amount":1,"amount":2})", "duplicate_key"},
        {R"({"a":{"x":1,"x":1}})", "duplicate_key"},
        {R"({"a":1,"\u0061":2})", "duplicate_key"},
        {nested(32), ""},
        {nested(33), "too_deep"},
        {"", "bad_json"},
        {"{", "bad_json"},
        {"{}x", "bad_json"},
        {"{}{}", "bad_json"},
        {"{\"a\":1,}", "bad_json"},
        {"{'a':1}", "bad_json"},
        {"// hello\n{}", "bad_json"},
        {"{\"a\":NaN}", "bad_json"},
        {"{\"a\":Infinity}", "bad_json"},
        {"{\"a\":01}", "bad_json"},
        {"{\"a\":+1}", "bad_json"},
        {"{\"a\":\"\\u0000\"}", "bad_json"},
        {"{\"\\u0000\":1}", "bad_json"},
        {std::string("{\"a\":\"\0\"}", 9), "bad_json"},
        {"{\"a\":\"\xff\"}", "bad_json"},
        {"{\"a\":\"\xc0\xae\"}", "bad_json"},
        {"{\"a\":\"\xed\xa0\x80\"}", "bad_json"},
        {R"({"a":"\ud800"})", "bad_json"},
        {"\xef\xbb\xbf{}", "bad_json"},
        {"{\"a\":\"\n\"}", "bad_json"},
        {many_keys(1000), ""},
        {many_keys(1001), "bad_json"},
        {"{\"a\":1e400}", ""},
        {"{\"a\":1e99999999999}", "integer_required"},
    };
    for (auto const& item : cases) EXPECT_EQ(code_of(item.text), item.code) << item.text;
}

TEST(StrictJson, bounds_the_length_of_an_array) {
    std::string text = "[1";
    for (int i = 0; i < 10'000; ++i) text += ",1";
    EXPECT_EQ(code_of(text + "]"), "bad_json");
}

/// What a handler that wants one integer from 0 to 1000 says about a body.
std::string verdict(std::string_view text) {
    auto body = JsonBody::parse_text(text);
    auto const number = body.integer("n", 0, 1000);
    auto const error = body.finish();
    return error ? std::string{error->code} + " " + error->field : std::to_string(number);
}

TEST(JsonBody, takes_integers_and_nothing_like_them) {
    struct Case {
        char const* text;
        char const* verdict;
    };
    Case const cases[] = {
        {R"({"n":0})", "0"},
        {R"({"n":-0})", "0"},
        {R"({"n":1000})", "1000"},
        {R"({"n":1001})", "out_of_range /n"},
        {R"({"n":-1})", "out_of_range /n"},
        {R"({"n":18446744073709551615})", "out_of_range /n"},
        {R"({"n":99999999999999999999})", "integer_required /n"},
        {R"({"n":1.10})", "integer_required /n"},
        {R"({"n":1.0})", "integer_required /n"},
        {R"({"n":1e2})", "integer_required /n"},
        {R"({"n":1e400})", "integer_required /n"},
        {R"({"n":"7"})", "integer_required /n"},
        {R"({"n":true})", "integer_required /n"},
        {R"({"n":null})", "missing_field /n"},
        {"{}", "missing_field /n"},
        {R"({"n":1,"tenant_id":2})", "unknown_field /tenant_id"},
        {R"({"n":1,"a/b~c":2})", "unknown_field /a~1b~0c"},
        {"[]", "bad_json "},
        {"null", "bad_json "},
        {"\"x\"", "bad_json "},
    };
    for (auto const& item : cases) EXPECT_EQ(verdict(item.text), item.verdict) << item.text;
}

TEST(JsonBody, keeps_large_integers_exact) {
    auto body = JsonBody::parse_text(R"({"n":9007199254740993})");
    EXPECT_EQ(body.integer("n", 0, INT64_MAX), 9007199254740993);
}

std::string text_verdict(std::string_view json) {
    auto body = JsonBody::parse_text(json);
    auto const text = body.text("t", 5);
    auto const error = body.finish();
    return error ? std::string{error->code} : "=" + text;
}

TEST(JsonBody, trims_composes_and_bounds_text) {
    struct Case {
        char const* text;
        char const* verdict;
    };
    Case const cases[] = {
        {R"({"t":"abc"})", "=abc"},
        {R"({"t":"  abc\n"})", "=abc"},
        {R"({"t":"কারখা"})", "=কারখা"},
        {R"({"t":"কারখানা"})", "too_long"},
        {R"({"t":"abcdef"})", "too_long"},
        {R"({"t":"e\u0301"})", "=\xc3\xa9"},
        {R"({"t":"a\nb"})", "=a\nb"},
        {R"({"t":"a\u0007b"})", "bad_text"},
        {R"({"t":"a\u007f"})", "bad_text"},
        {R"({"t":""})", "missing_field"},
        {R"({"t":"   "})", "missing_field"},
        {R"({"t":7})", "text_required"},
        {"{}", "missing_field"},
    };
    for (auto const& item : cases) EXPECT_EQ(text_verdict(item.text), item.verdict) << item.text;
}

TEST(JsonBody, reads_money_times_ids_and_flags) {
    auto body = JsonBody::parse_text(R"({
        "price": {"amount": 101775, "currency": "BDT"}, "start": "2026-11-20T16:40:00+06:00",
        "machine_id": "0190a000-0000-7000-8000-000000000001", "paid": true})");
    EXPECT_EQ(body.money("price"), Money{101775});
    EXPECT_EQ(body.at("start"), instant(1'795'171'200'000'000));
    EXPECT_EQ(body.id<MachineId>("machine_id").text(), "0190a000-0000-7000-8000-000000000001");
    EXPECT_TRUE(body.flag("paid"));
    EXPECT_EQ(body.maybe_integer("absent", 0, 1), std::nullopt);
    EXPECT_EQ(body.maybe_money("absent"), std::nullopt);
    EXPECT_EQ(body.maybe_at("absent"), std::nullopt);
    EXPECT_EQ(body.maybe_id<MachineId>("absent"), std::nullopt);
    EXPECT_EQ(body.maybe_flag("absent"), std::nullopt);
    EXPECT_EQ(body.maybe_text("absent"), std::nullopt);
    EXPECT_FALSE(body.finish());
}

std::string money_verdict(std::string_view json) {
    auto body = JsonBody::parse_text(json);
    body.money("m");
    auto const error = body.finish();
    return error ? std::string{error->code} + " " + error->field : "";
}

TEST(JsonBody, refuses_money_that_is_not_ours) {
    EXPECT_EQ(money_verdict(R"({"m":{"amount":1,"currency":"BDT"}})"), "");
    EXPECT_EQ(money_verdict(R"({"m":{"amount":1,"currency":"USD"}})"),
              "wrong_currency /m/currency");
    EXPECT_EQ(money_verdict(R"({"m":{"amount":1.5,"currency":"BDT"}})"),
              "integer_required /m/amount");
    EXPECT_EQ(money_verdict(R"({"m":{"amount":1,"currency":"BDT","x":1}})"), "unknown_field /m/x");
    EXPECT_EQ(money_verdict(R"({"m":{"amount":1}})"), "missing_field /m/currency");
    EXPECT_EQ(money_verdict(R"({"m":101775})"), "money_required /m");
}

TEST(JsonBody, reads_each_element_by_the_same_rules) {
    auto body = JsonBody::parse_text(R"({"lines":[{"n":1},{"n":2,"x":3},7]})");
    auto lines = body.objects("lines", 3);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].integer("n", 0, 9), 1);
    EXPECT_FALSE(lines[0].finish());
    EXPECT_EQ(lines[1].integer("n", 0, 9), 2);
    EXPECT_EQ(lines[1].finish().value().field, "/lines/1/x");
    EXPECT_EQ(lines[2].finish().value().code, "object_required");
    EXPECT_FALSE(body.finish());
    auto many = JsonBody::parse_text(R"({"lines":[{},{}]})");
    EXPECT_TRUE(many.objects("lines", 1).empty());
    EXPECT_EQ(many.finish().value().code, "too_many");
}

TEST(JsonBody, wants_json_in_utf8) {
    struct Case {
        char const* type;
        char const* code;
    };
    Case const cases[] = {
        {"application/json", ""},
        {"Application/JSON; charset=UTF-8", ""},
        {"application/json;charset=\"utf-8\"", ""},
        {"application/json; charset=utf-7", "unsupported_media_type"},
        {"text/plain", "unsupported_media_type"},
        {"application/jsonp", "unsupported_media_type"},
        {"", "unsupported_media_type"},
    };
    for (auto const& item : cases) {
        Request request;
        request.headers = {{"content-type", item.type}};
        request.body = "{}";
        auto const error = JsonBody::parse(request).finish();
        EXPECT_EQ(error ? error->code : "", item.code) << item.type;
    }
    EXPECT_FALSE(JsonBody::parse(Request{}).finish()) << "no body is {}";
}

TEST(Problem, is_a_document_of_rfc_9457) {
    auto const response = problem(Error{ErrorKind::invalid, "too_long", "/name", "At most 5."});
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(response.body,
              R"({"type":"/problems/too_long","title":"Unprocessable Content","status":422,)"
              R"("code":"too_long","detail":"At most 5.",)"
              R"("errors":[{"code":"too_long","pointer":"/name","detail":"At most 5."}]})");
    auto const taken = problem(Error{ErrorKind::conflict, "slot_taken"}, {{"alternatives", 3}});
    EXPECT_EQ(taken.body, R"({"type":"/problems/slot_taken","title":"Conflict","status":409,)"
                          R"("code":"slot_taken","alternatives":3})");
}

TEST(Problem, has_the_status_of_its_kind) {
    struct Case {
        ErrorKind kind;
        int status;
    };
    Case const cases[] = {
        {ErrorKind::malformed, 400}, {ErrorKind::unauthenticated, 401},
        {ErrorKind::forbidden, 403}, {ErrorKind::not_found, 404},
        {ErrorKind::conflict, 409},  {ErrorKind::stale, 412},
        {ErrorKind::too_large, 413}, {ErrorKind::unsupported, 415},
        {ErrorKind::invalid, 422},   {ErrorKind::precondition, 428},
        {ErrorKind::limited, 429},   {ErrorKind::unavailable, 503},
    };
    for (auto const& item : cases) EXPECT_EQ(problem(Error{item.kind, "x"}).status, item.status);
}

TEST(IfMatch, names_one_version) {
    struct Case {
        char const* header;
        char const* verdict;
    };
    Case const cases[] = {{"\"7\"", "7"},    {"\"0\"", "0"},       {"7", "stale"},
                          {"*", "stale"},    {"W/\"7\"", "stale"}, {"\"07\"", "stale"},
                          {"\"\"", "stale"}, {"", "stale"}};
    for (auto const& item : cases) {
        Request request;
        request.headers = {{"if-match", item.header}};
        auto const version = if_match(request);
        EXPECT_EQ(version ? std::to_string(*version) : version.error().code, item.verdict);
    }
    EXPECT_EQ(if_match(Request{}).error().code, "precondition_required");
    EXPECT_EQ(etag(7), "\"7\"");
}

TEST(QueryTime, forgives_an_unescaped_plus) {
    Request request;
    request.query = {{"from", "2026-11-20T16:40:00 06:00"}, {"to", "tomorrow"}};
    EXPECT_EQ(query_time(request, "from").value(), instant(1'795'171'200'000'000));
    EXPECT_EQ(query_time(request, "to").error().code, "bad_time");
    EXPECT_EQ(query_time(request, "at").error().code, "missing_parameter");
}

TEST(PathId, treats_a_malformed_id_like_an_unknown_one) {
    Request request;
    request.params = {{"id", "7"}};
    EXPECT_EQ(path_id<MachineId>(request).error().kind, ErrorKind::not_found);
    request.params = {{"id", "0190a000-0000-7000-8000-000000000001"}};
    EXPECT_TRUE(path_id<MachineId>(request));
}

}  // namespace
}  // namespace karkhana::http
