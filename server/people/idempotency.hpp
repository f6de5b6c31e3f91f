#pragma once

#include <functional>
#include <optional>

#include "server/base/clock.hpp"
#include "server/http/message.hpp"
#include "server/store/store.hpp"

namespace karkhana::people {

/// What of an answer is kept for a repeat.
enum class Keep {
    answer,
    /// Only that there was one: it has a secret in it that is shown once and kept nowhere.
    /// A repeat gets 409 `secret_not_kept`.
    status,
};

/// Runs a change at most once for the request's Idempotency-Key, scoped to the person. The answer
/// is stored in the same transaction as the effect. A repeat with the same body gets the stored
/// answer with `Idempotent-Replayed: true`; with another body or path 422
/// `idempotency_key_reused`. A refusal (status >= 400) rolls everything back and is not stored, so
/// it can be tried again. Requests without the header just run (PATCH).
/// `work` may throw ConstraintViolated, which is passed on with everything undone.
http::Response write_once(store::Store& store, WallClock const& clock, http::Request const& request,
                          std::function<http::Response(store::Writer&)> const& work,
                          Keep what = Keep::answer);

/// What write_once would answer without doing anything: the stored answer or the refusal of a key
/// that was sent with another request; nothing when the key is new. Writes nothing, so that it
/// works with a full disk too.
std::optional<http::Response> answered_before(store::Store& store, http::Request const& request);

}  // namespace karkhana::people
