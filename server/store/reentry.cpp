#include "server/store/reentry.hpp"

#include <stdexcept>

namespace karkhana::store {
namespace {

thread_local Reentry* innermost = nullptr;

}  // namespace

Reentry::Reentry(Store const& store) : store_(&store), outer_(innermost) {
    refuse(store);
    innermost = this;
}

Reentry::~Reentry() { innermost = outer_; }

void Reentry::refuse(Store const& store) {
    for (auto const* inside = innermost; inside; inside = inside->outer_)
        if (inside->store_ == &store)
            throw std::logic_error("a closure asks its own store: use the reader it was given");
}

}  // namespace karkhana::store
