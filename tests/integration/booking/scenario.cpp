#include "tests/integration/booking/scenario.hpp"

#include <algorithm>
#include <thread>

#include "server/booking/records.hpp"
#include "server/booking/sweep.hpp"
#include "tests/integration/booking/scenario_words.hpp"

namespace karkhana::booking {
namespace {

std::string sorted(std::string const& words) {
    std::istringstream in(words);
    std::vector<std::string> all;
    for (std::string word; in >> word;) all.push_back(word);
    std::ranges::sort(all);
    std::string text;
    for (auto const& word : all) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

std::vector<std::string> Scenario::play(std::istream& text) {
    std::vector<std::string> problems;
    int number = 0;
    for (std::string line; std::getline(text, line);) {
        ++number;
        Words words(line.substr(0, line.find('#')));
        if ((words >> std::ws).eof()) continue;
        problem_.clear();
        try {
            run(words);
        } catch (std::exception const& broken) {
            problem_ = std::string("cannot be played: ") + broken.what();
        }
        if (!problem_.empty())
            problems.push_back(std::to_string(number) + ": " + line + "\n    " + problem_);
    }
    return problems;
}

void Scenario::run(Words& line) {
    auto const verb = word_of(line);
    if (verb == "expect") return expect(line);
    if (verb == "now") return set_clock(line);
    if (verb == "hours") return set_hours(line);
    if (verb == "machine") return add_machine(line);
    if (verb == "outage") return add_outage(line);
    if (verb == "suspend") return shop_.suspend(party(word_of(line)).id);
    if (run_rule(verb, line)) return;
    answers_.clear();
    if (verb == "book" || verb == "quote") return book(line, verb, 1);
    if (verb == "crowd") {
        int const times = std::stoi(word_of(line));
        return book(line, word_of(line), times);
    }
    if (verb == "twice") return word_of(line), book(line, "twice", 2);
    if (verb == "missed" || verb == "sweep") {
        Sweep{shop_.services}.run();
        return;
    }
    auto const label = word_of(line);
    if (verb == "cancel" || verb == "check-in") return act(label, verb);
    if (verb == "start") return start(label);
    if (verb == "extend")
        return change(label, R"({"end":")" + today() + "T" + word_of(line) + ":00+06:00\"}");
    if (verb != "move") throw std::runtime_error("no such line: " + verb);
    std::string machine;
    auto const before = line.tellg();
    if (auto const named = machines_.find(word_of(line)); named != machines_.end())
        machine = R"("machine_id":")" + named->second.id.text() + "\",";
    else
        line.seekg(before);
    auto const during = interval(line);
    change(label, "{" + machine + R"("start":")" + shop_.time(during.start) + R"(","end":")" +
                      shop_.time(during.end) + "\"}");
}

void Scenario::set_clock(Words& line) {
    auto first = word_of(line);
    auto const second = word_of(line);
    shop_.clock.set(dhaka(second.empty() ? today() + " " + first : first + " " + second));
}

void Scenario::set_hours(Words& line) {
    auto const hours = hours_of(line);
    shop_.ledger.write([&](store::Writer& writer) {
        facility::replace_opening_hours(writer, shop_.facility, hours);
        return true;
    });
}

void Scenario::add_machine(Words& line) {
    facility::Machine machine{.slug = word_of(line), .kind = word_of(line)};
    machine.name = {machine.slug, machine.slug};
    std::map<std::string, int*> const settings{
        {"grid", &machine.grid_minutes},   {"min", &machine.min_minutes},
        {"max", &machine.max_minutes},     {"buffer", &machine.buffer_minutes},
        {"setup", &machine.setup_minutes}, {"seats", &machine.seats},
        {"horizon", &machine.horizon_days}};
    for (std::string name; line >> name;)
        name == "watts" ? line >> machine.rated_w : line >> *settings.at(name);
    machines_[machine.slug] = shop_.add_machine(machine);
}

void Scenario::add_outage(Words& line) {
    auto const name = word_of(line);
    auto const during = interval(line);
    auto const machine = name == "all" ? std::nullopt : std::optional{machines_.at(name).id};
    shop_.add_outage(machine, during, word_of(line));
}

void Scenario::book(Words& line, std::string const& how, int times) {
    auto const place = word_of(line);
    auto const name = word_of(line);
    auto const& who = party(name);
    auto const during = interval(line);
    std::string label;
    auto const more = rest_of_draft(line, label);
    auto const where = groups_.contains(place)
                           ? R"("group_id":")" + groups_.at(place).text()
                           : R"("machine_id":")" + machines_.at(place).id.text();
    auto const body = "{" + where + R"(","start":")" + shop_.time(during.start) + R"(","end":")" +
                      shop_.time(during.end) + R"(","enterprise_id":")" + who.id.text() + "\"" +
                      more + "}";
    // Only the manager lets a rule pass.
    bool const by_manager = more.find("overrides") != more.npos;
    auto const& caller = by_manager ? shop_.manager : who.member;
    bool const quote = how == "quote", twice = how == "twice";
    auto const one_key = shop_.ids.make<BookingId>().text();
    answers_.resize(static_cast<std::size_t>(times));
    std::vector<std::jthread> threads;
    for (auto& answer : answers_)
        threads.emplace_back([&] {
            auto const key = twice ? one_key : shop_.ids.make<BookingId>().text();
            answer = shop_.call(caller, "POST", quote ? "/api/v1/quotes" : "/api/v1/bookings", body,
                                {{"idempotency-key", key}});
        });
    threads.clear();
    if (label.empty()) return;
    for (auto const& answer : answers_) {
        if (answer.status == 201) bookings_[label] = {text_of(json_of(answer), "id"), name};
        if (answer.status == 200 && json_of(answer).contains("quote"))
            quotes_[label] = text_of(json_of(answer), "quote");
    }
}

