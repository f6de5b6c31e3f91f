#include "server/telling/watched_channel.hpp"

#include "server/facility/records.hpp"

namespace karkhana::telling {
namespace {

facility::Name words_of(notify::Channel channel) {
    if (channel == notify::Channel::sms) return {"SMS", "এসএমএস"};
    if (channel == notify::Channel::email) return {"e-mail", "ই-মেইল"};
    return {"webhook", "ওয়েবহুক"};
}

}  // namespace

notify::Outcome WatchedChannel::send(notify::Message const& message, std::stop_token const& stop) {
    using Kind = notify::Outcome::Kind;
    auto const outcome = transport_->send(message, stop);
    if (outcome.kind == Kind::sent) failing_since_us_ = 0;
    if (outcome.kind == Kind::later && failing_since_us_ == 0)
        failing_since_us_ = micros(clock_.now());
    return outcome;
}

bool WatchedChannel::tell_of_failing(Needs const& needs) const {
    auto const now = clock_.now();
    auto const since = instant(failing_since_us_);
    if (micros(since) == 0 || now - since < failing_most) return false;
    return needs.store.write([&](store::Writer& writer) {
        auto const zone = facility::zone_of(writer, needs.facility);
        needs.outbox.tell_staff(
            writer, needs.facility, "manager",
            {.kind = "channel_failing",
             .about = {},
             .occasion = std::string{name_of(channel_)} + " " + std::to_string(micros(since)),
             .values = {{"channel", words_of(channel_)},
                        {"time", notify::time_words(zone, since)}}},
            now);
        return true;
    });
}

}  // namespace karkhana::telling
