#include "server/app/commissioning.hpp"

#include <algorithm>
#include <thread>

#include "devices/profiles/meanings.hpp"
#include "devices/profiles/recognise.hpp"

namespace karkhana::app {
namespace {

using modbus::Fault;
using modbus::Function;
using namespace std::chrono_literals;

/// A reply of a device that is there; a tenth of this is usual.
constexpr Duration kPatience = 250ms;
/// How long a question may wait for its turn, behind readings and late replies.
constexpr Duration kTurn = 3s;
constexpr Duration kWhole = 25s;

std::string text_of(modbus::Failure failure) {
    std::string text{modbus::name_of(failure.fault)};
    if (failure.fault == Fault::refused) text += ' ' + std::to_string(failure.exception);
    return text;
}

modbus::Request request_of(int unit, profiles::Question const& question) {
    return {static_cast<std::uint8_t>(unit),
            static_cast<Function>(question.function),
            question.address,
            question.count,
            {}};
}

metering::DeviceCandidate candidate_of(profiles::Candidate const& from) {
    metering::DeviceCandidate candidate;
    candidate.profile = from.profile->device;
    candidate.maker = from.profile->maker;
    candidate.models = from.profile->models;
    candidate.turned = from.turned;
    candidate.switches = from.profile->relay.has_value();
    candidate.serial = from.serial;
    for (auto const& each : from.evidence)
        candidate.signs.push_back({std::string{profiles::name_of(each.sign)}, each.point,
                                   each.value, std::string{name_of(each.unit)}});
    return candidate;
}

std::vector<metering::WordMeaning> meanings_of(std::span<std::uint16_t const> words) {
    std::vector<metering::WordMeaning> found;
    for (auto& each : profiles::meanings(words))
        found.push_back({std::string{profiles::name_of(each.type)},
                         each.order == profiles::WordOrder::big ? "big" : "little",
                         std::move(each.value)});
    return found;
}

}  // namespace

bool moves_a_machine(std::vector<interlock::RelaySetup> const& relays, metering::Coil const& coil) {
    bool on_board = false;
    for (auto const& relay : relays) {
        if (relay.unit != coil.unit) continue;
        auto const channel = coil.address - relay.profile->relay->coil_address;
        if (channel < 0 || channel >= relay.profile->relay->channels) return true;
        if (channel == relay.channel) on_board = true;
    }
    return on_board;
}

Commissioning::Commissioning(Lines& lines, Profiles const& profiles, MonotonicClock const& clock)
    : lines_(lines), clock_(clock) {
    know(profiles);
}

void Commissioning::know(Profiles const& profiles) {
    Known known;
    for (auto const& [name, profile] : profiles) known.push_back(profile);
    std::lock_guard const lock{knowing_};
    known_ = std::move(known);
}

Commissioning::Known Commissioning::known() const {
    std::lock_guard const lock{knowing_};
    return known_;
}

/// What a unit says, or does not say in time. The line then has as long for its readings.
Result<modbus::Outcome> Commissioning::ask(std::string_view line, modbus::Request request,
                                           bool by_hand) {
    auto const began = clock_.now();
    auto outcome =
        lines_.exchange(line, {std::move(request), began + kTurn, {}, kPatience, by_hand});
    if (!outcome) return refuse(ErrorKind::not_found, "not_found");
    if (*outcome) return *outcome;
    switch (outcome->error().fault) {
    case Fault::not_connected:
    case Fault::in_use: return refuse(ErrorKind::conflict, "line_down");
    case Fault::quarantined:
    case Fault::expired: return refuse(ErrorKind::conflict, "line_busy");
    case Fault::forbidden: return refuse(ErrorKind::conflict, "coil_of_machine");
    default: break;
    }
    std::this_thread::sleep_for(std::min<Monotonic::duration>(clock_.now() - began, kPatience));
    return *outcome;
}

/// The unit, if it answers this.
Result<std::optional<metering::AnsweringUnit>> Commissioning::look(std::string_view line,
                                                                   modbus::Request request) {
    auto const unit = request.unit;
    auto const began = clock_.now();
    auto const outcome = ask(line, std::move(request), false);
    if (!outcome) return tl::unexpected(outcome.error());
    metering::AnsweringUnit found{unit, "", 0};
    if (*outcome) {
        found.took_us =
            std::chrono::duration_cast<Duration>((*outcome)->answered - (*outcome)->asked).count();
        return found;
    }
    if (!speaks(outcome->error())) return std::nullopt;
    found.refusal = text_of(outcome->error());
    found.took_us = std::chrono::duration_cast<Duration>(clock_.now() - began).count() / 2;
    return found;
}

/// Some devices keep silent where others refuse: the silent ones are asked for another kind of
/// register and for a coil.
Result<std::vector<metering::AnsweringUnit>> Commissioning::scan(std::string_view line, int first,
                                                                 int last) {
    std::unique_lock const lock{looking_, std::try_to_lock};
    if (!lock) return refuse(ErrorKind::conflict, "line_busy");
    auto const until = clock_.now() + kWhole;
    std::vector<metering::AnsweringUnit> found;
    for (auto const function :
         {Function::read_holding_registers, Function::read_input_registers, Function::read_coils})
        for (int unit = first; unit <= last; ++unit) {
            if (std::ranges::find(found, unit, &metering::AnsweringUnit::unit) != found.end())
                continue;
            if (clock_.now() > until) return refuse(ErrorKind::conflict, "line_busy");
            auto answer = look(line, {static_cast<std::uint8_t>(unit), function, 0, 1, {}});
            if (!answer) return tl::unexpected(answer.error());
            if (*answer) found.push_back(std::move(**answer));
        }
    std::ranges::sort(found, {}, &metering::AnsweringUnit::unit);
    return found;
}

Result<metering::Recognised> Commissioning::identify(std::string_view line, int unit) {
    std::unique_lock const lock{looking_, std::try_to_lock};
    if (!lock) return refuse(ErrorKind::conflict, "line_busy");
    auto const until = clock_.now() + kWhole;
    bool heard = false;
    std::optional<Error> trouble;
    // After trouble nothing more is asked; what the rest of it makes of that is thrown away.
    auto const asked =
        [&](profiles::Question const& question) -> std::optional<std::vector<std::uint16_t>> {
        for (int attempt = 0; attempt < 2 && !trouble; ++attempt) {
            auto const outcome = ask(line, request_of(unit, question), false);
            if (!outcome) {
                trouble = outcome.error();
                return std::nullopt;
            }
            bool const answered = *outcome || speaks(outcome->error());
            heard = heard || answered;
            if (*outcome) return (*outcome)->words;
            if (answered) return std::nullopt;
            if (clock_.now() > until) trouble = Error{ErrorKind::conflict, "line_busy", {}, {}};
        }
        if (!heard && !trouble) trouble = Error{ErrorKind::conflict, "unit_silent", {}, {}};
        return std::nullopt;
    };
    auto const known_now = known();
    auto const result = profiles::recognise(known_now, asked);
    if (trouble) return tl::unexpected(*trouble);
    metering::Recognised recognised;
    recognised.sure = result.sure;
    for (auto const& candidate : result.candidates)
        recognised.candidates.push_back(candidate_of(candidate));
    return recognised;
}

Result<metering::UnitAnswer> Commissioning::read(std::string_view line,
                                                 metering::UnitQuestion const& question) {
    profiles::Question const asked{static_cast<std::uint8_t>(question.function),
                                   static_cast<std::uint16_t>(question.address),
                                   static_cast<std::uint16_t>(question.count)};
    auto const outcome = ask(line, request_of(question.unit, asked), false);
    if (!outcome) return tl::unexpected(outcome.error());
    metering::UnitAnswer answer;
    if (!*outcome) {
        if (outcome->error().fault != Fault::refused)
            return refuse(ErrorKind::conflict, "unit_silent", text_of(outcome->error()));
        answer.refusal = text_of(outcome->error());
        return answer;
    }
    std::span<std::uint16_t const> const words = (*outcome)->words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const address = question.address + static_cast<int>(i);
        bool const is_register = question.function > 2;
        answer.words.push_back(
            {address, words[i],
             is_register ? meanings_of(words.subspan(i)) : std::vector<metering::WordMeaning>{}});
    }
    return answer;
}

