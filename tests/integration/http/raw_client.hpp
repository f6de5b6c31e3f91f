#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace karkhana::http::test {

struct RawAnswer {
    int status = 0;
    std::string head;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};

/// A client that sends exactly the bytes it is told to.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(RawClient&& other) noexcept : fd_(other.fd_), buffer_(std::move(other.buffer_)) {
        other.fd_ = -1;
    }
    RawClient& operator=(RawClient&&) = delete;

    bool connected() const { return fd_ >= 0; }
    void send(std::string_view bytes);
    /// One whole answer; nullopt when the connection ends or nothing comes in time.
    std::optional<RawAnswer> answer(bool to_head = false);
    /// Whatever comes until the server closes, at most `wait` long.
    std::string rest(std::chrono::milliseconds wait = std::chrono::seconds{5});
    /// Reads until `text` has come; false when it does not.
    bool wait_for(std::string_view text, std::chrono::milliseconds wait = std::chrono::seconds{5});
    /// True if the server closes within the time.
    bool closed_within(std::chrono::milliseconds wait);
    std::string const& buffer() const { return buffer_; }
    int fd() const { return fd_; }

private:
    bool read_more(std::chrono::milliseconds wait);

    int fd_ = -1;
    bool ended_ = false;
    std::string buffer_;
};

/// "GET <target>" with a Host, and whatever else is given.
std::string get(std::string_view target, std::string_view fields = "");
std::string post(std::string_view target, std::string_view body, std::string_view fields = "");

}  // namespace karkhana::http::test
