#include "server/app/post_office.hpp"

#include <fmt/format.h>

#include "server/facility/records.hpp"
#include "server/notify/records.hpp"
#include "server/notify/webhook_sender.hpp"
#include "server/people/trail_end.hpp"
#include "server/telling/bills.hpp"
#include "server/telling/watched_channel.hpp"

namespace karkhana::app {
namespace {

using namespace std::chrono_literals;

}  // namespace

/// One channel, and whoever sends by it.
struct PostOffice::Way {
    Way(notify::Channel of, std::unique_ptr<notify::Transport> by, WallClock const& at)
        : channel(of, std::move(by), at) {}

    telling::WatchedChannel channel;
    std::unique_ptr<notify::Sender> sender;
};

notify::Ways ways_of(NotifyConfig const& config) {
    return {.sms = config.sms.has_value(), .email = config.smtp.has_value()};
}

PostOffice::PostOffice(Needs const& needs)
    : needs_(needs),
      rising_(needs.clock),
      ids_(needs.random, rising_),
      outbox_(ids_, ways_of(needs.config)),
      telling_{needs.store, needs.clock, outbox_, needs.facility,
               needs.config.smtp ? needs.config.smtp->from : std::string{}},
      reminders_(telling_, needs.books),
      jobs_(needs.log) {
    auto const add = [&](notify::Channel channel, std::unique_ptr<notify::Transport> transport) {
        ways_.push_back(std::make_unique<Way>(channel, std::move(transport), needs_.clock));
    };
    auto const& config = needs.config;
    if (config.sms) add(notify::Channel::sms, std::make_unique<notify::SmsGateway>(*config.sms));
    if (config.smtp)
        add(notify::Channel::email,
            std::make_unique<notify::MailServer>(*config.smtp, needs.real_clock));
    add(notify::Channel::webhook, std::make_unique<notify::WebhookSender>(
                                      needs.store, needs.real_clock, [](std::string_view bytes) {
                                          return !notify::is_private(bytes);
                                      }));
    jobs_.every(1s, "telling", [this] { tell(); });
    jobs_.every(15s, "reminders", [this] { remind(); });
    jobs_.every(10min, "reminders of bills", [this] {
        if (telling::tell_of_bills(telling_) + telling::tell_of_packs(telling_) > 0) needs_.told();
    });
    if (!config.audit_to.empty())
        jobs_.every(10min, "the end of the audit trail", [this] { tell_of_trail(); });
    jobs_.every(1min, "channels that fail", [this] { tell_of_failing(); });
}

PostOffice::~PostOffice() { stop(); }

void PostOffice::start() {
    for (auto& way : ways_)
        way->sender = std::make_unique<notify::Sender>(needs_.store, needs_.clock, way->channel,
                                                       way->channel.channel(), needs_.log);
    jobs_.start();
}

void PostOffice::stop() {
    jobs_.stop();
    for (auto& way : ways_) way->sender.reset();
}

void PostOffice::tell() {
    bool any = false;
    while (telling::tell_next(telling_) > 0) any = true;
    if (any) needs_.told();
}

void PostOffice::remind() {
    if (reminders_.tell_of_bookings() + reminders_.tell_of_authorisations() > 0) needs_.told();
}

/// Once a day: what lies in another house shows when the trail is cut off here.
void PostOffice::tell_of_trail() {
    needs_.store.write([&](store::Writer& writer) {
        auto const head = people::trail_end(writer, needs_.facility);
        if (head.empty()) return true;
        auto const facility = facility::find_facility(writer, needs_.facility).value();
        auto const now = needs_.clock.now();
        auto const day = to_rfc3339(now, Zone::find(facility.zone).value()).substr(0, 10);
        notify::News news{
            .kind = "audit_head",
            .about = needs_.facility.text(),
            .occasion = day,
            .values = {{"facility", facility.name}, {"day", {day, day}}, {"head", {head, head}}}};
        outbox_.tell_address(writer, needs_.facility, needs_.config.audit_to, news, now);
        return true;
    });
}

void PostOffice::tell_of_failing() {
    for (auto const& way : ways_)
        if (way->channel.tell_of_failing(telling_)) needs_.told();
}

std::string PostOffice::metrics() const {
    auto const standings = needs_.store.read(
        [&](store::Reader& reader) { return notify::standings(reader, needs_.facility); });
    std::string waiting = "# TYPE karkhana_messages_waiting gauge\n";
    std::string failed = "# TYPE karkhana_messages_failed gauge\n";
    for (auto const& way : ways_) {
        notify::Standing counted{.channel = way->channel.channel()};
        for (auto const& each : standings)
            if (each.channel == counted.channel) counted = each;
        auto const label = fmt::format("{{channel=\"{}\"}}", name_of(counted.channel));
        waiting += fmt::format("karkhana_messages_waiting{} {}\n", label, counted.waiting);
        failed += fmt::format("karkhana_messages_failed{} {}\n", label, counted.failed);
    }
    return waiting + failed;
}

}  // namespace karkhana::app
