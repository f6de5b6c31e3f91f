#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karkhana::config {

/// One thing wrong with a file, in the form that editors jump to.
struct Problem {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string what;

    std::string text() const;  ///< "file:line:column: what"
    bool operator==(Problem const&) const = default;
};

using Problems = std::vector<Problem>;

/// One value of a file, by its way from the root: "http.port", "machine[0].rated_w".
struct Leaf {
    std::string path;
    std::uint32_t line = 0;
    std::string value;  ///< as text
};

struct Node;

/// A table of a TOML file. Each key is taken once; a key of the wrong type, a missing required key
/// and, by leftover(), a key nobody asked for, are problems. Reading goes on after a problem, so
/// that one run lists them all.
class Table {
public:
    Table() = default;

    bool has(std::string_view key) const;
    /// For keys that may be a word or a number.
    bool holds_text(std::string_view key) const;

    // Nothing when the key is absent or of another type.
    std::optional<std::string> text(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                        std::int64_t most);
    std::optional<double> number(std::string_view key);
    std::optional<bool> flag(std::string_view key);
    std::optional<Table> table(std::string_view key);
    /// An array of tables; empty when absent.
    std::vector<Table> tables(std::string_view key);
    std::vector<std::string> texts(std::string_view key);
    std::vector<std::int64_t> integers(std::string_view key, std::int64_t least, std::int64_t most);

    // The same, and absence is a problem too; what is returned then is empty or zero.
    std::string require_text(std::string_view key);
    std::int64_t require_integer(std::string_view key, std::int64_t least, std::int64_t most);
    Table require_table(std::string_view key);

    /// Every key of this table, in the order of the file; taken or not.
    std::vector<std::string> keys() const;

    /// Every value here and in the tables below, taken or not.
    std::vector<Leaf> leaves() const;

    /// Where this table begins.
    std::uint32_t line() const;

    /// Reports `what` at the place of `key`, or of this table where there is no such key.
    void complain(std::string_view key, std::string what);

    /// Every key here and in the tables below that nobody took is a problem.
    void leftover();

private:
    friend std::optional<Table> parse(std::string_view, std::string const&, Problems&);
    Table(std::shared_ptr<Node> node, Problems* problems)
        : node_(std::move(node)), problems_(problems) {}

    Node* find(std::string_view key) const;
    Node* take(std::string_view key, int kind);

    std::shared_ptr<Node> node_;
    Problems* problems_ = nullptr;
};

/// `problems` must outlive the table. Nothing when the text is not TOML.
std::optional<Table> parse(std::string_view text, std::string const& file, Problems& problems);
std::optional<Table> load(std::string const& path, Problems& problems);

}  // namespace karkhana::config
