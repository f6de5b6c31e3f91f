#include "server/billing/bangla_qr.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace karkhana::billing {
namespace {

struct QrField {
    int tag = 0;
    std::string value;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Tags and lengths of two digits each; nullopt where the text does not come out even.
std::optional<std::vector<QrField>> qr_fields(std::string_view text) {
    std::vector<QrField> fields;
    while (!text.empty()) {
        if (text.size() < 4 || !std::ranges::all_of(text.substr(0, 4), is_digit))
            return std::nullopt;
        auto const two = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
        auto const length = static_cast<std::size_t>(two(2));
        if (text.size() < 4 + length) return std::nullopt;
        fields.push_back({two(0), std::string{text.substr(4, length)}});
        text.remove_prefix(4 + length);
    }
    return fields;
}

std::string qr_text(std::vector<QrField> const& fields) {
    std::string text;
    for (auto const& [tag, value] : fields)
        text += fmt::format("{:02}{:02}{}", tag, value.size(), value);
    return text;
}

/// In its place, or before the first of a higher tag.
void put(std::vector<QrField>& fields, int tag, std::string value) {
    if (auto const at = std::ranges::find(fields, tag, &QrField::tag); at != fields.end()) {
        at->value = std::move(value);
        return;
    }
    auto const after =
        std::ranges::find_if(fields, [&](QrField const& field) { return field.tag > tag; });
    fields.insert(after, {tag, std::move(value)});
}

std::string checked(std::string text) {
    text += "6304";
    return text + fmt::format("{:04X}", crc16_of(text));
}

}  // namespace

std::uint16_t crc16_of(std::string_view bytes) {
    unsigned crc = 0xFFFF;
    for (unsigned char const byte : bytes) {
        crc ^= static_cast<unsigned>(byte) << 8;
        for (int bit = 0; bit < 8; ++bit) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    }
    return static_cast<std::uint16_t>(crc);
}

Result<std::string> bangla_qr(std::string_view static_text, Money amount, std::string_view bill) {
    auto const bad = [](std::string_view why) {
        return refuse(ErrorKind::invalid, "bad_qr", std::string{why}, "/bangla_qr");
    };
    auto fields = qr_fields(static_text);
    if (!fields || fields->empty() || fields->front().tag != 0)
        return bad("not a text of tags and lengths that begins with 00");
    if (fields->back().tag != 63 ||
        checked(std::string{static_text.substr(0, static_text.size() - 8)}) != static_text)
        return bad("its checksum is wrong");
    if (amount.poisha <= 0 || amount.poisha > 99'999'999'999)
        return refuse(ErrorKind::invalid, "bad_amount", "cannot be asked for by a code");
    fields->pop_back();
    put(*fields, 1, "12");
    put(*fields, 54, fmt::format("{}.{:02}", amount.poisha / 100, amount.poisha % 100));
    auto const more = std::ranges::find(*fields, 62, &QrField::tag);
    auto parts = qr_fields(more == fields->end() ? std::string_view{} : more->value);
    if (!parts) return bad("its additional data cannot be read");
    put(*parts, 1, std::string{bill.substr(bill.size() - std::min<std::size_t>(bill.size(), 25))});
    auto const additional = qr_text(*parts);
    if (additional.size() > 99) return bad("its additional data leaves no room for a bill number");
    put(*fields, 62, additional);
    return checked(qr_text(*fields));
}

}  // namespace karkhana::billing
