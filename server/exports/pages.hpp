#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/base/text.hpp"
#include "server/base/time.hpp"

namespace karkhana::exports {

enum class Align { left, centre, right };

struct Style {
    double size = 9;  ///< points
    bool bold = false;
    double grey = 0;  ///< 0 is black
};

/// What a document says of itself; the same words and time give the same bytes.
struct Imprint {
    std::string title;
    std::string author;
    Instant made;
};

/// Text that was shaped for a column and waits for its place.
struct Piece {
    std::shared_ptr<void> layout;
    std::string text;
    Style style;
    double height = 0;
};

/// Sheets of one size to write on, in points from the top left corner. Shapes Bangla, embeds its
/// fonts. The only place that knows Pango and Cairo.
class Pages {
public:
    Pages(Imprint const& imprint, double width, double height);
    ~Pages();

    /// The size of this page and those after it; before anything is put on it.
    void resize(double width, double height);
    /// Shapes a text, wrapped into a column.
    Piece lay(double column, std::string_view text, Style style, Align align = Align::left);
    void put(double x, double top, Piece const& piece);
    /// A horizontal line, and a grey box to write over.
    void rule(double x, double top, double length, double thickness);
    void shade(double x, double top, double length, double depth, double grey);
    /// The address as a QR code in a square of this side, its quiet zone included.
    void qr(double x, double top, double side, std::string const& address);
    /// Ends the page; the next one begins empty.
    void next();
    /// Ends the document and returns it.
    std::string finish();

    /// All that was put on the pages, each text on lines of its own.
    std::string const& written() const;
    /// How many characters no font has.
    int unknown_glyphs() const;

private:
    struct Drawing;
    std::unique_ptr<Drawing> drawing_;
};

}  // namespace karkhana::exports
