#pragma once

#include "server/http/message.hpp"

namespace karkhana::http {

/// True if a browser sent this from a page of another origin. Requests that change something are
/// refused then, whatever cookies they carry.
bool from_another_site(Request const& request);

/// True if the key is 8 to 128 visible ASCII characters.
bool valid_idempotency_key(std::string_view key);

/// A GET whose answer the client has already becomes 304.
void apply_if_none_match(Request const& request, Response& response);

/// Compresses what is worth it, by zstd or gzip as the client takes it.
void apply_compression(Request const& request, Response& response);

}  // namespace karkhana::http
