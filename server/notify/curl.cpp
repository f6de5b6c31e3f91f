#include "server/notify/curl.hpp"

namespace karkhana::notify {

namespace {

int ends_when_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<std::stop_token const*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

Handle new_transfer(std::stop_token const& stop) {
    // Not safe among threads, unlike all the rest: done once, before the first transfer.
    static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw std::runtime_error("libcurl cannot begin");
    Handle handle{curl_easy_init()};
    if (!handle) throw std::bad_alloc();
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_CONNECTTIMEOUT, 10L);
    set(handle, CURLOPT_TIMEOUT, 30L);
    set(handle, CURLOPT_NOPROGRESS, 0L);
    set(handle, CURLOPT_XFERINFOFUNCTION, &ends_when_stopped);
    set(handle, CURLOPT_XFERINFODATA, &stop);
    // The environment's proxy would see what is said, and would answer for every address.
    set(handle, CURLOPT_PROXY, "");
    return handle;
}

std::string words_of(CURLcode code, std::string const& details) {
    return details.empty() ? curl_easy_strerror(code) : details;
}

}  // namespace karkhana::notify
