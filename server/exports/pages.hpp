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
    double grey = 0;        ///< 0 is black
    bool one_line = false;  ///< shortened with an ellipsis instead of wrapped
};

/// What a document says of itself; the same words and time give the same bytes.
struct Imprint {
    std::string title;
    std::string author;
    Instant made;
};

/// Sheets of A4 to write on, in points from the top left corner. Shapes Bangla, embeds its fonts.
/// The only place that knows Pango and Cairo.
class Pages {
public:
    static constexpr double width = 595.28;
    static constexpr double height = 841.89;

    explicit Pages(Imprint const& imprint);
    ~Pages();

    /// Writes into a column, wrapped; returns the height it took.
    double write(double x, double top, double column, std::string_view text, Style style,
                 Align align = Align::left);
    /// The height that `write` would take.
    double measure(double column, std::string_view text, Style style);
    /// A thin horizontal line, and a grey box to write over.
    void rule(double x, double top, double length, double thickness);
    void shade(double x, double top, double length, double depth, double grey);
    /// Ends the page; the next one begins empty.
    void next();
    /// Ends the document and returns it.
    std::string finish();

private:
    struct Drawing;
    std::unique_ptr<Drawing> drawing_;
};

}  // namespace karkhana::exports
