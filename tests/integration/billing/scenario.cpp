#include "tests/integration/billing/scenario.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdexcept>

#include "server/base/text.hpp"
#include "server/billing/payments.hpp"
#include "server/billing/words.hpp"

namespace karkhana::billing {
namespace {

constexpr char const* kTime = R"((\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?))";

/// "12.5" in units of which so many decimals are one: exact, because it is money and energy.
std::int64_t scaled(std::string const& number, std::size_t decimals) {
    auto const point = std::min(number.find('.'), number.size());
    std::string part = point < number.size() ? number.substr(point + 1) : "";
    if (part.size() > decimals) throw std::invalid_argument("too many decimals: " + number);
    part.resize(decimals, '0');
    return std::stoll(number.substr(0, point) + part);
}

Money taka(std::string const& number) { return {scaled(number, 2)}; }

std::smatch matched(std::string const& text, std::string const& shape) {
    std::smatch words;
    if (!std::regex_match(text, words, std::regex{shape}))
        throw std::invalid_argument("not understood: " + text);
    return words;
}

Component component_of(std::string const& text) {
    auto const words = matched(text, R"((\w+)(?: (peak|off_peak|any))?(?: for (\w+))? ([\d.]+))");
    auto const basis = basis_of(words[1].str());
    if (!basis) throw std::invalid_argument("no such basis: " + text);
    auto const window = words[2].matched ? window_of(words[2].str()).value() : Window::any;
    return {0,
            words[3].str(),
            *basis,
            window,
            Rate{scaled(words[4].str(), 6)},
            {words[1].str(), words[1].str()}};
}

int minute_of(std::string const& clock) {
    return std::stoi(clock.substr(0, 2)) * 60 + std::stoi(clock.substr(3));
}

/// "paused", "power cut" or "restart" from a moment, and to another if it then went on.
void add_steps(Use& use, std::string const& text) {
    auto const words = matched(text, std::string{"(paused|power cut|restart|broken off) "} + kTime +
                                         "(?: to " + kTime + ")?");
    bool const paused = words[1] == "paused";
    auto const to = words[1] == "broken off" ? booking::State::interrupted : booking::State::paused;
    use.steps.push_back({dhaka(words[2]), to, paused, words[1] == "restart" ? "restart" : "fault"});
    if (words[3].matched) use.steps.push_back({dhaka(words[3]), booking::State::running, true, ""});
}

std::string told(Term const& term, std::string const& piece_unit) {
    std::string text = std::string{name_of(term.basis)} + " " + std::string{name_of(term.window)};
    if (term.basis != Basis::minimum) text += " " + quantity_text(term, piece_unit, Language::en);
    text += " = " + amount_text(term.amount, Language::en);
    if (term.quality != Quality::good) text += " " + std::string{name_of(term.quality)};
    return text;
}

}  // namespace

Scenario::Scenario(store::Store& ledger, std::string file)
    : centre_(ledger), file_(std::move(file)) {
    auto const say = [this](std::string const& shape, auto act) {
        meanings_.push_back({std::regex{shape}, act});
    };
    auto const with = [this](auto method) {
        return [this, method](Words const& words, Sentence const& sentence) {
            (this->*method)(words, sentence);
        };
    };
    say(std::string{"prices from "} + kTime, with(&Scenario::add_prices));
    say(R"(session ([\w-]+) on (\w+) by (\w+))", with(&Scenario::add_session));
    say(std::string{"outage of (\\w+) from "} + kTime + " to " + kTime,
        [this](Words const& words, Sentence const&) {
            auto const all = words[1] == "everything";
            centre_.add_outage(all ? std::nullopt : std::optional{words[1].str()},
                               {dhaka(words[2]), dhaka(words[3])});
        });
    say(R"(([\w-]+) costs)", with(&Scenario::check_costs));
    say(R"(([\w-]+) is left out of (\S+) because (\w+))", with(&Scenario::check_left_out));
    say(R"(bill (\S+))", [this](Words const& words, Sentence const&) { centre_.run(words[1]); });
    say(std::string{R"(finalise (\w+) (\S+) at )"} + kTime, with(&Scenario::finalise));
    say(R"((\w+) (pays|cannot pay) ([\d.]+) for (\S+)(?: because (\w+))?)", with(&Scenario::pay));
    say(R"(account (\S+) holds (-?[\d.,]+))", with(&Scenario::check_account));
    say(R"((\w+) has (\d+) invoices? for (\S+))", [this](Words const& words, Sentence const& in) {
        expect(in.line, "invoices", words[2], std::to_string(invoices(words[1], words[3]).size()));
    });
    say(R"((\w+) has a (draft|bill) of ([\d.,]+) for (\S+))",
        [this](Words const& words, Sentence const& in) {
            auto const found = invoice(words[1], words[4]);
            expect(in.line, "state", words[2], found.final ? "bill" : "draft");
            expect(in.line, "total", words[3], amount_text(found.total, Language::en));
        });
    say(R"((\w+) has number (\S+) for (\S+))", [this](Words const& words, Sentence const& in) {
        expect(in.line, "number", words[2], invoice(words[1], words[3]).number_text);
    });
    say(R"((\w+) still owes ([\d.,]+) for (\S+))", [this](Words const& words, Sentence const& in) {
        auto const found = invoice(words[1], words[3]);
        expect(in.line, "due", words[2], amount_text(found.total - found.paid, Language::en));
    });
}

std::vector<Scenario::Sentence> Scenario::read() const {
    std::ifstream in{file_};
    if (!in) throw std::runtime_error("cannot read " + file_);
    std::vector<Sentence> sentences;
    std::string text;
    for (int line = 1; std::getline(in, text); ++line) {
        if (auto const comment = text.find('#'); comment != std::string::npos) text.resize(comment);
        text.resize(text.find_last_not_of(' ') + 1);
        if (text.empty()) continue;
        if (text.front() != ' ')
            sentences.push_back({line, text, {}});
        else
            sentences.at(sentences.size() - 1)
                .details.emplace_back(line, text.substr(text.find_first_not_of(' ')));
    }
    return sentences;
}

void Scenario::fail(int line, std::string const& message) const {
    ADD_FAILURE_AT(file_.c_str(), line) << message;
}

void Scenario::expect(int line, std::string const& what, std::string const& expected,
                      std::string const& found) const {
    if (found != expected) fail(line, what + ": expected " + expected + ", found " + found);
}

void Scenario::play() {
    for (auto const& sentence : read()) {
        std::smatch words;
        auto const meaning = std::ranges::find_if(meanings_, [&](Meaning const& one) {
            return std::regex_match(sentence.text, words, one.shape);
        });
        if (meaning == meanings_.end()) return fail(sentence.line, "not understood");
        try {
            meaning->act(words, sentence);
        } catch (std::exception const& exception) {
            return fail(sentence.line, exception.what());
        }
    }
    for (auto const& finding : centre_.findings()) fail(1, "afterwards: " + finding);
}

void Scenario::add_prices(Words const& words, Sentence const& sentence) {
    RateCard card{.id = centre_.ids.make<RateCardId>(),
                  .name = "Prices",
                  .effective_from = dhaka(words[1]),
                  .source = "the story"};
    for (auto const& [line, text] : sentence.details) {
        if (!text.starts_with("peak ")) {
            card.components.push_back(component_of(text));
            continue;
        }
        auto const peak = matched(text, R"(peak (\d\d:\d\d) to (\d\d:\d\d))");
        card.peak_from_minute = minute_of(peak[1]);
        card.peak_to_minute = minute_of(peak[2]);
    }
    if (auto const sound = check(card); !sound)
        throw std::invalid_argument(std::string{sound.error().code});
    centre_.add_card(card);
}

void Scenario::add_session(Words const& words, Sentence const& sentence) {
    Use use{.machine = words[2], .enterprise = words[3]};
    bool open = true;
    for (auto const& [line, text] : sentence.details) {
        if (text.starts_with("pieces ")) {
            use.pieces = std::stoll(text.substr(7));
        } else if (text == "in doubt") {
            use.quality = Quality::questionable;
        } else if (text.starts_with("from ")) {
            auto const times = matched(text, std::string{"from "} + kTime + " to " + kTime);
            use.during = {dhaka(times[1]), dhaka(times[2])};
            open = false;
        } else if (text.starts_with("meter ")) {
            auto const read =
                matched(text, std::string{"meter "} + kTime + R"( ([\d.]+) kWh( estimated)?)");
            use.readings.push_back({dhaka(read[1]), Energy{scaled(read[2], 3)},
                                    read[3].matched ? Quality::estimated : Quality::good});
        } else {
            add_steps(use, text);
        }
    }
    if (!use.readings.empty()) use.during = {use.readings.front().at, use.readings.back().at};
    open = open && use.readings.size() < 2;
    sessions_[words[1]] = open ? centre_.begin(use) : centre_.use(use);
}

void Scenario::check_costs(Words const& words, Sentence const& sentence) {
    auto const facility = centre_.facility().id;
    auto const id = sessions_.at(words[1]);
    auto const session = centre_.ledger.read([&](store::Reader& reader) {
        return metering::find_session(reader, facility, id).value();
    });
    charge_sessions_of(centre_.ledger, facility, centre_.zone,
                       {session.stop.value(), *session.stop + Duration{1}}, centre_.clock.now());
    auto const charges = centre_.ledger.read(
        [&](store::Reader& reader) { return charges_of_sessions(reader, facility, {id})[id]; });
    std::string const unit = session.machine == centre_.machine("laser") ? "pair" : "";
    std::vector<std::string> found;
    Money total;
    for (auto const& charge : charges) {
        found.push_back(told(charge.term, unit));
        total += charge.term.amount;
    }
    found.push_back("total " + amount_text(total, Language::en));
    for (std::size_t i = 0; i < std::max(found.size(), sentence.details.size()); ++i)
        expect(i < sentence.details.size() ? sentence.details[i].first : sentence.line, "charge",
               i < sentence.details.size() ? sentence.details[i].second : "nothing",
               i < found.size() ? found[i] : "nothing");
}

void Scenario::check_left_out(Words const& words, Sentence const& sentence) {
    auto const during = period_interval(centre_.zone, words[2].str()).value();
    auto const facility = centre_.facility().id;
    auto const unrated = centre_.ledger.read([&](store::Reader& reader) {
        return unrated_sessions(reader, facility, centre_.zone, during);
    });
    auto const found =
        std::ranges::find(unrated.skipped, sessions_.at(words[1]), &Skipped::session);
    expect(sentence.line, "reason", words[3],
           found == unrated.skipped.end() ? "none" : std::string{found->code});
}

std::vector<Invoice> Scenario::invoices(std::string const& enterprise, std::string const& period) {
    auto found = centre_.invoices();
    auto const id = centre_.enterprise(enterprise);
    std::erase_if(found, [&](Invoice const& invoice) {
        return invoice.enterprise != id || invoice.period != period;
    });
    return found;
}

Invoice Scenario::invoice(std::string const& enterprise, std::string const& period) {
    auto const found = invoices(enterprise, period);
    if (found.empty()) throw std::runtime_error(enterprise + " has no invoice for " + period);
    auto const draft = std::ranges::find(found, false, &Invoice::final);
    return draft == found.end() ? found.front() : *draft;
}

void Scenario::finalise(Words const& words, Sentence const&) {
    centre_.clock.set(dhaka(words[3]));
    auto const done = centre_.finalise(invoice(words[1], words[2]).id);
    if (!done) throw std::runtime_error(std::string{done.error().code});
}

void Scenario::pay(Words const& words, Sentence const& sentence) {
    auto const id = invoice(words[1], words[4]).id;
    auto const facility = centre_.facility().id;
    auto const paid = centre_.ledger.write([&](store::Writer& writer) {
        return receive_cash(writer, facility, centre_.ids, id, taka(words[3]), std::nullopt,
                            PersonId{}, centre_.clock.now());
    });
    expect(sentence.line, "payment", words[2] == "pays" ? "taken" : words[5].str(),
           paid ? "taken" : std::string{paid.error().code});
}

void Scenario::check_account(Words const& words, Sentence const& sentence) {
    auto const facility = centre_.facility().id;
    auto const balances =
        centre_.ledger.read([&](store::Reader& reader) { return trial_balance(reader, facility); });
    auto const found = std::ranges::find(balances, words[1].str(), &Posting::account);
    expect(sentence.line, "balance", words[2],
           amount_text(found == balances.end() ? Money{} : found->amount, Language::en));
}

}  // namespace karkhana::billing
