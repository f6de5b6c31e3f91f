#include "server/http/strict_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <set>
#include <string>
#include <vector>

namespace karkhana::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepth = 32;

/// Builds the value as the parser goes. Boost's own handler keeps the last of two equal keys, and
/// whoever checked the first one would have checked something else than what is used.
struct Builder {
    static constexpr std::size_t max_object_size = 1000;
    static constexpr std::size_t max_array_size = 10'000;
    static constexpr std::size_t max_key_size = 200;
    static constexpr std::size_t max_string_size = 0x7ffffffe;

    json::value_stack stack;
    std::vector<std::set<std::string, std::less<>>> keys;
    std::string key;
    bool duplicate = false;
    bool nul = false;

    bool stop(json::error_code& ec) {
        ec = json::error::syntax;
        return false;
    }
    bool note_text(json::string_view text) {
        nul = nul || text.find('\0') != json::string_view::npos;
        return !nul;
    }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) {
        keys.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t size, json::error_code&) {
        keys.pop_back();
        stack.push_object(size);
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t size, json::error_code&) {
        stack.push_array(size);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key.append(part.data(), part.size());
        stack.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
        key.append(part.data(), part.size());
        stack.push_key(part);
        duplicate = !keys.back().insert(key).second;
        bool const good = !duplicate && note_text(key);
        key.clear();
        return good || stop(ec);
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code& ec) {
        stack.push_chars(part);
        return note_text(part) || stop(ec);
    }
    bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
        stack.push_string(part);
        return note_text(part) || stop(ec);
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
        stack.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
        stack.push_uint64(number);
        return true;
    }
    bool on_double(double number, json::string_view, json::error_code&) {
        stack.push_double(number);
        return true;
    }
    bool on_bool(bool flag, json::error_code&) {
        stack.push_bool(flag);
        return true;
    }
    bool on_null(json::error_code&) {
        stack.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }
};

json::parse_options strict_options() {
    json::parse_options options;
    options.max_depth = kDepth;
    return options;
}

}  // namespace

Result<json::value> parse_strictly(std::string_view text) {
    json::basic_parser<Builder> parser(strict_options());
    auto& builder = parser.handler();
    builder.stack.reset();
    json::error_code ec;
    auto const used = parser.write_some(false, text.data(), text.size(), ec);
    if (builder.duplicate)
        return refuse(ErrorKind::malformed, "duplicate_key", "An object has a key twice.");
    if (builder.nul) return refuse(ErrorKind::malformed, "bad_json", "A text contains NUL.");
    if (ec == json::error::too_deep)
        return refuse(ErrorKind::malformed, "too_deep", "The body is nested too deeply.");
    if (ec == json::error::exponent_overflow)
        return refuse(ErrorKind::invalid, "integer_required", "A number is out of all range.");
    if (ec || used != text.size())
        return refuse(ErrorKind::malformed, "bad_json", "The body is not JSON.");
    return builder.stack.release();
}

}  // namespace karkhana::http
