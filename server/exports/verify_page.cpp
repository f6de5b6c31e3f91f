#include "server/exports/verify_page.hpp"

#include "server/billing/document.hpp"
#include "server/billing/words.hpp"
#include "server/exports/xml.hpp"
#include "server/facility/records.hpp"

namespace karkhana::exports {
namespace {

constexpr std::string_view kFindIssued =
    "SELECT number_text, total_poisha, hash, previous_hash, canonical FROM invoice "
    "WHERE facility_id = $1 AND number_text = $2 AND state = 'final' "
    "AND substr(hash, 1, 16) = $3";

constexpr std::string_view kStyle =
    "body{font:1.1rem/1.5 'Noto Sans Bengali','Noto Sans',sans-serif;margin:2rem auto;"
    "max-width:34rem;padding:0 1rem;color:#111;background:#fff}"
    "dt{color:#555;margin-top:1rem}dd{margin:0;overflow-wrap:anywhere;font-weight:600}"
    "p{border-left:.4rem solid #176b2c;padding:.4rem 1rem}p.no{border-color:#a11}"
    "a{display:inline-block;padding:.7rem 0;min-height:1.5rem}";

struct PageWords {
    std::string_view title, holds, changed, unknown, number, total, chain, other;
};
constexpr PageWords kEnglishPage{
    "Is this document ours?",
    "Yes. It was issued as shown here and has not been changed since.",
    "What is kept of this document is not what was issued. Ask the facility.",
    "No document has this number and this proof.",
    "Number",
    "Total",
    "Proof (SHA-256)",
    "বাংলা"};
constexpr PageWords kBanglaPage{
    "দলিলটি কি আমাদের?",
    "হ্যাঁ। এটি এখানে যেমন আছে তেমনই ইস্যু হয়েছে এবং পরে বদলায়নি।",
    "এই দলিলের যা রাখা আছে তা ইস্যু করা দলিলের সাথে মেলে না। কেন্দ্রে জিজ্ঞাসা করুন।",
    "এই নম্বর ও প্রমাণের কোনো দলিল নেই।",
    "নম্বর",
    "সর্বমোট",
    "প্রমাণ (SHA-256)",
    "English"};

/// The content is markup already.
std::string tagged(std::string_view name, std::string_view content) {
    std::string out = "<";
    return out.append(name).append(">").append(content).append("</").append(name).append(">");
}

bool holds(std::string const& canonical, std::string const& previous, Checked const& checked) {
    auto const document = billing::read_document(canonical);
    return document && document->number == checked.number && document->total == checked.total &&
           billing::chain_hash(previous, canonical) == checked.hash;
}

}  // namespace

std::optional<Checked> check_document(store::Reader& reader, std::string_view slug,
                                      std::string_view number, std::string_view code) {
    auto const facility = facility::find_facility_by_slug(reader, slug);
    if (!facility || code.size() != code_length) return std::nullopt;
    return reader.first(
        kFindIssued,
        [](store::Row const& row) {
            Checked checked{row.text(0), row.money(1), row.text(2)};
            checked.holds = holds(row.text(4), row.text(3), checked);
            return checked;
        },
        facility->id, number, code);
}

std::string verify_address(std::string_view public_address, std::string_view slug,
                           std::string_view number, std::string_view hash) {
    std::string address{public_address};
    return address.append("/verify?f=")
        .append(slug)
        .append("&n=")
        .append(number)
        .append("&c=")
        .append(hash.substr(0, code_length));
}

std::string verify_page(std::optional<Checked> const& checked, Language language,
                        std::string_view other) {
    bool const bangla = language == Language::bn;
    auto const& words = bangla ? kBanglaPage : kEnglishPage;
    bool const good = checked && checked->holds;
    std::string html = "<!doctype html><html lang=\"";
    html.append(bangla ? "bn" : "en").append("\"><head><meta charset=\"utf-8\">");
    html += "<meta name=\"viewport\" content=\"width=device-width\">";
    html += "<meta name=\"robots\" content=\"noindex\">";
    html += tagged("title", words.title);
    html.append("<style>").append(kStyle).append("</style></head><body>");
    html += tagged("h1", words.title);
    html += good ? "<p>" : "<p class=\"no\">";
    html.append(good ? words.holds : checked ? words.changed : words.unknown).append("</p>");
    if (checked) {
        html += "<dl>" + tagged("dt", words.number) + tagged("dd", xml_escaped(checked->number));
        html += tagged("dt", words.total);
        html += tagged("dd", billing::taka_text(checked->total, language));
        html += tagged("dt", words.chain) + tagged("dd", xml_escaped(checked->hash)) + "</dl>";
    }
    html.append("<a href=\"").append(xml_escaped(other)).append("\" lang=\"");
    html.append(bangla ? "en" : "bn").append("\">").append(words.other);
    return html += "</a></body></html>\n";
}

}  // namespace karkhana::exports
