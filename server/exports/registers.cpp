#include "server/exports/registers.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace karkhana::exports {
namespace {

using billing::IssuedRegister;
using Registers = std::span<IssuedRegister const>;

std::vector<Registers> by_meter(Registers registers) {
    std::vector<Registers> meters;
    while (!registers.empty()) {
        auto const next = std::ranges::find(registers.begin() + 1, registers.end(),
                                            metering::Edge::start, &IssuedRegister::edge);
        auto const count = static_cast<std::size_t>(next - registers.begin());
        meters.push_back(registers.first(count));
        registers = registers.subspan(count);
    }
    return meters;
}

std::vector<std::int64_t> parts_of(Registers meter) {
    std::vector<std::int64_t> parts;
    for (std::size_t i = 1; i < meter.size(); ++i)
        parts.push_back(meter[i].share ? meter[i].share->part.wh
                                       : (meter[i].value - meter[i - 1].value).wh);
    std::erase(parts, 0);
    return parts;
}

/// What is said of registers in one language.
class Teller {
public:
    Teller(Zone const& zone, Language language)
        : zone_(zone), language_(language), words_(wording(language)) {}

    std::vector<std::string> lines(Registers registers) const {
        auto const meters = by_meter(registers);
        std::vector<std::string> lines;
        std::vector<std::int64_t> sums;
        for (auto const meter : meters) {
            bool told = meters.size() > 1;
            for (std::size_t i = 0; i < meter.size(); ++i) {
                lines.push_back(register_text(meter[i]));
                if (!meter[i].share) continue;
                told = true;
                auto const rise = (meter[i].value - meter[i - 1].value).wh;
                lines.back() += "  · " + part_text(rise, *meter[i].share);
            }
            auto const parts = parts_of(meter);
            sums.push_back(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}));
            if (told) lines.push_back(used_text(meter));
        }
        if (meters.size() > 1)
            lines.push_back(std::string{words_.all_meters} + ": " + sum_text(sums));
        return lines;
    }

private:
    std::string kwh(std::int64_t wh) const { return thousandths_text(wh, language_) + " kWh"; }

    std::string register_text(IssuedRegister const& reg) const {
        std::string text = std::string{words_of(reg.edge, language_)} + " " +
                           clock_text(reg.at, zone_, language_) + "  " + kwh(reg.value.wh);
        if (!reg.meter.empty()) text += "  · " + std::string{words_.meter} + " " + reg.meter;
        if (!reg.words.empty()) text += "  · " + std::string{words_.raw} + " " + reg.words;
        if (reg.method != metering::Method::read)
            text += "  · " + std::string{words_of(reg.method, language_)} + " *";
        else if (reg.quality != Quality::good)
            text += "  · " + std::string{words_of(reg.quality, language_)} + " *";
        return text;
    }

    /// Whose the energy since the register before is, where not all of it is the session's.
    std::string part_text(std::int64_t rise, metering::Share const& share) const {
        std::string text = std::string{words_.part} + " " + kwh(share.part.wh) + " / " + kwh(rise) +
                           ", " + std::string{words_of(share.split, language_)};
        if (share.least != share.most)
            text += " (" + std::string{words_.between} + " " +
                    thousandths_text(share.least.wh, language_) + " – " +
                    thousandths_text(share.most.wh, language_) + ")";
        return text;
    }

    /// "0.120 + 0.030 = 0.150 kWh"
    std::string sum_text(std::vector<std::int64_t> const& parts) const {
        std::string text;
        std::int64_t sum = 0;
        for (auto const part : parts) {
            if (!text.empty()) text += " + ";
            text += thousandths_text(part, language_);
            sum += part;
        }
        return parts.size() < 2 ? kwh(sum) : text + " = " + kwh(sum);
    }

    /// "Used: 0.120 + 0.030 = 0.150 kWh", or the difference of two registers.
    std::string used_text(Registers meter) const {
        bool const shared =
            std::ranges::any_of(meter, [](auto const& reg) { return reg.share.has_value(); });
        auto const last = meter.back().value.wh, first = meter.front().value.wh;
        return std::string{words_.used} + ": " +
               (shared ? sum_text(parts_of(meter))
                       : thousandths_text(last, language_) + " − " +
                             thousandths_text(first, language_) + " = " + kwh(last - first));
    }

    Zone const& zone_;
    Language language_;
    Wording const& words_;
};

}  // namespace

std::vector<Text> register_lines(billing::IssuedSession const& session, Zone const& zone) {
    auto const english = Teller{zone, Language::en}.lines(session.registers);
    auto const bangla = Teller{zone, Language::bn}.lines(session.registers);
    std::vector<Text> lines;
    for (std::size_t i = 0; i < english.size(); ++i) lines.push_back({english[i], bangla[i]});
    return lines;
}

}  // namespace karkhana::exports
