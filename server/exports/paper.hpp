#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/time.hpp"
#include "server/exports/pages.hpp"
#include "server/exports/words.hpp"

/// A document as whoever prints it sees it, and the layouts of it. What it says is decided by those
/// who make one; where it stands is decided here.
namespace karkhana::exports {

enum class Paper { a4, a5, slip };
std::optional<Paper> paper_of(std::string_view name);

/// The same in both languages. A Bangla text that differs in its digits alone is the same text.
using Text = facility::Name;

struct Column {
    Text head;
    double share = 1;  ///< of the width of the table
    Align align = Align::left;
};

struct Row {
    /// `section` and `detail` have one text, across the table and from its words on.
    enum class Kind { section, line, detail, sum };
    Kind kind = Kind::line;
    std::vector<Text> cells;
    Text brief;              ///< of a line: what a slip says instead of all but the last cell
    bool with_next = false;  ///< never the last of a page
};

struct Fact {
    Text name;
    Text value;
    bool strong = false;
};

struct Party {
    Text role;
    Text name;
    std::vector<Text> lines;
};

struct Printed {
    Text title;
    std::string number;
    Instant made;
    Text form;                  ///< in a box at the top: which layout this is
    std::vector<Text> heading;  ///< centred, above everything
    Party from;
    Party to;
    std::vector<Fact> facts;
    std::vector<Text> opening;  ///< paragraphs before the table
    std::vector<Column> columns;
    bool ruled = false;  ///< a form: lines between all cells
    std::vector<Row> rows;
    std::vector<Fact> sums;
    std::vector<Text> words;  ///< the amount in words
    std::vector<Text> notes;
    std::vector<Text> signed_by;
    std::string address;  ///< in the QR code; empty: none
    std::string foot;     ///< on every page
};

struct Printout {
    std::string pdf;
    std::string text;  ///< what was put on the pages
    int unknown_glyphs = 0;
};

/// The same document, language and paper give the same bytes.
Printout print(Printed const& document, Speech speech, Paper paper);

}  // namespace karkhana::exports
