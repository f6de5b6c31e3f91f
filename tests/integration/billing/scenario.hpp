#pragma once

#include <functional>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {

/// Plays a story of prices, sessions and bills that a manager could have written, and compares
/// what comes out with what it says. See scenarios/README.md.
class Scenario {
public:
    Scenario(store::Store& ledger, std::string file);

    /// Adds a failure of the running test, with file and line, for each thing that is not so.
    void play();

private:
    using Words = std::smatch;
    struct Sentence {
        int line = 0;
        std::string text;
        std::vector<std::pair<int, std::string>> details;  ///< the indented lines below it
    };
    struct Meaning {
        std::regex shape;
        std::function<void(Words const&, Sentence const&)> act;
    };

    std::vector<Sentence> read() const;
    void fail(int line, std::string const& message) const;
    void expect(int line, std::string const& what, std::string const& expected,
                std::string const& found) const;

    void add_prices(Words const& words, Sentence const& sentence);
    void add_session(Words const& words, Sentence const& sentence);
    void check_costs(Words const& words, Sentence const& sentence);
    void check_left_out(Words const& words, Sentence const& sentence);
    void finalise(Words const& words, Sentence const& sentence);
    void pay(Words const& words, Sentence const& sentence);
    void check_account(Words const& words, Sentence const& sentence);

    /// The ME's draft for the month, or else its bill.
    Invoice invoice(std::string const& enterprise, std::string const& period);
    std::vector<Invoice> invoices(std::string const& enterprise, std::string const& period);

    Centre centre_;
    std::string file_;
    std::vector<Meaning> meanings_;
    std::map<std::string, SessionId> sessions_;
};

}  // namespace karkhana::billing
