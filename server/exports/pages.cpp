#include "server/exports/pages.hpp"

#include <cairo-pdf.h>
#include <mutex>
#include <pango/pangocairo.h>
#include <qrcodegen/qrcodegen.hpp>
#include <stdexcept>
#include <vector>

#include "server/base/calendar.hpp"

namespace karkhana::exports {
namespace {

// Noto Sans lacks Bangla and Noto Sans Bengali lacks Latin letters: together they have both.
constexpr char const* kFamilies = "Noto Sans,Noto Sans Bengali";

/// From the top of a line to its base, in sizes of the font.
constexpr double kRise = 1.07;

struct Release {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* pen) const { cairo_destroy(pen); }
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
    void operator()(PangoContext* context) const { g_object_unref(context); }
    void operator()(PangoFontMap* fonts) const { g_object_unref(fonts); }
    void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
template <class T>
using Held = std::unique_ptr<T, Release>;

/// Finding fonts is what costs most of a short document, and a map of found ones serves one thread
/// at a time: documents lend each other a few.
class FontMaps {
public:
    Held<PangoFontMap> take() {
        std::lock_guard const lock{guard_};
        if (spare_.empty()) return Held<PangoFontMap>{pango_cairo_font_map_new()};
        auto fonts = std::move(spare_.back());
        spare_.pop_back();
        return fonts;
    }
    void give(Held<PangoFontMap> fonts) {
        std::lock_guard const lock{guard_};
        if (spare_.size() < kSpare) spare_.push_back(std::move(fonts));
    }

private:
    static constexpr std::size_t kSpare = 2;
    std::mutex guard_;
    std::vector<Held<PangoFontMap>> spare_;
};

FontMaps& font_maps() {
    static FontMaps maps;
    return maps;
}

cairo_status_t append(void* bytes, unsigned char const* data, unsigned int length) {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<char const*>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

std::string pdf_time(Instant at) {
    auto const utc = Zone::find("UTC").value();
    return to_date(local_day(utc, at)) + to_rfc3339(at, utc).substr(10, 9) + "Z";
}

PangoAlignment to_pango(Align align) {
    switch (align) {
    case Align::left: break;
    case Align::centre: return PANGO_ALIGN_CENTER;
    case Align::right: return PANGO_ALIGN_RIGHT;
    }
    return PANGO_ALIGN_LEFT;
}

}  // namespace

struct Pages::Drawing {
    Drawing(Imprint const& imprint, double width, double height)
        : surface(cairo_pdf_surface_create_for_stream(append, &bytes, width, height)),
          pen(cairo_create(surface.get())),
          fonts(font_maps().take()),
          context(pango_font_map_create_context(fonts.get())) {
        auto const made = pdf_time(imprint.made);
        auto const say = [&](cairo_pdf_metadata_t what, std::string const& text) {
            cairo_pdf_surface_set_metadata(surface.get(), what, text.c_str());
        };
        say(CAIRO_PDF_METADATA_TITLE, imprint.title);
        say(CAIRO_PDF_METADATA_AUTHOR, imprint.author);
        say(CAIRO_PDF_METADATA_CREATOR, "Karkhana");
        say(CAIRO_PDF_METADATA_CREATE_DATE, made);
        say(CAIRO_PDF_METADATA_MOD_DATE, made);
        // Positions in whole pixels would depend on the resolution of some screen.
        pango_cairo_context_set_resolution(context.get(), 72);
        // Otherwise the language of the process chooses among the forms of a letter.
        pango_context_set_language(context.get(), pango_language_from_string("bn"));
        auto* options = cairo_font_options_create();
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
        pango_cairo_context_set_font_options(context.get(), options);
        cairo_font_options_destroy(options);
    }
    ~Drawing() {
        context.reset();
        font_maps().give(std::move(fonts));
    }

