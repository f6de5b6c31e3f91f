#pragma once

namespace karkhana::store {

class Store;

/// Marks that this thread runs a closure of a store, for as long as the object lives.
///
/// A closure that called its own store again would wait for itself: on SQLite the writer thread
/// for the writer thread, on PostgreSQL one pooled connection for another. It would also read a
/// different snapshot from the one it writes in. So it is refused, on both engines, at once.
class Reentry {
public:
    /// Throws std::logic_error when this thread is inside a closure of `store` already.
    explicit Reentry(Store const& store);
    ~Reentry();
    Reentry(Reentry const&) = delete;
    Reentry& operator=(Reentry const&) = delete;

    /// Throws std::logic_error when this thread is inside a closure of `store`.
    static void refuse(Store const& store);

private:
    Store const* store_;
    Reentry* outer_;
};

}  // namespace karkhana::store
