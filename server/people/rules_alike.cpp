#include "server/people/rules_alike.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

#include "server/base/text.hpp"
#include "server/base/unicode.hpp"

namespace karkhana::people {
namespace {

using Swap = std::pair<std::string_view, std::string_view>;

constexpr std::array<std::string_view, 3> kLikenessNames{"phone", "card", "name"};

/// Words that belong to no name, without signs.
constexpr std::array<std::string_view, 16> kTitles{
    "md",  "mohd", "mohammad", "mohammed", "mst",     "ms",   "messrs", "mr",
    "mrs", "the",  "মো",       "মোঃ",      "মোহাম্মদ", "মোসা", "মোসাঃ",  "মেসার্স"};

/// In Bengali by ear. Joiners that only change how letters are drawn go too.
constexpr std::array<Swap, 13> kBengali{{{"ী", "ি"},
                                         {"ূ", "ু"},
                                         {"ঈ", "ই"},
                                         {"ঊ", "উ"},
                                         {"ণ", "ন"},
                                         {"শ", "স"},
                                         {"ষ", "স"},
                                         {"য", "জ"},
                                         {"ঁ", ""},
                                         {"ঃ", ""},
                                         {"\u200C", ""},
                                         {"\u200D", ""},
                                         {"ঙ", "ং"}}};
constexpr std::array<Swap, 7> kLatin{
    {{"ph", "f"}, {"ee", "i"}, {"oo", "u"}, {"ou", "u"}, {"ck", "k"}, {"v", "b"}, {"z", "j"}}};
constexpr std::string_view kAspirated = "bcdgjkpst";

std::string lower_ascii(std::string text) {
    for (auto& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

bool is_sign(char c) {
    auto const byte = static_cast<unsigned char>(c);
    bool const letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || byte >= 0x80;
    return !letter;
}

/// Words with a sign inside (M/S) are one; spaces part them.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (char const c : text) {
        if (c == ' ' || c == ',' || c == '-' || c == '.')
            words.emplace_back();
        else if (!is_sign(c))
            words.back() += c;
    }
    std::erase(words, "");
    return words;
}

void replace_all(std::string& text, Swap const& swap) {
    for (auto at = text.find(swap.first); at != text.npos;
         at = text.find(swap.first, at + swap.second.size()))
        text.replace(at, swap.first.size(), swap.second);
}

std::string without_breath(std::string_view text) {
    std::string out;
    for (char const c : text)
        if (c != 'h' || out.empty() || kAspirated.find(out.back()) == kAspirated.npos) out += c;
    return out;
}

/// Precondition: valid UTF-8.
std::vector<std::string> letters_of(std::string_view text) {
    std::vector<std::string> letters;
    for (char const c : text) {
        bool const goes_on = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (goes_on && !letters.empty())
            letters.back() += c;
        else
            letters.emplace_back(1, c);
    }
    return letters;
}

/// Whether one letter was put in, left out or mistaken, at most.
bool one_letter_apart(std::vector<std::string> const& a, std::vector<std::string> const& b) {
    if (a.size() > b.size()) return one_letter_apart(b, a);
    if (b.size() - a.size() > 1) return false;
    auto const [left, right] = std::mismatch(a.begin(), a.end(), b.begin());
    auto const rest = static_cast<std::size_t>(a.end() - left);
    auto const skip = a.size() == b.size() && rest > 0 ? 1 : 0;
    return std::equal(left + skip, a.end(), right + (right == b.end() ? 0 : 1), b.end());
}

bool sounds_alike(std::string const& a, std::string const& b) {
    if (a.empty() || b.empty()) return false;
    if (a == b) return true;
    auto const left = letters_of(a), right = letters_of(b);
    constexpr std::size_t enough_to_tell = 6;
    // Nobody mishears how a name begins: Rina Shoes are not Mina Shoes.
    return std::min(left.size(), right.size()) >= enough_to_tell && left[0] == right[0] &&
           one_letter_apart(left, right);
}

bool share_one(std::vector<std::string> const& a, std::vector<std::string> const& b) {
    return std::ranges::any_of(
        a, [&](auto const& each) { return std::ranges::find(b, each) != b.end(); });
}

}  // namespace

std::string_view name_of(Likeness likeness) {
    return kLikenessNames.at(static_cast<std::size_t>(likeness));
}

std::string sounding_name(std::string_view name) {
    if (!valid_utf8(name)) return {};
    auto words = words_of(lower_ascii(ascii_digits(nfc(name))));
    // A name may be nothing but a title; then it is what there is.
    auto const is_title = [](auto const& word) {
        return std::ranges::find(kTitles, word) != kTitles.end();
    };
    if (!std::ranges::all_of(words, is_title)) std::erase_if(words, is_title);
    auto text = std::accumulate(words.begin(), words.end(), std::string{});
    for (auto const& swap : kBengali) replace_all(text, swap);
    for (auto const& swap : kLatin) replace_all(text, swap);
    auto letters = letters_of(without_breath(text));
    letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
    return std::accumulate(letters.begin(), letters.end(), std::string{});
}

bool names_alike(Name const& one, Name const& other) {
    // A name that was given in one script stands in both fields.
    for (auto const& mine : {one.en, one.bn})
        for (auto const& theirs : {other.en, other.bn})
            if (sounds_alike(sounding_name(mine), sounding_name(theirs))) return true;
    return false;
}

std::vector<Alike> alike(Known const& one, std::vector<Known> const& others) {
    std::vector<Alike> found;
    for (auto const& other : others) {
        if (other.id == one.id) continue;
        Alike each{other.id, {}};
        if (share_one(one.phones, other.phones)) each.why.push_back(Likeness::phone);
        if (share_one(one.cards, other.cards)) each.why.push_back(Likeness::card);
        if (names_alike(one.name, other.name)) each.why.push_back(Likeness::name);
        if (!each.why.empty()) found.push_back(std::move(each));
    }
    std::ranges::stable_sort(found, [](Alike const& a, Alike const& b) {
        return std::pair{a.why.front(), b.why.size()} < std::pair{b.why.front(), a.why.size()};
    });
    return found;
}

}  // namespace karkhana::people
