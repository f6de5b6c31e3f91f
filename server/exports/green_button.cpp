#include "server/exports/green_button.hpp"

#include <chrono>
#include <cstddef>

#include "server/exports/xml.hpp"
#include "server/metering/quality_codes.hpp"

namespace karkhana::exports {
namespace {

using metering::UsageSession;

constexpr std::string_view kHead =
    R"(<?xml version="1.0" encoding="UTF-8"?>)"
    "\n"
    R"(<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">)"
    "\n";
// Wh (72), delta data (4) of energy (12) that flowed forward (1).
constexpr std::string_view kReadingType =
    "<espi:ReadingType><espi:accumulationBehaviour>4</espi:accumulationBehaviour>"
    "<espi:commodity>1</espi:commodity><espi:flowDirection>1</espi:flowDirection>"
    "<espi:kind>12</espi:kind><espi:powerOfTenMultiplier>0</espi:powerOfTenMultiplier>"
    "<espi:uom>72</espi:uom></espi:ReadingType>";

std::string element(std::string_view name, std::string_view content) {
    std::string out = "<";
    return out.append(name).append(">").append(content).append("</").append(name).append(">");
}

std::string number(std::string_view name, std::int64_t value) {
    return element(name, std::to_string(value));
}

std::int64_t seconds(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

/// Whole seconds, so that one stretch ends where the next begins.
std::string period(std::string_view name, Interval during) {
    return element(name, number("espi:duration", seconds(during.end) - seconds(during.start)) +
                             number("espi:start", seconds(during.start)));
}

class Feed {
public:
    explicit Feed(GreenButton const& usage) : usage_(usage) {
        out_ += kHead;
        out_ += id(usage.enterprise.text());
        out_ += element("title", xml_escaped(usage.title)) + updated() + "\n";
    }

    void add(GreenButton::Usage const& one) {
        auto const self = "UsagePoint/" + one.machine.text();
        entry(one.machine.text(), self, "", one.title,
              "<espi:UsagePoint><espi:ServiceCategory><espi:kind>0</espi:kind>"
              "</espi:ServiceCategory></espi:UsagePoint>");
        auto const reading = self + "/MeterReading/" + one.machine.text();
        entry("reading:" + one.machine.text(), reading, "ReadingType/Wh", "",
              "<espi:MeterReading/>");
        for (auto const& session : one.sessions)
            entry(session.id.text(), reading + "/IntervalBlock/" + session.id.text(), "", "",
                  block(session));
    }

    std::string finish() {
        entry("reading-type", "ReadingType/Wh", "", "Wh", kReadingType);
        return out_ + "</feed>\n";
    }

private:
    static std::string id(std::string_view name) {
        return element("id", "urn:karkhana:" + std::string{name});
    }
    std::string updated() const {
        return element("updated", to_rfc3339(usage_.made_at, usage_.zone));
    }
    void entry(std::string const& name, std::string const& self, std::string_view related,
               std::string_view title, std::string_view content) {
        out_ += "<entry>" + id(name) + "<link rel=\"self\" href=\"" + self + "\"/>";
        if (!related.empty())
            out_ += "<link rel=\"related\" href=\"" + std::string{related} + "\"/>";
        out_ += element("title", xml_escaped(title)) + updated() + element("content", content) +
                "</entry>\n";
    }
    std::string block(UsageSession const& session) const {
        std::string readings;
        for (auto const& segment : metering::segments_of(session)) {
            auto const codes = metering::codes_of(segment.quality, segment.method);
            readings += element("espi:IntervalReading",
                                element("espi:ReadingQuality", number("espi:quality", codes.espi)) +
                                    period("espi:timePeriod", segment.during) +
                                    number("espi:value", segment.energy.wh));
        }
        return element("espi:IntervalBlock",
                       period("espi:interval", {session.start, session.stop.value()}) + readings);
    }

    GreenButton const& usage_;
    std::string out_;
};

}  // namespace

std::string green_button_xml(GreenButton const& usage) {
    Feed feed{usage};
    for (auto const& one : usage.usages) feed.add(one);
    return feed.finish();
}

}  // namespace karkhana::exports
