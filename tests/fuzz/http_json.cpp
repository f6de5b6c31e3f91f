// Bytes of a stranger through the strict JSON reader. Whatever passes must mean the same when it is
// written and read again, and every reader of a field must give a value or an error, never both.

#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/http/json.hpp"
#include "server/http/strict_json.hpp"

namespace {

using namespace karkhana;
using namespace karkhana::http;

void check(bool holds) {
    if (!holds) std::abort();
}

bool has_double(boost::json::value const& value) {
    if (value.is_double()) return true;
    if (auto const* array = value.if_array())
        for (auto const& element : *array)
            if (has_double(element)) return true;
    if (auto const* object = value.if_object())
        for (auto const& member : *object)
            if (has_double(member.value())) return true;
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const parsed = parse_strictly(text);
    if (parsed && !has_double(*parsed)) {
        auto const again = parse_strictly(boost::json::serialize(*parsed));
        check(again.has_value() && *again == *parsed);
    }
    auto body = JsonBody::parse_text(text);
    auto const number = body.maybe_integer("n", -5, 5);
    check(!number || (*number >= -5 && *number <= 5));
    body.maybe_text("t", 10);
    body.maybe_at("a");
    body.maybe_money("m");
    body.maybe_flag("f");
    body.maybe_id<MachineId>("i");
    for (auto& element : body.objects("o", 5)) {
        element.integer("n", 0, 9);
        element.finish();
    }
    auto const error = body.finish();
    check(error.has_value() || parsed->is_object());
    return 0;
}
