#include <boost/json/array.hpp>
#include <map>

#include "server/costs/handlers.hpp"
#include "server/costs/json.hpp"
#include "server/costs/report.hpp"
#include "server/facility/mode.hpp"
#include "server/http/json.hpp"

namespace karkhana::costs {
namespace {

namespace json = boost::json;

constexpr Month most_months = 24;

struct Asked {
    Month first = 0;
    Month last = 0;
};

Result<Asked> asked_of(http::Request const& request) {
    auto const period = request.parameter("period");
    if (!period) return refuse(ErrorKind::invalid, "missing_parameter", "period");
    auto const first = parse_month(*period);
    if (!first) return tl::make_unexpected(first.error());
    auto const last = parse_month(request.parameter("until").value_or(*period));
    if (!last) return tl::make_unexpected(last.error());
    if (*last < *first || *last - *first >= most_months)
        return refuse(ErrorKind::invalid, "bad_period", "24 months at most");
    return Asked{*first, *last};
}

json::array terms_json(std::vector<Term> const& terms) {
    json::array shown;
    for (auto const& term : terms) shown.push_back(term_json(term));
    return shown;
}

json::array heads_json(std::vector<Term> const& terms) {
    std::map<std::string, Money> sums;
    for (auto const& term : terms) sums[term.name] += term.amount;
    json::array shown;
    for (auto const& [name, amount] : sums)
        shown.push_back(json::object{{"name", name}, {"amount", http::to_json(amount)}});
    return shown;
}

}  // namespace

http::Response get_cost_recovery(Services const& services, http::Request const& request) {
    auto const asked = asked_of(request);
    if (!asked) return http::problem(asked.error());
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto const report = report_of(reader, here, zone, asked->first, asked->last);
        auto shown = recovery_json(report.recovery);
        shown["period"] = to_text(asked->first);
        shown["until"] = to_text(asked->last);
        shown["mode"] = facility::name_of(facility::mode_at(reader, here, report.during.start));
        shown["income_heads"] = heads_json(report.income);
        shown["cost_heads"] = heads_json(report.costs);
        shown["income_terms"] = terms_json(report.income);
        shown["cost_terms"] = terms_json(report.costs);
        return http::json_response(200, shown);
    });
}

}  // namespace karkhana::costs
