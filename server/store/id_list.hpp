#pragma once

#include <string>
#include <vector>

#include "server/store/store.hpp"

namespace karkhana::store {

/// Many ids as one parameter, so that one statement serves any number of them. SQLite takes it as
/// `IN (SELECT value FROM json_each($2))`, PostgreSQL as `= ANY(CAST($2 AS uuid[]))`.
template <class AnyId>
std::string id_list(Reader const& reader, std::vector<AnyId> const& ids) {
    bool const postgres = reader.is_postgres();
    std::string list{postgres ? "{" : "["};
    for (auto const& id : ids) {
        if (list.size() > 1) list += ',';
        list += postgres ? id.text() : '"' + id.text() + '"';
    }
    return list += postgres ? '}' : ']';
}

/// The same for texts, as `CAST($2 AS text[])`. Precondition: no control characters in them.
inline std::string text_list(Reader const& reader, std::vector<std::string> const& texts) {
    bool const postgres = reader.is_postgres();
    std::string list{postgres ? "{" : "["};
    for (auto const& text : texts) {
        list += list.size() > 1 ? ",\"" : "\"";
        for (char const c : text) {
            if (c == '"' || c == '\\') list += '\\';
            list += c;
        }
        list += '"';
    }
    return list += postgres ? '}' : ']';
}

}  // namespace karkhana::store
