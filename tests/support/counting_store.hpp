#pragma once

#include <utility>

#include "server/store/store.hpp"

namespace karkhana::tests {

/// A store that counts the statements it is asked.
class CountingStore final : public store::Store {
public:
    explicit CountingStore(store::Store& inner) : inner_(inner) {}

    bool is_postgres() const override { return inner_.is_postgres(); }
    /// Since it was last asked.
    int statements() { return std::exchange(statements_, 0); }

protected:
    void submit(std::function<bool(store::Writer&)> work) override {
        inner_.write([&](store::Writer& writer) -> Result<bool> {
            if (work(writer)) return true;
            return refuse(ErrorKind::conflict, "undone");
        });
    }
    void inspect(std::function<void(store::Reader&)> const& work) override {
        inner_.read([&](store::Reader& reader) {
            Counted counted{reader, statements_};
            work(counted);
            return true;
        });
    }

private:
    /// Readers answer through templates; this is the one door behind them.
    struct Opened : store::Reader {
        static constexpr auto statement = &Opened::run;
    };
    class Counted final : public store::Reader {
    public:
        Counted(store::Reader& inner, int& statements) : inner_(inner), statements_(statements) {}
        bool is_postgres() const override { return inner_.is_postgres(); }

    protected:
        std::int64_t run(std::string_view sql, std::span<store::Value const> values,
                         std::function<void(store::Row const&)> const& on_row) override {
            ++statements_;
            return (inner_.*Opened::statement)(sql, values, on_row);
        }

    private:
        store::Reader& inner_;
        int& statements_;
    };

    store::Store& inner_;
    int statements_ = 0;
};

}  // namespace karkhana::tests
