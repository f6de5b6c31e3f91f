#include "server/booking/quote_token.hpp"

#include <charconv>
#include <vector>

#include "server/base/digest.hpp"

namespace karkhana::booking {
namespace {

std::vector<std::string_view> split(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size();) {
        auto const end = std::min(text.find(mark, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string signature(std::string_view secret, std::string_view payload) {
    return to_base64(hmac_sha256(secret, payload));
}

}  // namespace

std::string sign_quote(std::string_view secret, Quoted const& quoted) {
    auto const number = [](std::int64_t value) { return std::to_string(value); };
    std::string payload = quoted.machine.text() + "|" + quoted.enterprise.text();
    payload += "|" + number(micros(quoted.during.start)) + "|" + number(micros(quoted.during.end));
    payload += "|" + (quoted.quantity ? number(*quoted.quantity) : "");
    payload += "|" + number(quoted.price.poisha);
    payload += "|" + (quoted.card ? quoted.card->text() : "");
    payload += "|" + number(micros(quoted.valid_until));
    return to_base64(payload) + "." + signature(secret, payload);
}

Result<Quoted> read_quote(std::string_view secret, std::string_view token) {
    auto const bad =
        refuse(ErrorKind::invalid, "bad_quote", "this quote is not one of ours", "/quote");
    auto const dot = token.find('.');
    if (secret.empty() || dot == token.npos) return bad;
    auto const payload = from_base64(token.substr(0, dot));
    if (!payload || !equal_constant_time(signature(secret, *payload), token.substr(dot + 1)))
        return bad;
    // Signed here, so it is as it was written.
    auto const parts = split(*payload, '|');
    if (parts.size() != 8) return bad;
    return Quoted{
        .machine = MachineId::parse(parts[0]).value(),
        .enterprise = EnterpriseId::parse(parts[1]).value(),
        .during = {instant(number_of(parts[2]).value()), instant(number_of(parts[3]).value())},
        .quantity = number_of(parts[4]),
        .price = {number_of(parts[5]).value()},
        .card = RateCardId::parse(parts[6]),
        .valid_until = instant(number_of(parts[7]).value())};
}

}  // namespace karkhana::booking
