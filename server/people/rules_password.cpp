#include "server/people/rules_password.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <unordered_set>

#include "server/base/text.hpp"
#include "server/base/unicode.hpp"
#include "server/people/common_passwords.hpp"

namespace karkhana::people {
namespace {

/// What is guessed first in Bangladesh, whatever digits or signs stand around it.
constexpr std::array<std::string_view, 62> kLocalWords{
    "bangladesh",    "bangla",        "sonarbangla",  "amarbangla",      "joybangla",
    "shadhinota",    "bangladeshi",   "bangladesh71", "ekushey",         "bijoy",
    "dhaka",         "chittagong",    "chattogram",   "sylhet",          "rajshahi",
    "khulna",        "barishal",      "barisal",      "rangpur",         "mymensingh",
    "comilla",       "cumilla",       "bogra",        "bogura",          "gazipur",
    "narayanganj",   "bhairab",       "kishoreganj",  "allah",           "bismillah",
    "alhamdulillah", "inshallah",     "mashallah",    "allahuakbar",     "muhammad",
    "mohammad",      "islam",         "ramadan",      "valobashi",       "bhalobashi",
    "valobasha",     "bhalobasha",    "tomake",       "amitomake",       "amitomakevalobashi",
    "amarjan",       "sonamoni",      "amarnam",      "amarsonarbangla", "krishna",
    "radhakrishna",  "shakibalhasan", "tigers",       "karkhana",        "karigor",
    "workshop",      "password",      "passwort",     "admin",           "manager",
    "operator",      "welcome"};

std::string folded_password(std::string_view text) {
    auto out = ascii_digits(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Without the digits and signs around it: "@bangladesh_1971" is "bangladesh".
std::string_view stem_of(std::string_view text) {
    auto const outer = [](char c) {
        return static_cast<unsigned char>(c) < 0x80 && (c < 'a' || c > 'z');
    };
    while (!text.empty() && outer(text.front())) text.remove_prefix(1);
    while (!text.empty() && outer(text.back())) text.remove_suffix(1);
    return text;
}

bool leaked(std::string_view folded) {
    static auto const known = [] {
        std::unordered_set<std::string_view> found;
        for (auto rest = leaked_passwords(); !rest.empty();) {
            auto const end = rest.find(' ');
            found.insert(rest.substr(0, end));
            rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
        }
        return found;
    }();
    return known.contains(folded);
}

bool repeats(std::string_view text) {
    for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size() / 2); ++length) {
        bool same = true;
        for (std::size_t i = length; i < text.size(); ++i) same &= text[i] == text[i - length];
        if (same) return true;
    }
    return false;
}

/// 12345678, 87654321, 1234567890.
bool row_of_digits(std::string_view text) {
    for (int const step : {1, 9}) {
        bool row = true;
        for (std::size_t i = 0; i < text.size(); ++i) {
            row &= text[i] >= '0' && text[i] <= '9';
            if (i > 0) row &= (text[i - 1] - '0' + step) % 10 == text[i] - '0';
        }
        if (row) return true;
    }
    return false;
}

bool of_own_words(std::string_view folded, std::vector<std::string> const& own_words) {
    return std::ranges::any_of(own_words, [&](std::string const& given) {
        auto const word = folded_password(given);
        return !word.empty() && (folded == word || stem_of(folded) == word);
    });
}

bool guessed_first(std::string_view folded, std::vector<std::string> const& own_words) {
    auto const stem = stem_of(folded);
    return leaked(folded) || leaked(stem) ||
           std::ranges::find(kLocalWords, stem) != kLocalWords.end() || repeats(folded) ||
           row_of_digits(folded) || normal_phone(folded).has_value() ||
           of_own_words(folded, own_words);
}

}  // namespace

Result<std::string> acceptable_password(std::string_view password,
                                        std::vector<std::string> const& own_words) {
    auto normal = normal_password(password);
    auto const length = valid_utf8(normal) ? character_count(normal) : 0;
    if (length < 8)
        return refuse(ErrorKind::invalid, "password_too_short", "At least 8 characters.",
                      "/password");
    if (length > 200)
        return refuse(ErrorKind::invalid, "password_too_long", "At most 200 characters.",
                      "/password");
    if (guessed_first(folded_password(normal), own_words))
        return refuse(ErrorKind::invalid, "password_too_common", "This is what is guessed first.",
                      "/password");
    return normal;
}

std::vector<std::string> own_words(Person const& person, facility::Facility const& facility) {
    std::vector<std::string> words{person.login, facility.slug};
    for (auto const& name : {person.name.en, person.name.bn, facility.name.en, facility.name.bn}) {
        std::string whole;
        for (auto const part : std::views::split(name, ' ')) {
            std::string const word(part.begin(), part.end());
            whole += word;
            if (character_count(word) >= 4) words.push_back(word);
        }
        words.push_back(whole);
    }
    return words;
}

Result<std::string> acceptable_pin(std::string_view pin) {
    auto digits = ascii_digits(pin);
    bool const number = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!number || digits.size() < 5 || digits.size() > 8)
        return refuse(ErrorKind::invalid, "bad_pin", "Five to eight digits.", "/pin");
    if (repeats(digits) || row_of_digits(digits))
        return refuse(ErrorKind::invalid, "pin_too_simple", "This is what is guessed first.",
                      "/pin");
    return digits;
}

}  // namespace karkhana::people
