#include "devices/profiles/toml.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <toml++/toml.h>

namespace karkhana::config {

enum class Kind { text, integer, number, flag, table, array, other };

struct Node {
    std::string key;
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    Kind kind = Kind::other;
    std::string text;
    std::int64_t integer = 0;
    double number = 0;
    bool flag = false;
    std::vector<std::shared_ptr<Node>> children;  ///< of a table, or the items of an array
    bool taken = false;
};

namespace {

std::string_view name_of(Kind kind) {
    switch (kind) {
    case Kind::text: return "a string";
    case Kind::integer: return "an integer";
    case Kind::number: return "a number";
    case Kind::flag: return "true or false";
    case Kind::table: return "a table";
    case Kind::array: return "an array";
    case Kind::other: return "of a type that is not used here";
    }
    return "";
}

std::shared_ptr<Node> copy_of(std::string_view key, toml::node const& from, std::string const& file,
                              toml::source_position at) {
    auto node = std::make_shared<Node>();
    node->key = key;
    node->file = file;
    node->line = at.line;
    node->column = at.column;
    if (auto const* text = from.as_string()) {
        node->kind = Kind::text;
        node->text = text->get();
    } else if (auto const* integer = from.as_integer()) {
        node->kind = Kind::integer;
        node->integer = integer->get();
    } else if (auto const* number = from.as_floating_point()) {
        node->kind = Kind::number;
        node->number = number->get();
    } else if (auto const* flag = from.as_boolean()) {
        node->kind = Kind::flag;
        node->flag = flag->get();
    } else if (auto const* table = from.as_table()) {
        node->kind = Kind::table;
        for (auto const& [name, child] : *table)
            node->children.push_back(copy_of(name.str(), child, file, name.source().begin));
        // toml++ sorts by name; a reader expects the order of the file.
        std::sort(node->children.begin(), node->children.end(), [](auto const& a, auto const& b) {
            return std::pair(a->line, a->column) < std::pair(b->line, b->column);
        });
    } else if (auto const* array = from.as_array()) {
        node->kind = Kind::array;
        for (auto const& child : *array)
            node->children.push_back(copy_of(key, child, file, child.source().begin));
    }
    return node;
}

void report(Problems& problems, Node const& at, std::string what) {
    problems.push_back({at.file, at.line, at.column, std::move(what)});
}

void report_leftover(Problems& problems, Node const& node) {
    for (auto const& child : node.children) {
        bool const inner = child->kind == Kind::table || child->kind == Kind::array;
        if (node.kind == Kind::table && !child->taken)
            report(problems, *child, "unknown key '" + child->key + "'");
        else if (inner)
            report_leftover(problems, *child);
    }
}

std::string value_of(Node const& node) {
    switch (node.kind) {
    case Kind::text: return "\"" + node.text + "\"";
    case Kind::integer: return std::to_string(node.integer);
    case Kind::number: return std::to_string(node.number);
    case Kind::flag: return node.flag ? "true" : "false";
    default: return std::string{name_of(node.kind)};
    }
}

void add_leaves(Node const& node, std::string const& path, std::vector<Leaf>& leaves) {
    if (node.kind != Kind::table && node.kind != Kind::array)
        return leaves.push_back({path, node.line, value_of(node)});
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        auto const& child = *node.children[i];
        auto const own = node.kind == Kind::array ? "[" + std::to_string(i) + "]" : child.key;
        bool const dot = !path.empty() && node.kind == Kind::table;
        add_leaves(child, path + (dot ? "." : "") + own, leaves);
    }
}

std::string between(std::int64_t least, std::int64_t most) {
    return "between " + std::to_string(least) + " and " + std::to_string(most);
}

}  // namespace

std::string Problem::text() const {
    return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + what;
}

Node* Table::find(std::string_view key) const {
    if (!node_) return nullptr;
    for (auto const& child : node_->children)
        if (child->key == key) return child.get();
    return nullptr;
}

Node* Table::take(std::string_view key, int kind_number) {
    auto const kind = static_cast<Kind>(kind_number);
    auto* const node = find(key);
    if (node == nullptr) return nullptr;
    if (node->taken) throw std::logic_error("key taken twice: " + std::string(key));
    node->taken = true;
    bool const whole_number = kind == Kind::number && node->kind == Kind::integer;
    if (node->kind == kind || whole_number) return node;
    report(*problems_, *node, "'" + node->key + "' must be " + std::string(name_of(kind)));
    return nullptr;
}

bool Table::has(std::string_view key) const { return find(key) != nullptr; }

bool Table::holds_text(std::string_view key) const {
    auto const* node = find(key);
    return node != nullptr && node->kind == Kind::text;
}

std::optional<std::string> Table::text(std::string_view key) {
    auto const* node = take(key, static_cast<int>(Kind::text));
    return node ? std::optional(node->text) : std::nullopt;
}

std::optional<std::int64_t> Table::integer(std::string_view key) {
    auto const* node = take(key, static_cast<int>(Kind::integer));
    return node ? std::optional(node->integer) : std::nullopt;
}

