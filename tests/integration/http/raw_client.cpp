#include "tests/integration/http/raw_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace karkhana::http::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

RawAnswer parse_head(std::string head) {
    RawAnswer answer;
    answer.status = std::stoi(head.substr(head.find(' ') + 1, 3));
    std::size_t at = head.find("\r\n") + 2;
    while (at < head.size()) {
        auto const end = std::min(head.find("\r\n", at), head.size());
        auto const line = head.substr(at, end - at);
        auto name = line.substr(0, line.find(':'));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return static_cast<char>(std::tolower(c)); });
        answer.headers[name] = line.substr(std::min(line.find(':') + 2, line.size()));
        at = end + 2;
    }
    answer.head = std::move(head);
    return answer;
}

}  // namespace

RawClient::RawClient(std::uint16_t port) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ >= 0 && connect(fd_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
        close(fd_);
        fd_ = -1;
    }
}

RawClient::~RawClient() {
    if (fd_ >= 0) close(fd_);
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the server has closed, and the test reads what it said before
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool RawClient::read_more(milliseconds wait) {
    if (ended_) return false;
    pollfd readable{fd_, POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(std::max(wait, milliseconds{0}).count())) != 1)
        return false;
    std::array<char, 65536> bytes;
    auto const got = recv(fd_, bytes.data(), bytes.size(), 0);
    ended_ = got <= 0;
    if (!ended_) buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return !ended_;
}

bool RawClient::wait_for(std::string_view text, milliseconds wait) {
    auto const until = Clock::now() + wait;
    // What has been looked through is not looked through again: a stream may be long.
    for (std::size_t from = 0; buffer_.find(text, from) == std::string::npos;) {
        from = buffer_.size() < text.size() ? 0 : buffer_.size() - text.size();
        if (!read_more(std::chrono::duration_cast<milliseconds>(until - Clock::now())))
            return false;
    }
    return true;
}

std::optional<RawAnswer> RawClient::answer(bool to_head) {
    if (!wait_for("\r\n\r\n")) return std::nullopt;
    auto const end = buffer_.find("\r\n\r\n");
    auto answer = parse_head(buffer_.substr(0, end));
    buffer_.erase(0, end + 4);
    auto const length = answer.headers.find("content-length");
    if (to_head || length == answer.headers.end()) return answer;
    auto const size = std::stoul(length->second);
    while (buffer_.size() < size)
        if (!read_more(std::chrono::seconds{10})) return std::nullopt;
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
}

std::string RawClient::rest(milliseconds wait) {
    auto const until = Clock::now() + wait;
    while (read_more(std::chrono::duration_cast<milliseconds>(until - Clock::now()))) {}
    return buffer_;
}

bool RawClient::closed_within(milliseconds wait) {
    rest(wait);
    return ended_;
}

std::string get(std::string_view target, std::string_view fields) {
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" + std::string{fields} +
           "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view fields) {
    return "POST " + std::string{target} +
           " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

}  // namespace karkhana::http::test
