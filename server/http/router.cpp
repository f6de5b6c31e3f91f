#include "server/http/router.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace karkhana::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    if (path.empty() || path.front() != '/') return segments;
    path.remove_prefix(1);
    while (true) {
        auto const slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

std::vector<Router::Piece> Router::pieces_of(std::string_view segment) {
    std::vector<Piece> pieces;
    while (!segment.empty()) {
        auto const open = segment.find('{');
        if (open != 0) {
            pieces.push_back({false, std::string{segment.substr(0, open)}});
            if (open == std::string_view::npos) break;
            segment.remove_prefix(open);
            continue;
        }
        auto const close = segment.find('}');
        bool const after_parameter = !pieces.empty() && pieces.back().is_parameter;
        if (close == std::string_view::npos || close == 1 || after_parameter)
            throw std::invalid_argument("a route has a malformed parameter");
        pieces.push_back({true, std::string{segment.substr(1, close - 1)}});
        segment.remove_prefix(close + 1);
    }
    return pieces;
}

bool Router::fits(Segment const& segment, std::string_view text, Params* params) {
    for (std::size_t i = 0; i < segment.size(); ++i) {
        auto const& piece = segment[i];
        if (!piece.is_parameter) {
            if (!text.starts_with(piece.text)) return false;
            text.remove_prefix(piece.text.size());
            continue;
        }
        bool const last = i + 1 == segment.size();
        // A literal at the end is found from the right: in {id}.pdf the id may have dots.
        auto const end = last                      ? text.size()
                         : i + 2 == segment.size() ? text.rfind(segment[i + 1].text)
                                                   : text.find(segment[i + 1].text, 1);
        if (end == std::string_view::npos || end == 0) return false;
        if (params) (*params)[piece.text] = text.substr(0, end);
        text.remove_prefix(end);
    }
    return text.empty();
}

/// 0: a literal, 1: a literal and parameters, 2: a parameter alone.
int Router::looseness(Segment const& segment) {
    if (segment.size() > 1) return 1;
    return !segment.empty() && segment.front().is_parameter ? 2 : 0;
}

bool Router::before(Shape const& a, Shape const& b) {
    return std::lexicographical_compare(
        a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
        [](Segment const& x, Segment const& y) { return looseness(x) < looseness(y); });
}

bool Router::same(Shape const& a, Shape const& b) {
    return std::equal(a.segments.rbegin(), a.segments.rend(), b.segments.rbegin(),
                      b.segments.rend(), [](Segment const& x, Segment const& y) {
                          return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                                            [](Piece const& p, Piece const& q) {
                                                return p.is_parameter
                                                           ? q.is_parameter
                                                           : !q.is_parameter && p.text == q.text;
                                            });
                      });
}

void Router::add(Route route) {
    Shape shape;
    for (auto const segment : split(route.pattern)) shape.segments.push_back(pieces_of(segment));
    if (shape.segments.empty()) throw std::invalid_argument("a route does not begin with /");
    shape.route = routes_.size();
    auto& shapes = by_length_[shape.segments.size()];
    for (auto const& other : shapes)
        if (same(other, shape) && routes_[other.route].method == route.method)
            throw std::invalid_argument("two routes for " + route.method + " " + route.pattern);
    routes_.push_back(std::move(route));
    shapes.insert(std::upper_bound(shapes.begin(), shapes.end(), shape, before), std::move(shape));
}

Router::Shape const* Router::first_fit(std::vector<Shape> const& shapes,
                                       std::vector<std::string_view> const& path) {
    for (auto const& shape : shapes) {
        // From the end, where they differ: all begin alike.
        if (std::equal(path.rbegin(), path.rend(), shape.segments.rbegin(),
                       [](std::string_view text, Segment const& segment) {
                           return fits(segment, text, nullptr);
                       }))
            return &shape;
    }
    return nullptr;
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
    Match found;
    auto const segments = split(path);
    auto const shapes = by_length_.find(segments.size());
    if (shapes == by_length_.end()) return found;
    auto const* const winner = first_fit(shapes->second, segments);
    if (!winner) return found;
    Shape const* chosen = nullptr;
    for (auto const& shape : shapes->second) {
        if (!same(*winner, shape)) continue;
        auto const& offered = routes_[shape.route].method;
        if (offered == method || (!chosen && method == "HEAD" && offered == "GET")) chosen = &shape;
    }
    if (!chosen) {
        found.allowed = methods_of(shapes->second, *winner);
        return found;
    }
    found.route = &routes_[chosen->route];
    for (std::size_t i = 0; i < segments.size(); ++i)
        fits(chosen->segments[i], segments[i], &found.params);
    return found;
}

std::vector<std::string> Router::methods_of(std::vector<Shape> const& shapes,
                                            Shape const& like) const {
    std::set<std::string> methods{"OPTIONS"};
    for (auto const& shape : shapes)
        if (same(like, shape)) methods.insert(routes_[shape.route].method);
    if (methods.contains("GET")) methods.insert("HEAD");
    return {methods.begin(), methods.end()};
}

}  // namespace karkhana::http
