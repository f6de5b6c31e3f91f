#include "server/telling/care.hpp"

#include <boost/json/parse.hpp>

#include "server/telling/rules.hpp"

namespace karkhana::telling {
namespace {

namespace json = boost::json;

std::string text_at(json::object const& object, std::string_view key) {
    auto const* found = object.if_contains(key);
    return found != nullptr && found->is_string() ? std::string{found->get_string()} : "";
}

/// As in "of 200 hours".
facility::Name units_of(std::string_view basis) {
    if (basis == "hours") return {"hours", "ঘণ্টার"};
    if (basis == "kwh") return {"kWh", "কিলোওয়াট-ঘণ্টার"};
    if (basis == "days") return {"days", "দিনের"};
    return {"pieces", "টির"};
}

/// "Grease the rails: 190 of 200 hours"
facility::Name near_words(json::object const& plan) {
    auto const& name = plan.at("name").as_object();
    auto const used = std::to_string(plan.at("used").as_int64());
    auto const every = std::to_string(plan.at("every").as_int64());
    auto const units = units_of(text_at(plan, "basis"));
    return {text_at(name, "en") + ": " + used + " of " + every + " " + units.en,
            text_at(name, "bn") + ": " + every + " " + units.bn + " মধ্যে " + used};
}

}  // namespace

std::optional<Care> care_of(std::string_view action, std::string_view after) {
    bool const near = action == "warnMaintenance", planned = action == "planMaintenance";
    bool const ticket = action == "openTicket";
    if (!near && !planned && !ticket) return std::nullopt;
    auto const seen = json::parse(after).as_object();
    auto const machine = MachineId::parse(text_at(seen, "machine_id")).value();
    if (ticket) {
        if (text_at(seen, "kind") != "breakdown") return std::nullopt;
        auto const words = text_at(seen, "words");
        return Care{"machine_broken", machine, reason_words("machine_broken", words), std::nullopt};
    }
    Care care{"maintenance_due", machine, near_words(seen), std::nullopt};
    if (planned) care.set_aside = OutageId::parse(text_at(seen, "outage_id"));
    return care;
}

}  // namespace karkhana::telling
