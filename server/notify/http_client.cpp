#include "server/notify/http_client.hpp"

#include <array>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/notify/curl.hpp"

namespace karkhana::notify {
namespace {

struct Kept {
    std::string& body;
    std::size_t most;
};
std::size_t keep_answer(char* data, std::size_t size, std::size_t count, void* into) {
    auto const& kept = *static_cast<Kept*>(into);
    auto const length = size * count;
    auto const room = kept.most - kept.body.size();
    kept.body.append(data, std::min(length, room));
    // What does not fit is not read: whoever goes on for ever is hung up on.
    return std::min(length, room);
}

std::string bytes_of(curl_sockaddr const& address) {
    auto const copied = [&](auto const& field) {
        return std::string{reinterpret_cast<char const*>(&field), sizeof field};
    };
    if (address.family == AF_INET) {
        sockaddr_in four{};
        std::memcpy(&four, &address.addr, sizeof four);
        return copied(four.sin_addr);
    }
    if (address.family == AF_INET6 && address.addrlen >= sizeof(sockaddr_in6)) {
        sockaddr_in6 six{};
        std::memcpy(&six, &address.addr, sizeof six);
        return copied(six.sin6_addr);
    }
    return {};
}

curl_socket_t open_allowed(void* rule, curlsocktype, curl_sockaddr* address) {
    if (!(*static_cast<AddressRule const*>(rule))(bytes_of(*address))) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

Answer call(Call const& call, std::stop_token const& stop) {
    auto const handle = new_transfer(stop);
    Answer answer;
    std::array<char, CURL_ERROR_SIZE> details{};
    List headers;
    for (auto const& header : call.headers) append(headers, header);
    // Without it libcurl waits a second for leave to send a longer body.
    append(headers, "Expect:");
    set(handle, CURLOPT_ERRORBUFFER, details.data());
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_URL, call.url.c_str());
    set(handle, CURLOPT_USERAGENT, "karkhana");
    if (call.method == "POST") {
        set(handle, CURLOPT_POST, 1L);
        set(handle, CURLOPT_POSTFIELDS, call.body.data());
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    }
    set(handle, CURLOPT_HTTPHEADER, headers.get());
    set(handle, CURLOPT_WRITEFUNCTION, &keep_answer);
    Kept kept{answer.body, call.most};
    set(handle, CURLOPT_WRITEDATA, &kept);
    if (call.may_connect) {
        set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_allowed);
        set(handle, CURLOPT_OPENSOCKETDATA, &call.may_connect);
    }
    auto const code = curl_easy_perform(handle.get());
    bool const all_read = code == CURLE_WRITE_ERROR && answer.body.size() == call.most;
    if (code != CURLE_OK && !all_read) {
        answer.failure = words_of(code, details.data());
        return answer;
    }
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
}

}  // namespace karkhana::notify