void Scenario::change(std::string const& label, std::string body) {
    auto const& booking = kept(label);
    answers_ = {shop_.patch(party(booking.party).member, booking.id, stored(label).version,
                            std::move(body))};
}

void Scenario::act(std::string const& label, std::string const& action) {
    auto const& booking = kept(label);
    answers_ = {shop_.post(party(booking.party).member,
                           "/api/v1/bookings/" + booking.id + "/" + action, "{}")};
}

void Scenario::start(std::string const& label) {
    auto const before = stored(label);
    shop_.ledger.write([&](store::Writer& writer) {
        return change_state(writer, before, State::running, std::nullopt, "", shop_.clock.now());
    });
}

Scenario::Party& Scenario::party(std::string const& name) {
    auto const known = parties_.find(name);
    if (known != parties_.end()) return known->second;
    auto const id = shop_.add_enterprise(name);
    return parties_[name] = {id, shop_.add_person("member-" + name, "member", {id})};
}

Booking Scenario::stored(std::string const& label) {
    return shop_.ledger.read([&](store::Reader& reader) {
        return find_booking(reader, shop_.facility, *BookingId::parse(kept(label).id)).value();
    });
}

Interval Scenario::interval(Words& line) const {
    auto first = word_of(line);
    auto const day = first.size() == 10 ? first : today();
    if (first.size() == 10) first = word_of(line);
    Interval during{dhaka(day + " " + first.substr(0, 5)), dhaka(day + " " + first.substr(6, 5))};
    if (during.end <= during.start) during.end += std::chrono::days{1};
    return during;
}

void Scenario::expect(Words& line) {
    auto const what = word_of(line);
    if (what == "ok")
        return expect_equal(answers_.at(0).status < 300 ? reasons() : answers_[0].body, "");
    if (what == "refused") return expect_equal(sorted(reasons()), sorted(rest_of(line)));
    if (what == "offers") return expect_equal(offers(), rest_of(line));
    if (what == "code") return expect_equal(code_of(answers_.at(0)), rest_of(line));
    if (what == "winners") {
        auto const won = std::ranges::count_if(
            answers_, [](http::Response const& answer) { return answer.status < 300; });
        return expect_equal(std::to_string(won), rest_of(line));
    }
    if (what == "bookings") return expect_equal(live_bookings(), rest_of(line));
    if (what == "state") {
        auto const label = word_of(line);
        return expect_equal(std::string(name_of(stored(label).state)), rest_of(line));
    }
    if (expect_rule(what, line)) return;
    if (what != "free") throw std::runtime_error("nothing to expect: " + what);
    auto const found = free_starts_of(line);
    expect_equal(found, rest_of(line));
}

void Scenario::expect_equal(std::string const& found, std::string const& expected) {
    if (found != expected) problem_ = "found: " + (found.empty() ? "nothing" : found);
}

std::string Scenario::reasons() const {
    auto const body = json_of(answers_.at(0));
    return body.contains("violations") ? violations_of(body) : "";
}

std::string Scenario::offers() const {
    std::string text;
    auto const body = json_of(answers_.at(0));
    for (auto const& offer : body.at("alternatives").as_array()) {
        auto const start = text_of(offer.as_object(), "start"),
                   end = text_of(offer.as_object(), "end");
        text += (text.empty() ? "" : ", ") + text_of(offer.at("machine").as_object(), "slug") + " ";
        if (start.substr(0, 10) != today()) text += start.substr(0, 10) + " ";
        text += clock_of(start) + "-" + clock_of(end);
    }
    return text;
}

std::string Scenario::free_starts_of(Words& line) {
    auto const machine = machines_.at(word_of(line)).id.text();
    auto const minutes = word_of(line);
    auto const day = dhaka(today() + " 00:00");
    auto const answer = shop_.get(
        shop_.manager, "/api/v1/machines/" + machine + "/availability?from=" + shop_.time(day) +
                           "&to=" + shop_.time(day + std::chrono::days{1}) +
                           "&duration_minutes=" + minutes);
    std::string text;
    auto const body = json_of(answer);
    for (auto const& start : body.at("starts").as_array())
        text += (text.empty() ? "" : " ") + clock_of(std::string(start.as_string()));
    return text;
}

std::string Scenario::live_bookings() {
    return shop_.ledger.read([&](store::Reader& reader) {
        Interval const always{dhaka("2000-01-01 00:00"), dhaka("2100-01-01 00:00")};
        return std::to_string(bookings_between(reader, shop_.facility, always, true).size());
    });
}

}  // namespace karkhana::booking
