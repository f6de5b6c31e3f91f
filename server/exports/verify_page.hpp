#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/quantities.hpp"
#include "server/base/text.hpp"
#include "server/store/store.hpp"

/// What anybody who holds a document may ask: whether it is ours and what it came to. They need the
/// number and the beginning of the hash, which stand on the paper; numbers can be guessed.
namespace karkhana::exports {

struct Checked {
    std::string number;
    Money total;
    std::string hash;
    bool holds = false;  ///< what is kept is what was hashed
};

/// nullopt when no final document has this number and this beginning of its hash.
std::optional<Checked> check_document(store::Reader& reader, std::string_view slug,
                                      std::string_view number, std::string_view code);

/// How much of the hash stands in the address: nobody guesses it.
constexpr std::size_t code_length = 16;
/// The address of a document's page.
std::string verify_address(std::string_view public_address, std::string_view slug,
                           std::string_view number, std::string_view hash);

/// The page in HTML; `other` is its address in the other language.
std::string verify_page(std::optional<Checked> const& checked, Language language,
                        std::string_view other);

}  // namespace karkhana::exports
