#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "server/http/message.hpp"
#include "server/notify/api.hpp"

/// The handlers that stand in files of their own, and what all of them share.
namespace karkhana::notify {

/// How a shop is reached: its own number and letter-box, and the people who act for it.
http::Response list_contacts(Services const& services, http::Request const& request);
http::Response change_enterprise_contact(Services const& services, http::Request const& request);
http::Response change_person_contact(Services const& services, http::Request const& request);
/// To whoever asks, by all the ways that they are told by.
http::Response test_message(Services const& services, http::Request const& request);

void append_audit(store::Writer& writer, http::Principal const& who, std::string action,
                  std::string subject, boost::json::object const& after, Instant now);

}  // namespace karkhana::notify
