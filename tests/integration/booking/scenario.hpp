#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {

/// Plays a scenario, a text that a manager can read, against the real handlers and database:
///
///     now 2026-11-21 08:00                           sets the clock ("now 10:20": the same day)
///     hours Sat-Thu 09:00-17:00                      replaces the opening hours
///     machine laser-1 laser grid 15 min 30 max 240 buffer 0 horizon 30
///     outage laser-1 14:00-16:00 maintenance         "all" instead of a machine: the facility
///     suspend ME-7
///     book laser-1 ME-7 10:00-11:00 as A             also: quote
///     crowd 20 book laser-1 ME-7 10:00-11:00         twenty at once
///     twice book laser-1 ME-7 10:00-11:00            one click, sent two times
///     move A 12:00-13:00                             also: move A laser-2 12:00-13:00
///     extend A 12:00
///     cancel A        check-in A        start A      start stands for metering's
///     sweep                                          runs the job (also: missed)
///     set daily_minutes 90                           also: ... machine laser-1, group lasers,
///                                                    class non_member, season eid, none (lifted)
///     week Sat                                       on which the week of the quotas begins
///     profile eid Sat-Thu 10:00-14:00                hours of another profile
///     period eid 2026-12-01 2026-12-10               in which it holds
///     break Sat-Thu 13:00-13:30 Prayer               within the hours of normal
///     holiday 2026-12-16 Victory-Day
///     group lasers laser-1 laser-2
///     resource die-1 die 1                           slug, kind, capacity
///     need laser-1 die 1                             kind or slug of a resource
///     operator karim 09:00-12:00                     on shift then
///     authorise ME-7 laser 2026-12-01                its member, until then
///     reserve Sat 09:00-12:00 women_led 24           released so many hours before
///     women-led ME-7                                 also: class ME-7 non_member
///     until ME-7 2026-12-01                          its membership
///     account ME-7 -500 500 20                       balance, overdue (taka), days overdue
///     generator 30000                                watts
///     tariff 200                                     a minute costs so many poisha
///     book laser-1 ME-7 10:00-11:00 trial assisted people 3 with die-1 override closed as A
///                                                    override: by the manager, with a reason;
///                                                    on lasers: any of the group
///     quote laser-1 ME-7 10:00-11:00 as Q
///     book laser-1 ME-7 10:00-11:00 quoted Q
///     approve A       finish A                       by the manager; a job that ends now
///     expect machine A laser-2                       where it is
///     expect price A 60.00                           what was quoted for it
///     expect overridden A closed                     rules that were let pass
///     expect assisted yes                            an operator could do it
///     expect ok                                      of the last line: it went through
///     expect refused closed grid                     exactly these reasons
///     expect offers laser-1 11:00-12:00, laser-2 10:00-11:00
///     expect code wrong_state
///     expect winners 1
///     expect bookings 1                              live ones, in all
///     expect state A missed
///     expect free laser-1 60 09:00 10:00             starts of the day for 60 minutes
///
/// A time is of the clock's day unless a date stands before it. MEs come into being when they are
/// named, each with a member who acts for it. # begins a remark.
class Scenario {
public:
    explicit Scenario(store::Store& ledger);

    /// What did not come out as expected, each with its line; empty: all did.
    std::vector<std::string> play(std::istream& text);

private:
    using Words = std::istringstream;
    struct Party {
        EnterpriseId id;
        http::Principal member;
    };
    struct Kept {
        std::string id;
        std::string party;
    };

    void run(Words& line);
    void expect(Words& line);
    void set_clock(Words& line);
    void set_hours(Words& line);
    void add_machine(Words& line);
    void add_outage(Words& line);
    void book(Words& line, std::string const& how, int times);
    /// What follows the times of a draft, as members of it.
    std::string rest_of_draft(Words& line, std::string& label);
    bool run_rule(std::string const& verb, Words& line);
    void set_rule(Words& line);
    void add_profile(Words& line);
    void add_period(Words& line);
    void add_break(Words& line);
    void add_group(Words& line);
    void add_resource(Words& line);
    void add_need(Words& line);
    void add_operator(Words& line);
    void authorise(Words& line);
    void reserve(Words& line);
    void set_account(Words& line);
    void set_member(std::string const& what, Words& line);
    void step_to(std::string const& label, State to);
    bool expect_rule(std::string const& what, Words& line);
    facility::OpeningPlan plan();
    void change(std::string const& label, std::string body);
    void act(std::string const& label, std::string const& action);
    void start(std::string const& label);

    Party& party(std::string const& name);
    Kept const& kept(std::string const& label) const { return bookings_.at(label); }
    Booking stored(std::string const& label);
    Interval interval(Words& line) const;
    std::string today() const { return shop_.time(shop_.clock.now()).substr(0, 10); }
    std::string clock_of(std::string const& time) const { return time.substr(11, 5); }

    void expect_equal(std::string const& found, std::string const& expected);
    std::string reasons() const;
    std::string offers() const;
    std::string free_starts_of(Words& line);
    std::string live_bookings();

    Workshop shop_;
    std::map<std::string, facility::Machine> machines_;
    std::map<std::string, Party> parties_;
    std::map<std::string, Kept> bookings_;
    std::map<std::string, GroupId> groups_;
    std::map<std::string, ResourceId> resources_;
    std::map<std::string, std::string> quotes_;
    std::map<EnterpriseId, Account> accounts_;
    std::int64_t minute_price_ = 100;      ///< poisha
    std::vector<http::Response> answers_;  ///< of the last line
    std::string problem_;                  ///< of the line that is played
};

}  // namespace karkhana::booking
