#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"

namespace karkhana::http {

using Handler = std::function<Response(Request const&)>;

/// What a route needs of its caller before the handler runs.
enum class Access {
    open,       ///< anyone: log-in, health, the document itself
    signed_in,  ///< a principal whose role has the operation in the role table
};

struct Route {
    std::string method;
    std::string pattern;       ///< "/api/v1/bookings/{id}/cancel"; {id} matches one segment
    std::string operation_id;  ///< of schema/openapi.yaml
    Handler handler;
    Access access = Access::signed_in;
    bool idempotent = false;  ///< POST that requires Idempotency-Key (428 without)
    bool inline_ok = false;   ///< open, cheap and never blocking: runs on the I/O thread
    /// Answered with the events of the principal's facility; the handler stays empty.
    bool event_stream = false;
    std::string consumes = "application/json";  ///< the only Content-Type a body may have
    std::size_t body_limit = 0;                 ///< bytes; 0: that of the server
};

/// Finds the route of a request. A literal segment wins over one with a parameter, and a segment
/// may mix both ("{id}.pdf"). HEAD finds the GET. A known path with another method is 405.
class Router {
public:
    /// Throws std::invalid_argument on a malformed pattern and on a second route for the same.
    void add(Route route);
    std::vector<Route> const& routes() const { return routes_; }

    struct Match {
        Route const* route = nullptr;
        std::map<std::string, std::string> params;
        std::vector<std::string> allowed;  ///< methods of the path when route is null
    };
    Match match(std::string_view method, std::string_view path) const;

private:
    using Params = std::map<std::string, std::string>;
    struct Piece {
        bool is_parameter = false;
        std::string text;  ///< a literal, or the name of the parameter
    };
    using Segment = std::vector<Piece>;
    struct Shape {
        std::vector<Segment> segments;
        std::size_t route = 0;
    };
    static std::vector<Piece> pieces_of(std::string_view segment);
    static bool fits(Segment const& segment, std::string_view text, Params* params);
    static int looseness(Segment const& segment);
    static bool before(Shape const& a, Shape const& b);
    static bool same(Shape const& a, Shape const& b);
    static Shape const* first_fit(std::vector<Shape> const& shapes,
                                  std::vector<std::string_view> const& path);
    std::vector<std::string> methods_of(std::vector<Shape> const& shapes, Shape const& like) const;

    std::vector<Route> routes_;
    std::map<std::size_t, std::vector<Shape>> by_length_;  ///< each sorted, the strictest first
};

}  // namespace karkhana::http
