#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "server/app/commands.hpp"
#include "server/app/load.hpp"
#include "server/app/local_caller.hpp"

namespace karkhana::app {
namespace {

namespace json = boost::json;

std::string content_of(std::string const& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) throw std::runtime_error("cannot read " + file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Query statement_query(ImportOptions const& options) {
    Query query{{"channel", options.channel}};
    for (auto const& column : options.columns) {
        auto const at = column.find('=');
        if (at == std::string::npos)
            throw std::runtime_error("--column wants what=heading, not " + column);
        query[column.substr(0, at)] = column.substr(at + 1);
    }
    return query;
}

/// A text as it is, a number in digits.
std::string shown(json::value const& value) {
    return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

/// "row 3, column phone: bad_phone 12"; a statement counts lines and names no value.
void tell_faults(json::array const& faults) {
    for (auto const& one : faults) {
        auto const& fault = one.as_object();
        auto const* row = fault.if_contains("row");
        std::cerr << "row " << shown(row ? *row : fault.at("line")) << ", column "
                  << shown(fault.at("column")) << ": " << shown(fault.at("code"));
        if (auto const* value = fault.if_contains("value")) std::cerr << ' ' << shown(*value);
        std::cerr << '\n';
    }
}

int tell(http::Response const& answer) {
    auto const said = json::parse(answer.body).as_object();
    bool const refused = answer.status >= 400;
    for (auto const* key : {refused ? "rows" : "errors", "faults"})
        if (auto const* faults = said.if_contains(key); faults && faults->is_array())
            tell_faults(faults->get_array());
    if (refused) {
        std::cerr << "karkhana: " << shown(said.at("code")) << ": nothing was taken\n";
        return 1;
    }
    for (auto const& [key, value] : said)
        if (key != "errors" && key != "toml") std::cout << key << ": " << shown(value) << '\n';
    if (auto const* toml = said.if_contains("toml"); toml && !toml->as_string().empty())
        std::cout << '\n' << shown(*toml);
    auto const* errors = said.if_contains("errors");
    return errors != nullptr && !errors->as_array().empty() ? 1 : 0;
}

}  // namespace

int import_files(ImportOptions const& options) {
    auto const loaded = load_or_complain(options.config);
    if (!loaded) return 78;
    auto const text = content_of(options.file);
    auto const stores = open_stores(loaded->config);
    LocalCaller const caller{loaded->config, stores};
    if (options.what == "statement") {
        if (options.dry_run) throw std::runtime_error("a statement has no dry run");
        return tell(
            caller.ask("POST", "/api/v1/statements", statement_query(options), text, "text/csv"));
    }
    auto body = json::serialize(json::object{{"text", text}, {"dry_run", options.dry_run}});
    return tell(caller.ask("POST", "/api/v1/imports/" + options.what, {}, std::move(body)));
}

}  // namespace karkhana::app