Result<void> Commissioning::may_write(metering::Coil const& coil) {
    if (!lines_.frames(coil.line)) return refuse(ErrorKind::not_found, "not_found");
    if (moves_a_machine(lines_.relays_of(coil.line), coil))
        return refuse(ErrorKind::conflict, "coil_of_machine");
    return {};
}

Result<void> Commissioning::write(metering::Coil const& coil, bool closed) {
    if (auto const allowed = may_write(coil); !allowed) return allowed;
    auto const word = closed ? modbus::coil_closed : modbus::coil_open;
    auto const outcome = ask(coil.line,
                             {static_cast<std::uint8_t>(coil.unit),
                              Function::write_coil,
                              static_cast<std::uint16_t>(coil.address),
                              1,
                              {word}},
                             true);
    if (!outcome) return tl::unexpected(outcome.error());
    if (*outcome) return {};
    if (outcome->error().fault == Fault::refused)
        return refuse(ErrorKind::conflict, "coil_refused", text_of(outcome->error()));
    return refuse(ErrorKind::conflict, "unit_silent", text_of(outcome->error()));
}

Result<std::optional<bool>> Commissioning::state(metering::Coil const& coil) {
    auto const outcome = ask(coil.line,
                             {static_cast<std::uint8_t>(coil.unit),
                              Function::read_coils,
                              static_cast<std::uint16_t>(coil.address),
                              1,
                              {}},
                             false);
    if (!outcome) return tl::unexpected(outcome.error());
    if (!*outcome) return std::nullopt;
    return (*outcome)->words.at(0) != 0;
}

}  // namespace karkhana::app
