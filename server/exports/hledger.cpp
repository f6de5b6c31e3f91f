#include <map>
#include <set>

#include "server/exports/books.hpp"
#include "server/exports/table.hpp"

namespace karkhana::exports {
namespace {

/// A text that ends nothing around it: no comment, code, tag or line begins or ends in it.
std::string tame(std::string_view text) {
    std::string out;
    for (char const c : text)
        out += static_cast<unsigned char>(c) < 0x20 || c == ';' || c == '|' || c == ',' ||
                       c == '(' || c == ')' || c == ':'
                   ? ' '
                   : c;
    return out;
}

std::string bdt(Money amount) { return "BDT " + with_point(amount.poisha, 2); }

class HledgerJournal {
public:
    explicit HledgerJournal(Books const& books) : books_(books) {}

    std::string text() {
        declare();
        if (!books_.before.empty()) {
            out_ += to_date(local_day(books_.zone, books_.during.start)) +
                    " * Balances brought forward\n";
            add(books_.before);
        }
        for (auto const& entry : books_.entries) {
            auto const code = entry.memo.empty() ? "" : "(" + tame(entry.memo) + ") ";
            out_ += to_date(day_of(books_, entry)) + " * " + code +
                    tame(entry.kind + parties_of(entry)) + "\n";
            out_ += "    ; entry:" + std::to_string(entry.sequence) +
                    ", document:" + entry.document + "\n";
            add(entry.postings);
        }
        return std::move(out_);
    }

private:
    void declare() {
        out_ += "; " + tame(books_.company) + "\n\ncommodity BDT\n    format BDT 1000.00\n\n";
        std::set<std::string> accounts;
        for (auto const& posting : books_.before) accounts.insert(posting.account);
        for (auto const& entry : books_.entries)
            for (auto const& posting : entry.postings) accounts.insert(posting.account);
        for (auto const& account : accounts) {
            out_ += "account " + account + "\n";
            if (auto const name = account_name(account, books_.enterprises); name.party)
                out_ += "    ; " + tame(name.name) + "\n";
        }
        out_ += '\n';
    }

    /// " Lakshmi" of an entry of hers.
    std::string parties_of(billing::JournalEntry const& entry) const {
        std::set<EnterpriseId> parties;
        for (auto const& posting : entry.postings)
            if (auto const name = account_name(posting.account, books_.enterprises); name.party)
                parties.insert(*name.party);
        std::string names;
        for (auto const& party : parties) names += " " + books_.enterprises.at(party).name.en;
        return names;
    }

    void add(std::vector<billing::Posting> const& postings) {
        for (auto const& [account, amount] : postings) {
            auto& balance = balances_[account] += amount;
            out_ += "    " + account + "  " + bdt(amount) + " = " + bdt(balance) + "\n";
        }
        out_ += '\n';
    }

    Books const& books_;
    std::map<std::string, Money> balances_;
    std::string out_;
};

}  // namespace

std::string hledger_journal(Books const& books) { return HledgerJournal{books}.text(); }

}  // namespace karkhana::exports