std::optional<std::int64_t> Table::integer(std::string_view key, std::int64_t least,
                                           std::int64_t most) {
    auto const value = integer(key);
    if (!value || (*value >= least && *value <= most)) return value;
    complain(key, "'" + std::string(key) + "' must be " + between(least, most));
    return std::nullopt;
}

std::optional<double> Table::number(std::string_view key) {
    auto const* node = take(key, static_cast<int>(Kind::number));
    if (node == nullptr) return std::nullopt;
    return node->kind == Kind::integer ? static_cast<double>(node->integer) : node->number;
}

std::optional<bool> Table::flag(std::string_view key) {
    auto const* node = take(key, static_cast<int>(Kind::flag));
    return node ? std::optional(node->flag) : std::nullopt;
}

std::optional<Table> Table::table(std::string_view key) {
    if (take(key, static_cast<int>(Kind::table)) == nullptr) return std::nullopt;
    for (auto const& child : node_->children)
        if (child->key == key) return Table(child, problems_);
    return std::nullopt;
}

std::vector<Table> Table::tables(std::string_view key) {
    std::vector<Table> found;
    auto const* node = take(key, static_cast<int>(Kind::array));
    if (node == nullptr) return found;
    for (auto const& item : node->children) {
        if (item->kind == Kind::table)
            found.push_back(Table(item, problems_));
        else
            report(*problems_, *item, "'" + node->key + "' must hold tables");
    }
    return found;
}

std::vector<std::string> Table::texts(std::string_view key) {
    std::vector<std::string> found;
    auto const* node = take(key, static_cast<int>(Kind::array));
    if (node == nullptr) return found;
    for (auto const& item : node->children) {
        if (item->kind == Kind::text)
            found.push_back(item->text);
        else
            report(*problems_, *item, "'" + node->key + "' must hold strings");
    }
    return found;
}

std::vector<std::int64_t> Table::integers(std::string_view key, std::int64_t least,
                                          std::int64_t most) {
    std::vector<std::int64_t> found;
    auto const* node = take(key, static_cast<int>(Kind::array));
    if (node == nullptr) return found;
    for (auto const& item : node->children) {
        if (item->kind == Kind::integer && item->integer >= least && item->integer <= most)
            found.push_back(item->integer);
        else
            report(*problems_, *item,
                   "'" + node->key + "' must hold integers " + between(least, most));
    }
    return found;
}

std::string Table::require_text(std::string_view key) {
    if (!has(key)) complain(key, "'" + std::string(key) + "' is missing");
    return text(key).value_or("");
}

std::int64_t Table::require_integer(std::string_view key, std::int64_t least, std::int64_t most) {
    if (!has(key)) complain(key, "'" + std::string(key) + "' is missing");
    return integer(key, least, most).value_or(0);
}

Table Table::require_table(std::string_view key) {
    if (!has(key)) complain(key, "table '" + std::string(key) + "' is missing");
    return table(key).value_or(Table());
}

std::vector<std::string> Table::keys() const {
    std::vector<std::string> names;
    if (node_)
        for (auto const& child : node_->children) names.push_back(child->key);
    return names;
}

std::vector<Leaf> Table::leaves() const {
    std::vector<Leaf> leaves;
    if (node_) add_leaves(*node_, "", leaves);
    return leaves;
}

std::uint32_t Table::line() const { return node_ ? node_->line : 0; }

void Table::complain(std::string_view key, std::string what) {
    if (problems_ == nullptr) return;
    auto const* node = find(key);
    report(*problems_, node != nullptr ? *node : *node_, std::move(what));
}

void Table::leftover() {
    if (node_) report_leftover(*problems_, *node_);
}

namespace {

/// nullopt: more than anybody writes by hand.
std::optional<std::string> whole_text(std::istream& in) {
    constexpr std::size_t kMost = std::size_t{4} << 20;
    std::string text(kMost + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMost) return std::nullopt;
    return text;
}

}  // namespace

std::optional<Table> parse(std::string_view text, std::string const& file, Problems& problems) {
    try {
        auto const parsed = toml::parse(text, file);
        return Table(copy_of("", parsed, file, {1, 1}), &problems);
    } catch (toml::parse_error const& error) {
        auto const at = error.source().begin;
        problems.push_back({file, at.line, at.column, std::string(error.description())});
        return std::nullopt;
    }
}

std::optional<Table> load(std::string const& path, Problems& problems) {
    std::error_code error;
    std::ifstream in(path, std::ios::binary);
    int const why = std::filesystem::is_directory(path, error) ? EISDIR : in ? 0 : errno;
    if (why != 0) {
        problems.push_back({path, 0, 0, std::string{"cannot be read: "} + std::strerror(why)});
        return std::nullopt;
    }
    auto const text = whole_text(in);
    auto const mode = std::filesystem::status(path, error).permissions();
    using std::filesystem::perms;
    if (!text)
        problems.push_back({path, 0, 0, "is too large"});
    else if ((mode & perms::others_write) != perms::none)
        problems.push_back({path, 0, 0, "anybody may write to it (chmod o-w)"});
    else
        return parse(*text, path, problems);
    return std::nullopt;
}

}  // namespace karkhana::config
