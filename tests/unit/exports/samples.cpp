#include "tests/unit/exports/samples.hpp"

#include "server/base/calendar.hpp"

namespace karkhana::exports {
namespace {

using billing::Basis;
using billing::Window;

template <class AnyId>
AnyId id(int number) {
    AnyId made;
    made.uuid.bytes[0] = 1;
    made.uuid.bytes[14] = static_cast<std::uint8_t>(number / 256);
    made.uuid.bytes[15] = static_cast<std::uint8_t>(number % 256);
    return made;
}

Instant time(std::string_view text) { return parse_rfc3339(text).value(); }

void add_session(billing::InvoiceDocument& bill, int number) {
    auto const session = id<SessionId>(number);
    auto const start = time("2026-11-20T16:30:00+06:00") + std::chrono::hours{2 * (number - 1)};
    auto const stop = start + std::chrono::minutes{60};
    bill.sessions.push_back({session,
                             {"Laser cutter 1", "লেজার কাটার ১"},
                             "pair",
                             {start, stop},
                             {{metering::Edge::start, start, Energy{1'234'567}, "0012 D687",
                               "SDM120-004711", Quality::good, metering::Method::read},
                              {metering::Edge::stop, stop, Energy{1'241'567}, "", "SDM120-004711",
                               Quality::estimated, metering::Method::interpolated}}});
    auto const add = [&](Basis basis, Window window, facility::Name label, std::int64_t quantity,
                         std::int64_t price, std::int64_t amount, Quality quality) {
        int const line = static_cast<int>(bill.lines.size()) + 1;
        bill.lines.push_back({line,
                              session,
                              bill.rate_cards[0].id,
                              {line,
                               basis,
                               window,
                               {label.en, label.bn},
                               quantity,
                               Rate{price},
                               Money{amount},
                               quality}});
        bill.total += Money{amount};
    };
    add(Basis::kwh, Window::off_peak, {"Electricity, off-peak", "বিদ্যুৎ, অফ-পিক"}, 4'200, 10'164'000,
        4'269, Quality::good);
    add(Basis::kwh, Window::peak, {"Electricity, peak", "বিদ্যুৎ, পিক"}, 2'800, 14'000'000, 3'920,
        Quality::estimated);
    add(Basis::piece, Window::any, {"Cutting", "কাটিং"}, 40, 2'500'000, 10'000, Quality::good);
    add(Basis::used_minute, Window::any, {"Machine time", "মেশিনের সময়"}, 3'580, 12'000'000, 71'600,
        Quality::good);
    add(Basis::minimum, Window::any, {"Minimum charge", "সর্বনিম্ন মূল্য"}, 1, 900'000'000, 211,
        Quality::good);
}

}  // namespace

billing::InvoiceDocument sample_bill(int sessions) {
    billing::InvoiceDocument bill;
    bill.number = "BHAIRAB/2026-27/000123";
    bill.issued_at = time("2026-12-01T09:05:07+06:00");
    bill.period = "2026-11";
    bill.seller = {id<FacilityId>(1),
                   {"Bhairab Footwear Service Centre", "ভৈরব পাদুকা সেবা কেন্দ্র"},
                   {"Kamalpur, Bhairab, Kishoreganj", "কমলপুর, ভৈরব, কিশোরগঞ্জ"},
                   "Asia/Dhaka"};
    bill.buyer = {id<EnterpriseId>(1),
                  {"Lakshmi & Shraddha Shoes", "লক্ষ্মী ও শ্রদ্ধা শুজ, স্ত্রী-উদ্যোগ"},
                  "Jagannathpur"};
    bill.rate_cards = {{id<RateCardId>(1), "মূল্যতালিকা ২০২৬", 3}};
    for (int i = 1; i <= sessions; ++i) add_session(bill, i);
    return bill;
}

billing::InvoiceDocument sample_bill() { return sample_bill(1); }

billing::InvoiceDocument shared_bill() {
    auto bill = sample_bill();
    auto& session = bill.sessions[0];
    auto const at = [&](int minutes) {
        return session.during.start + std::chrono::minutes{minutes};
    };
    using enum metering::Edge;
    auto const read = metering::Method::read;
    metering::Share const alone{
        Energy{3'000}, Energy{3'000}, Energy{3'000}, metering::Split::rated_power, 1, 1};
    metering::Share const both{
        Energy{1'500}, Energy{}, Energy{2'000}, metering::Split::rated_power, 3, 4};
    session.registers = {
        {start, at(0), Energy{1'000'000}, "000F 4240", "SDM-1", Quality::good, read},
        {boundary, at(30), Energy{1'003'000}, "000F 4DF8", "SDM-1", Quality::good, read, alone},
        {stop, at(60), Energy{1'005'000}, "000F 55C8", "SDM-1", Quality::good, read, both},
        {start, at(0), Energy{200'000}, "0003 0D40", "SDM-2", Quality::good, read},
        {stop, at(60), Energy{202'500}, "0003 1704", "SDM-2", Quality::good, read}};
    return bill;
}

}  // namespace karkhana::exports
