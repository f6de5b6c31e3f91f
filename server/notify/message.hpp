#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/base/text.hpp"
#include "server/base/time.hpp"
#include "server/facility/rules.hpp"

/// What is told to people, by which way, and what became of it.
namespace karkhana::notify {

using MessageId = Id<struct MessageTag>;
using WebhookId = Id<struct WebhookTag>;

enum class Channel {
    in_app,   ///< stands in the browser until it is read
    sms,      ///< by the facility's HTTP gateway
    email,    ///< by SMTP
    webhook,  ///< to another program, signed
};
std::string_view name_of(Channel channel);
std::optional<Channel> channel_of(std::string_view name);

enum class State {
    waiting,  ///< until it is due
    sending,  ///< somebody has taken it, and has it until a time
    sent,
    failed,   ///< given up; a person may have it tried again
    expired,  ///< was of no use any more before it could be sent
};
std::string_view name_of(State state);
std::optional<State> state_of(std::string_view name);

/// What a text speaks of, in both languages: {"machine": {"Laser 1", "লেজার ১"}}.
using Values = std::map<std::string, facility::Name, std::less<>>;

/// One text by one way to one address. What was said is kept as it was said.
struct Message {
    FacilityId facility;
    MessageId id;
    std::string kind;
    Channel channel = Channel::in_app;
    std::optional<PersonId> person;
    std::optional<EnterpriseId> enterprise;
    std::optional<WebhookId> webhook;
    /// A number in E.164 or an e-mail address; empty for the other ways.
    std::string address;
    Language language = Language::bn;
    std::string subject;
    std::string text;
    std::string calendar;  ///< an iCalendar object that goes with an e-mail; mostly empty
    std::string about;     ///< the id of what it speaks of
    std::string occasion;  ///< what happens once: a second message of the same occasion is not kept
    int parts = 1;         ///< what an SMS costs
    State state = State::waiting;
    int attempts = 0;
    Instant created_at;
    Instant due_at;
    std::optional<Instant> useful_until;
    std::optional<Instant> sent_at;
    std::optional<Instant> read_at;
    std::string failure;
};

}  // namespace karkhana::notify
