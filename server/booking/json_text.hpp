#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"

namespace karkhana::booking {

/// Writes JSON by appending to one text: for answers of thousands of rows. Commas come by
/// themselves.
class JsonText {
public:
    JsonText& open(char bracket);   ///< '{' or '['
    JsonText& close(char bracket);  ///< '}' or ']'
    JsonText& key(std::string_view name);
    JsonText& text(std::string_view value);
    JsonText& integer(std::int64_t value);
    JsonText& flag(bool value);
    JsonText& null();
    JsonText& money(Money value);
    /// A piece that is JSON already.
    JsonText& raw(std::string_view json);
    template <class Tag>
    JsonText& id(Id<Tag> const& value) {
        return plain(value.text());
    }
    /// A text that needs no escaping, as ids and times do not.
    JsonText& plain(std::string_view value);

    void reserve(std::size_t bytes) { out_.reserve(bytes); }
    std::string take() { return std::move(out_); }

private:
    void separate();

    std::string out_;
};

/// Says what karkhana::to_rfc3339 says, without the formatted printing that would cost a calendar
/// half its time. `offset` is that of the zone at the instant.
std::string rfc3339_text(Instant at, Duration offset);

/// RFC 3339 in one zone. On a calendar, which goes by start, the same few instants come again and
/// again, so the last ones are remembered.
class TimeTexts {
public:
    explicit TimeTexts(Zone zone) : zone_(std::move(zone)) {}
    std::string_view operator()(Instant at);

private:
    struct Known {
        Instant at{Duration{-1}};
        std::string text;
    };
    Zone zone_;
    std::array<Known, 64> known_;
};

}  // namespace karkhana::booking