    std::shared_ptr<PangoLayout> layout(double column, std::string_view text, Style style,
                                        Align align) {
        std::shared_ptr<PangoLayout> made{pango_layout_new(context.get()), Release{}};
        Held<PangoFontDescription> font{pango_font_description_from_string(kFamilies)};
        pango_font_description_set_size(font.get(), static_cast<int>(style.size * PANGO_SCALE));
        pango_font_description_set_weight(font.get(),
                                          style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        pango_layout_set_font_description(made.get(), font.get());
        pango_layout_set_width(made.get(), static_cast<int>(column * PANGO_SCALE));
        pango_layout_set_wrap(made.get(), PANGO_WRAP_WORD_CHAR);
        pango_layout_set_alignment(made.get(), to_pango(align));
        // A number or a word that is broken stays what it was.
        auto* attributes = pango_attr_list_new();
        pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
        pango_layout_set_attributes(made.get(), attributes);
        pango_attr_list_unref(attributes);
        pango_layout_set_text(made.get(), text.data(), static_cast<int>(text.size()));
        return made;
    }

    std::string bytes;
    Held<cairo_surface_t> surface;
    Held<cairo_t> pen;
    Held<PangoFontMap> fonts;
    Held<PangoContext> context;
    std::string written;
    int unknown = 0;
};

Pages::Pages(Imprint const& imprint, double width, double height)
    : drawing_(std::make_unique<Drawing>(imprint, width, height)) {}
Pages::~Pages() = default;

void Pages::resize(double width, double height) {
    cairo_pdf_surface_set_size(drawing_->surface.get(), width, height);
}

Piece Pages::lay(double column, std::string_view text, Style style, Align align) {
    auto layout = drawing_->layout(column, text, style, align);
    int ignored = 0, tall = 0;
    pango_layout_get_size(layout.get(), &ignored, &tall);
    double const height = text.empty() ? 0 : static_cast<double>(tall) / PANGO_SCALE;
    return {std::move(layout), std::string{text}, style, height};
}

void Pages::put(double x, double top, Piece const& piece) {
    if (piece.text.empty()) return;
    auto* const layout = static_cast<PangoLayout*>(piece.layout.get());
    auto* pen = drawing_->pen.get();
    auto const grey = piece.style.grey;
    cairo_set_source_rgb(pen, grey, grey, grey);
    // Fonts differ in how far their lines rise: side by side, cells must share one base line.
    double const rise = pango_layout_get_baseline(layout) / double{PANGO_SCALE};
    cairo_move_to(pen, x, top + piece.style.size * kRise - rise);
    pango_cairo_show_layout(pen, layout);
    drawing_->unknown += pango_layout_get_unknown_glyphs_count(layout);
    drawing_->written += piece.text + "\n";
}

void Pages::rule(double x, double top, double length, double thickness) {
    auto* pen = drawing_->pen.get();
    cairo_set_source_rgb(pen, 0, 0, 0);
    cairo_rectangle(pen, x, top, length, thickness);
    cairo_fill(pen);
}

void Pages::shade(double x, double top, double length, double depth, double grey) {
    auto* pen = drawing_->pen.get();
    cairo_set_source_rgb(pen, grey, grey, grey);
    cairo_rectangle(pen, x, top, length, depth);
    cairo_fill(pen);
}

void Pages::qr(double x, double top, double side, std::string const& address) {
    constexpr int kQuiet = 4;
    auto const code =
        qrcodegen::QrCode::encodeText(address.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
    double const module = side / (code.getSize() + 2 * kQuiet);
    auto* pen = drawing_->pen.get();
    cairo_set_source_rgb(pen, 0, 0, 0);
    for (int row = 0; row < code.getSize(); ++row)
        for (int from = 0, to = 0; from < code.getSize(); from = to + 1) {
            to = from;
            while (to < code.getSize() && code.getModule(to, row)) ++to;
            if (to > from)
                cairo_rectangle(pen, x + module * (from + kQuiet), top + module * (row + kQuiet),
                                module * (to - from), module);
        }
    cairo_fill(pen);
}

void Pages::next() { cairo_show_page(drawing_->pen.get()); }

std::string Pages::finish() {
    cairo_surface_finish(drawing_->surface.get());
    auto const status = cairo_surface_status(drawing_->surface.get());
    if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(cairo_status_to_string(status));
    return std::move(drawing_->bytes);
}

std::string const& Pages::written() const { return drawing_->written; }
int Pages::unknown_glyphs() const { return drawing_->unknown; }

}  // namespace karkhana::exports
