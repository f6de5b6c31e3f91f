#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "devices/profiles/toml.hpp"
#include "devices/profiles/transform.hpp"
#include "server/billing/rating.hpp"
#include "server/facility/records.hpp"
#include "server/metering/meter.hpp"
#include "server/metering/rules_stop.hpp"
#include "server/notify/mail.hpp"
#include "server/notify/rules.hpp"
#include "server/notify/sms.hpp"

/// The one configuration file of a facility.
namespace karkhana::app {

struct LineConfig {
    std::string name;
    std::string tcp;     ///< "host:port"; empty when serial
    bool rtu = false;    ///< the gateway at `tcp` carries serial frames as they are
    std::string serial;  ///< path of the port; empty when TCP
    int baud = 9600;
    char parity = 'N';
    int stop_bits = 1;
    bool echo = false;     ///< the serial adapter hears what it sends
    std::uint32_t at = 0;  ///< the line of the file where it is described

    std::string endpoint() const { return tcp.empty() ? serial : rtu ? "rtu " + tcp : tcp; }
};

struct DeviceConfig {
    std::string name;
    std::string line;
    int unit = 1;
    std::string profile;
    std::string machine;                  ///< slug; empty for a relay board
    std::optional<std::uint64_t> serial;  ///< commissioned with this serial number
    std::vector<std::string> relays;      ///< slug of the machine behind each channel, or empty
    std::vector<std::string> machines;    ///< slugs; of a meter that several machines share
    metering::Split share = metering::Split::rated_power;  ///< how a shared meter is parted
    metering::MeterRole role = metering::MeterRole::machine;
    /// Of the transformers before the meter that it has not been told of.
    profiles::Ratios ratios;
    /// The input that the contactor of each channel tells at; -1: at none.
    std::vector<std::int64_t> feedback = {};
    /// Set on the meter: its longer values have their registers the other way round.
    bool other_word_order = false;
    Duration period = std::chrono::seconds{1};  ///< each of its values is read so often
    std::uint32_t at = 0;                       ///< the line of the file where it is described
};

/// A point that tells something besides what is measured: whether there is any mains, whether a
/// machine runs, how often a press went down.
struct InputConfig {
    std::string device;
    std::string point;

    bool operator==(InputConfig const&) const = default;
};

struct HttpConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string public_address;  ///< "https://karkhana.example.org"
    std::string tls_certificate;
    std::string tls_key;
    std::vector<std::string> own_names;  ///< the certificate is our own authority's, for these
    std::uint16_t page_port = 0;         ///< where the authority's is handed out; 0: nowhere
    std::string web;
};

/// The ways out of the house; what is not said there is not.
struct NotifyConfig {
    std::optional<notify::SmtpSettings> smtp;
    std::optional<notify::SmsSettings> sms;
    std::string audit_to;                     ///< where the end of the audit trail is mailed daily
    std::optional<notify::QuietHours> quiet;  ///< the first ones, entered once
};

struct Config {
    std::string data;          ///< folder of ledger.db and telemetry.db
    std::string postgres;      ///< libpq connection string; empty: SQLite in `data`
    std::string profiles;      ///< folder of device profiles
    std::string own_profiles;  ///< folder of those that add to them or take their place, or empty
    std::string schema;        ///< folder of migrations and of openapi.yaml
    /// Readings go after this, unless a bill that is not paid rests on them. Registers of sessions
    /// and of quarters of an hour stay for ever.
    std::int64_t retention_days = 90;
    bool simulated = false;  ///< every line leads to a simulator: the clock may be another
    HttpConfig http;
    NotifyConfig notify;
    facility::Facility facility;
    metering::EstimatedBills estimated_bills = metering::EstimatedBills::share;
    std::vector<facility::OpeningHours> opening_hours;
    std::vector<facility::Machine> machines;
    std::map<std::string, metering::StopRule> stops;   ///< by slug; the others stop at once
    std::map<std::string, std::int64_t> idle_below_w;  ///< of each machine, by slug
    std::vector<LineConfig> lines;
    std::vector<DeviceConfig> devices;
    std::optional<InputConfig> mains;
    std::map<std::string, InputConfig> runs;     ///< of each machine that has a run bit, by slug
    std::map<std::string, InputConfig> strokes;  ///< of each that counts its strokes, by slug
    /// What is read once at the start: all but lines, devices, profiles and first prices.
    std::vector<config::Leaf> settings;
    /// The first prices, entered once; later versions are made in the application.
    std::optional<billing::RateCard> rate_card;
};

/// The points of a device that tell of the mains or of a machine's run.
std::vector<std::string> inputs_of(Config const& config, std::string const& device);

/// Reads and checks the whole file; every problem is in `problems`, with file and line.
std::optional<Config> load_config(std::string const& path, config::Problems& problems);

/// "192.168.1.50:502": something, a colon and a port.
bool is_endpoint(std::string const& text);

/// Where a file of the program is unless the configuration says so: installed, or else in the
/// repository that the program was built in.
std::string default_share(std::string const& installed, std::string const& in_repository);

}  // namespace karkhana::app
