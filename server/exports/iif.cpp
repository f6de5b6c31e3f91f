#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "server/exports/books.hpp"
#include "server/exports/table.hpp"

namespace karkhana::exports {
namespace {

constexpr std::string_view kReceivables = "Accounts Receivable";
constexpr std::string_view kTransactions =
    "!TRNS\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tDOCNUM\tMEMO\r\n"
    "!SPL\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tDOCNUM\tMEMO\r\n"
    "!ENDTRNS\r\n";

class Iif {
public:
    explicit Iif(Books const& books) : books_(books) {}

    Result<std::string> text() {
        for (auto const& entry : books_.entries) add(entry);
        std::string lists = "!ACCNT\tNAME\tACCNTTYPE\r\n";
        for (auto const& [name, type] : accounts_) lists += row({"ACCNT", name, type});
        lists += "!CUST\tNAME\r\n";
        for (auto const& name : customers_) lists += row({"CUST", name});
        if (!foreign_.empty())
            return refuse(ErrorKind::conflict, "not_ascii",
                          "QuickBooks cannot read '" + foreign_ +
                              "': give it a name in Latin letters in English.");
        return lists + std::string{kTransactions} + out_;
    }

private:
    /// A cell of a file that knows neither quotes nor Bangla.
    std::string cell(std::string_view text) {
        std::string out;
        for (char const c : text) {
            if (static_cast<unsigned char>(c) >= 0x80 && foreign_.empty()) foreign_ = text;
            out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
        return out;
    }
    std::string row(std::vector<std::string_view> const& cells) {
        std::string out;
        for (auto const& each : cells) out += (out.empty() ? "" : "\t") + cell(each);
        return out + "\r\n";
    }

    /// What kind of document the entry is there. Whatever has not its shape is a journal entry.
    static std::string type_of(billing::JournalEntry const& entry) {
        auto const receivable = [](billing::Posting const& posting) {
            return posting.account.starts_with("assets:receivable:");
        };
        if (std::ranges::count_if(entry.postings, receivable) == 1) {
            if (entry.kind == "invoice") return "INVOICE";
            if (entry.kind == "credit_note") return "CREDIT MEMO";
            if (entry.kind == "payment" && entry.postings.size() == 2) return "PAYMENT";
        }
        return "GENERAL JOURNAL";
    }

    void add(billing::JournalEntry const& entry) {
        auto const type = type_of(entry);
        auto const date = to_date(day_of(books_, entry));
        auto const day = date.substr(5, 2) + "/" + date.substr(8, 2) + "/" + date.substr(0, 4);
        for (auto const& posting : in_order(entry, type)) {
            auto const account = account_name(posting.account, books_.enterprises);
            auto const name = account.type == "AR" ? std::string{kReceivables} : account.name;
            // Money that was received is the customer's there too.
            auto const party =
                account.party || type != "PAYMENT" ? party_of(account) : party_of(entry);
            accounts_.emplace(name, account.type);
            if (!party.empty()) customers_.insert(party);
            out_ += row({&posting == &ordered_.front() ? "TRNS" : "SPL", type, day, name, party,
                         with_point(posting.amount.poisha, 2), entry.memo,
                         fmt::format("{} {}", entry.kind, entry.sequence)});
        }
        out_ += "ENDTRNS\r\n";
    }

    std::string party_of(AccountName const& account) const {
        if (!account.party) return {};
        return party_name(*account.party, books_.enterprises.at(*account.party).name.en);
    }
    std::string party_of(billing::JournalEntry const& entry) const {
        for (auto const& posting : entry.postings)
            if (auto const account = account_name(posting.account, books_.enterprises);
                account.party)
                return party_of(account);
        return {};
    }

    /// The posting that the document is about first: the receivable, of a payment the money.
    std::vector<billing::Posting> const& in_order(billing::JournalEntry const& entry,
                                                  std::string_view type) {
        ordered_ = entry.postings;
        if (type == "GENERAL JOURNAL") return ordered_;
        std::ranges::stable_partition(ordered_, [&](billing::Posting const& posting) {
            return posting.account.starts_with("assets:receivable:") != (type == "PAYMENT");
        });
        return ordered_;
    }

    Books const& books_;
    std::map<std::string, std::string> accounts_;
    std::set<std::string> customers_;
    std::vector<billing::Posting> ordered_;
    std::string out_, foreign_;
};

}  // namespace

Result<std::string> iif_text(Books const& books) { return Iif{books}.text(); }

}  // namespace karkhana::exports
