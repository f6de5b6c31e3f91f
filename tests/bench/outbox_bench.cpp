// What telling costs: messages written in the transaction of what they tell of, then sent through
// an SMS gateway and a mail server on this machine, beside the same transfers without an outbox.
// The CPU is this process's alone: the other side is a program of its own.

#include <boost/json/parse.hpp>
#include <chrono>
#include <cstdio>

#include "server/base/random.hpp"
#include "server/facility/records.hpp"
#include "server/notify/mail.hpp"
#include "server/notify/outbox.hpp"
#include "server/notify/records.hpp"
#include "server/notify/sender.hpp"
#include "server/notify/sms.hpp"
#include "server/people/records.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/support/helper_process.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::notify {
namespace {

constexpr int kMessages = 300;
/// Of the CPU of a message that is kept, sent and ticked off, to that of its bare transfer.
constexpr double kSqliteLimit = 8.0;
constexpr double kPostgresLimit = 4.0;

/// What something took for each message, in microseconds.
struct Cost {
    double cpu = 0;
    double wall = 0;
};

template <class Work>
Cost cost_of(Work&& work) {
    auto const began = std::chrono::steady_clock::now();
    auto const cpu = bench::cpu_seconds();
    work();
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - began;
    return {(bench::cpu_seconds() - cpu) * 1e6 / kMessages, took.count() * 1e6 / kMessages};
}

void print(std::string const& what, Cost const& cost, std::string const& more = "") {
    std::printf("%-42s %8.0f us CPU %8.0f messages/s  %s\n", what.c_str(), cost.cpu,
                1e6 / cost.wall, more.c_str());
}

/// A shop whose owner is reached by SMS and by letter.
class Shop {
public:
    explicit Shop(store::Store& ledger) : ledger_(ledger) {
        ledger_.write([&](store::Writer& writer) {
            facility::insert_facility(
                writer,
                {.id = here_, .slug = "bhairab", .name = {"Bhairab", "ভৈরব"}, .zone = "Asia/Dhaka"},
                clock.now());
            people::insert_enterprise(writer, here_, shoes_, clock.now());
            people::insert_person(writer, here_, rina_, "no password", clock.now());
            set_contact(
                writer, here_,
                {.person = rina_.id, .language = Language::bn, .email = "rina@example.org"});
            return true;
        });
    }

    /// As the telling does: so many bookings confirmed, each on the screen, by SMS and by letter.
    void tell(int first, int count) {
        ledger_.write([&](store::Writer& writer) {
            for (int i = first; i < first + count; ++i)
                outbox_.tell_enterprise(writer, here_, shoes_.id, booked(i), clock.now());
            return true;
        });
    }
    std::vector<Message> waiting(Channel channel) {
        auto found = ledger_.read([&](store::Reader& reader) {
            return outbox(reader, here_, State::waiting, std::nullopt, 10 * kMessages);
        });
        std::erase_if(found, [&](Message const& each) { return each.channel != channel; });
        return found;
    }

    ManualWallClock clock{instant(1'795'154'400'000'000)};  // 2026-11-20 12:00 in Dhaka

private:
    News booked(int number) const {
        auto const time = span_words(zone_, {clock.now(), clock.now() + std::chrono::hours{2}});
        return {.kind = "booking_confirmed",
                .about = here_.text(),
                .occasion = std::to_string(number),
                .values = {{"machine", {"Laser 1", "লেজার ১"}},
                           {"time", time},
                           {"facility", {"Bhairab", "ভৈরব"}}}};
    }

    store::Store& ledger_;
    Zone zone_ = Zone::find("Asia/Dhaka").value();
    std::unique_ptr<Random> random_ = system_random();
    IdSource ids_{*random_, clock};
    Outbox outbox_{ids_, {.sms = true, .email = true}};
    FacilityId here_ = ids_.make<FacilityId>();
    people::Enterprise shoes_{
        .id = ids_.make<EnterpriseId>(), .name = {"Rina", "রিনা"}, .phone = "+8801712000001"};
    people::Person rina_{.id = ids_.make<PersonId>(),
                         .login = "rina",
                         .name = {"Rina", "রিনা"},
                         .phone = "+8801712000001",
                         .language = "bn",
                         .roles = {{"member", shoes_.id}}};
};

bool bench_way(store::Store& ledger, Shop& shop, Channel channel, Transport& transport,
               double limit) {
    auto const messages = shop.waiting(channel);
    auto const name = std::string{name_of(channel)};
    if (messages.size() != kMessages) throw std::logic_error("not every " + name + " waits");
    auto const bare = cost_of([&] {
        for (auto const& each : messages)
            if (transport.send(each, {}).kind != Outcome::Kind::sent)
                throw std::runtime_error("not taken: " + name);
    });
    auto const kept = cost_of([&] {
        while (send_next(ledger, shop.clock, transport, channel)) {}
    });
    if (!shop.waiting(channel).empty()) throw std::logic_error("some " + name + " still wait");
    bool const held = kept.cpu <= limit * bare.cpu;
    print("  " + name + ", the bare transfer", bare);
    char words[80];
    std::snprintf(words, sizeof words, "%.2fx (limit %.0fx)%s", kept.cpu / bare.cpu, limit,
                  held ? "" : " MISSED");
    print("  " + name + ", from the outbox", kept, words);
    return held;
}

bool bench(tests::Engine engine, Transport& sms, Transport& mail, double limit) {
    std::printf("%s\n", tests::name_of(engine).c_str());
    tests::ProjectStores stores(engine);
    Shop shop{stores.ledger()};
    print("  written, three ways, alone", cost_of([&] {
              for (int i = 0; i < kMessages / 3; ++i) shop.tell(i, 1);
          }));
    print("  written, three ways, 100 together", cost_of([&] {
              for (int i = 1; i < kMessages / 100; ++i) shop.tell(100 * i, 100);
          }));
    bool const by_sms = bench_way(stores.ledger(), shop, Channel::sms, sms, limit);
    bool const by_letter = bench_way(stores.ledger(), shop, Channel::email, mail, limit);
    return by_sms && by_letter;
}

}  // namespace
}  // namespace karkhana::notify

int main() {
    using namespace karkhana;
    tests::HelperProcess const outside{"tests/support/outside_world"};
    auto const said = boost::json::parse(outside.first_line()).as_object();
    auto const port = [&](char const* name) {
        return "127.0.0.1:" + std::to_string(said.at(name).as_int64());
    };
    SystemWallClock const clock;
    notify::SmsGateway sms{{.url = "http://" + port("http") + "/ok",
                            .body = R"({"to":"{to}","text":"{text}","reference":"{reference}"})",
                            .accepted = "SUCCESS"}};
    notify::MailServer mail{
        {.url = "smtp://" + port("smtp"), .from = "csf@example.org", .tls = false}, clock};
    bool const sqlite = notify::bench(tests::Engine::sqlite, sms, mail, notify::kSqliteLimit);
    bool const postgres = notify::bench(tests::Engine::postgres, sms, mail, notify::kPostgresLimit);
    return sqlite && postgres ? 0 : 1;
}
