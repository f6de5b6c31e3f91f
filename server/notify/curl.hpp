#pragma once

#include <curl/curl.h>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>

/// libcurl's handles as owners. For this folder alone.
namespace karkhana::notify {

struct CurlDelete {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
using Handle = std::unique_ptr<CURL, CurlDelete>;
using List = std::unique_ptr<curl_slist, CurlDelete>;
using Mime = std::unique_ptr<curl_mime, CurlDelete>;

/// A handle with what all our transfers have in common: time limits, no signals, no proxy. When it
/// is to stop, the transfer ends within a second; `stop` outlives it.
Handle new_transfer(std::stop_token const& stop);

/// Throws std::runtime_error: an option that this libcurl does not know is a wrong build.
template <class Value>
void set(Handle const& handle, CURLoption option, Value value) {
    if (curl_easy_setopt(handle.get(), option, value) != CURLE_OK)
        throw std::runtime_error("libcurl refuses option " + std::to_string(option));
}

inline void append(List& list, std::string const& line) {
    auto* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
}

/// What went wrong with it, in libcurl's words.
std::string words_of(CURLcode code, std::string const& details);

}  // namespace karkhana::notify
