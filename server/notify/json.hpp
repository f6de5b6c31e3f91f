#pragma once

#include <boost/json/object.hpp>

#include "server/base/calendar.hpp"
#include "server/http/json.hpp"
#include "server/notify/records.hpp"
#include "server/notify/webhooks.hpp"

/// Messages and those who get them as the contract shows them.
namespace karkhana::notify {

/// What its reader sees of a message on the screen.
boost::json::object notice_json(Message const& message, Zone const& zone);
/// What the manager sees of one that goes out of the house.
boost::json::object message_json(Message const& message, Zone const& zone);
boost::json::object contact_json(Contact const& contact, Ways const& has);
/// What somebody wants to be changed of a contact. `bad_email` goes to the body.
struct ContactChange {
    std::optional<std::string> email;
    bool by_sms = false;
    bool by_email = false;
    std::optional<Language> language;  ///< empty: as it is
};
ContactChange read_contact_change(http::JsonBody& body);
Contact changed(Contact contact, ContactChange const& change);
boost::json::object quiet_hours_json(QuietHours const& quiet);
/// Without the secret, which is shown once.
boost::json::object webhook_json(Webhook const& webhook, Zone const& zone);

}  // namespace karkhana::notify
