#pragma once

#include <string>
#include <utility>

/// What programs of others read on our paper: poppler and zbar.
namespace karkhana::exports {

/// What a reader can copy out of the pages.
std::string copied(std::string const& pdf, std::string const& options = "-raw");
/// NFC without spaces and joiners: copied Bangla has them where glyphs stand apart.
std::string dense(std::string const& text);
int pages_of(std::string const& pdf);
/// Whether every word lies on its page.
bool all_on_paper(std::string const& pdf);
/// What the QR code says; empty when there is none.
std::string scanned(std::string const& pdf);

}  // namespace karkhana::exports
