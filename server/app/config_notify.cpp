#include <algorithm>
#include <boost/json/parse.hpp>

#include "server/app/config_parts.hpp"

namespace karkhana::app {
namespace {

using config::Table;

/// The secret in the file that the key names; empty when there is no such key.
std::string secret_of(Table& table, std::string_view key) {
    auto const path = table.text(key);
    if (!path) return "";
    auto secret = read_secret(*path);
    if (secret) return *secret;
    table.complain(key, secret.error().detail);
    return "-";
}

/// What stands between "//" and the path, without the port.
std::string host_of(std::string_view url) {
    auto const from = url.find("//");
    if (from == url.npos) return "";
    auto host = url.substr(from + 2);
    host = host.substr(0, host.find_first_of("/?#"));
    bool const in_brackets = host.starts_with('[');
    auto const end = in_brackets ? host.find(']') : host.rfind(':');
    return std::string{in_brackets ? host.substr(1, end - 1) : host.substr(0, end)};
}

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

notify::SmtpSettings read_smtp(Table& table) {
    notify::SmtpSettings found{.url = table.require_text("url"),
                               .from = table.require_text("from"),
                               .user = table.text("user").value_or(""),
                               .password = secret_of(table, "password_file"),
                               .tls = table.flag("tls").value_or(true)};
    bool const known = found.url.starts_with("smtp://") || found.url.starts_with("smtps://");
    auto const host = host_of(found.url);
    if (!known || host.empty() || found.url.find_first_of("@ ?#") != found.url.npos)
        table.complain("url", "like smtp://mail.example.org:587 or smtps://mail.example.org");
    else if (!found.tls && !is_this_machine(host))
        table.complain("tls", "letters go unprotected to a server on this machine alone");
    auto from = notify::normal_email(found.from);
    if (!from && !found.from.empty()) table.complain("from", from.error().detail);
    if (from) found.from = *from;
    if (found.user.empty() != found.password.empty())
        table.complain("password_file", "user and password_file come together");
    return found;
}

bool stands_in(notify::SmsSettings const& settings, std::string_view value) {
    auto const has = [&](std::string const& text) { return text.find(value) != text.npos; };
    return has(settings.url) || has(settings.body) || std::ranges::any_of(settings.headers, has);
}

bool is_json(std::string const& text) {
    boost::system::error_code error;
    boost::json::parse(text, error);
    return !error;
}

void check_sms(Table& table, notify::SmsSettings const& settings) {
    if (!notify::valid_webhook_url(settings.url))
        table.complain("url", "like https://sms.example.org/send");
    if (settings.method != "POST" && settings.method != "GET")
        table.complain("method", "POST or GET");
    if (settings.method == "GET" && !settings.body.empty())
        table.complain("body", "a GET has none");
    for (auto const& header : settings.headers) {
        auto const colon = header.find(": ");
        bool const one_line = std::ranges::none_of(
            header, [](char each) { return static_cast<unsigned char>(each) < ' '; });
        if (colon == header.npos || colon == 0 || !one_line)
            table.complain("headers", "\"Name: value\" each");
    }
    for (auto const* value : {"{to}", "{text}"})
        if (!stands_in(settings, value))
            table.complain("url", std::string{value} + " stands neither in url nor in body");
    if (stands_in(settings, "{secret}") == settings.secret.empty())
        table.complain("secret_file", "{secret} somewhere and secret_file go together");
    bool const json = settings.content_type.starts_with("application/json");
    if (json && !settings.body.empty() &&
        !is_json(notify::sms_call(settings, {.address = "+88", .text = "\"x\""}).body))
        table.complain("body", "is no JSON when its values are in it");
}

notify::SmsSettings read_sms(Table& table) {
    notify::SmsSettings found;
    found.url = table.require_text("url");
    found.method = table.text("method").value_or(found.method);
    found.content_type = table.text("content_type").value_or(found.content_type);
    found.headers = table.texts("headers");
    found.body = table.text("body").value_or("");
    found.accepted = table.text("accepted").value_or("");
    found.secret = secret_of(table, "secret_file");
    check_sms(table, found);
    return found;
}

notify::QuietHours read_quiet(Table& table) {
    notify::QuietHours const found{require_minute(table, "from"), require_minute(table, "until")};
    for (auto const& [key, minute] :
         {std::pair{"from", found.from_minute}, std::pair{"until", found.until_minute}})
        if (minute >= 24 * 60) table.complain(key, "a time of the day");
    return found;
}

}  // namespace

void read_notify(Table& root, NotifyConfig& out) {
    auto table = root.table("notify");
    if (!table) return;
    if (auto smtp = table->table("smtp")) out.smtp = read_smtp(*smtp);
    if (auto sms = table->table("sms")) out.sms = read_sms(*sms);
    if (auto const to = table->text("audit_to")) {
        auto const address = notify::normal_email(*to);
        if (!address) table->complain("audit_to", address.error().detail);
        if (!out.smtp) table->complain("audit_to", "takes notify.smtp");
        out.audit_to = address.value_or("");
    }
    if (auto quiet = table->table("quiet")) out.quiet = read_quiet(*quiet);
}

}  // namespace karkhana::app
