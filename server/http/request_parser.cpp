#include "server/http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>

namespace karkhana::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;

std::string lower_case(std::string_view name) {
    std::string out{name};
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace

/// Writes what Beast finds straight into the request.
struct RequestParser::Reader final : beast::http::basic_parser<true> {
    Request& request;
    std::string& target;
    bool in_body = false;

    Reader(Request& into, std::string& target_out) : request(into), target(target_out) {
        eager(true);
        // The gate has bounded the head, and the route decides about the body.
        header_limit(0xffffffff);
        body_limit(boost::none);
    }

    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view where,
                         int, beast::error_code&) override {
        request.method = method;
        target = where;
    }
    void on_response_impl(int, beast::string_view, int, beast::error_code& ec) override {
        ec = error::bad_version;
    }
    void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                       beast::error_code& ec) override {
        // A trailer comes after the gate has spoken, so it must not say anything.
        if (in_body)
            ec = error::bad_field;
        else
            request.headers.emplace_back(lower_case(name), value);
    }
    void on_header_impl(beast::error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const& length,
                           beast::error_code&) override {
        in_body = true;
        // What the client merely announces reserves no memory beyond a small body's.
        request.body.reserve(std::min<std::uint64_t>(length.value_or(0), 64 * 1024));
    }
    std::size_t on_body_impl(beast::string_view bytes, beast::error_code&) override {
        request.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view extensions,
                              beast::error_code& ec) override {
        // Readers disagree about where an extension ends, and nobody needs one.
        if (!extensions.empty()) ec = error::bad_chunk_extension;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes,
                                   beast::error_code&) override {
        request.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_finish_impl(beast::error_code&) override {}
};

RequestParser::RequestParser(std::string_view head, Request& into)
    : reader_(std::make_unique<Reader>(into, target_)) {
    auto const used = feed(head);
    if (used != head.size() || !reader_->is_header_done()) outcome_ = Outcome::malformed;
}

RequestParser::~RequestParser() = default;

void RequestParser::limit_body(std::uint64_t bytes) { reader_->body_limit(bytes); }

std::size_t RequestParser::feed(std::string_view bytes) {
    if (outcome_ != Outcome::need_more) return 0;
    // What is left of a chunked body is never shorter than "0\r\n\r\n", and Beast 1.81 asserts so:
    // a last chunk that comes in pieces would end the process.
    constexpr std::size_t kShortestEnd = 5;
    if (reader_->is_header_done() && reader_->chunked() && bytes.size() < kShortestEnd) return 0;
    beast::error_code ec;
    auto const used = reader_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    if (ec == error::body_limit)
        outcome_ = Outcome::too_large;
    else if (ec && ec != error::need_more)
        outcome_ = Outcome::malformed;
    else if (reader_->is_done())
        outcome_ = Outcome::done;
    return used;
}

}  // namespace karkhana::http
