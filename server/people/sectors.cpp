#include "server/people/sectors.hpp"

#include <algorithm>
#include <array>

namespace karkhana::people {
namespace {

constexpr std::string_view farming = "Agriculture";
constexpr std::string_view making = "Manufacturing and processing";
constexpr std::string_view serving = "Service";

constexpr std::array sector_list{
    Sector{"high_value_crops", farming, "Horticulture", "High-value crops", "উচ্চমূল্যের ফসল"},
    Sector{"cattle", farming, "Livestock", "Cattle and buffalo", "গরু ও মহিষ"},
    Sector{"poultry", farming, "Livestock", "Poultry", "হাঁস-মুরগি"},
    Sector{"fish", farming, "Aquaculture", "Pisciculture", "মাছ চাষ"},
    Sector{"leather", making, "Footwear and Leather Products", "Footwear and leather products",
           "জুতা ও চামড়াজাত পণ্য"},
    Sector{"garments", making, "Mini Textile", "Mini garments", "মিনি গার্মেন্টস"},
    Sector{"loom", making, "Mini Textile", "Loom", "তাঁত"},
    Sector{"handicrafts", making, "Mini Textile", "High-value handicrafts", "উচ্চমূল্যের হস্তশিল্প"},
    Sector{"machinery", making, "Light Engineering", "Machinery and equipment",
           "যন্ত্রপাতি ও সরঞ্জাম"},
    Sector{"construction", making, "Light Engineering", "Eco-friendly construction materials",
           "পরিবেশবান্ধব নির্মাণসামগ্রী"},
    Sector{"metal", making, "Light Engineering", "Metal products (imitation, metallic, steel)",
           "ধাতব পণ্য (ইমিটেশন, মেটাল, স্টিল)"},
    Sector{"plastic", making, "Plastic Recycling", "Plastic recycling", "প্লাস্টিক রিসাইক্লিং"},
    Sector{"salt", making, "Food Processing", "Salt processing", "লবণ প্রক্রিয়াজাতকরণ"},
    Sector{"dry_fish", making, "Food Processing", "Dry fish processing and trade",
           "শুঁটকি প্রক্রিয়াজাতকরণ ও বেচাকেনা"},
    Sector{"rice", making, "Food Processing", "Rice mill", "চালকল"},
    Sector{"jaggery", making, "Food Processing", "Jaggery processing", "গুড় তৈরি"},
    Sector{"tourism", serving, "Service", "Eco-friendly tourism", "পরিবেশবান্ধব পর্যটন"},
    Sector{"logistics", serving, "Service",
           "Logistics, packaging, transport, courier and IT services",
           "পরিবহন, প্যাকেজিং, কুরিয়ার ও আইটি সেবা"},
    Sector{"waste", serving, "Service", "Waste management services", "বর্জ্য ব্যবস্থাপনা সেবা"},
    Sector{"food_shops", serving, "Service", "Restaurants, street and bakery food",
           "রেস্তোরাঁ, পথের খাবার ও বেকারি"},
    Sector{"automobile", serving, "Service", "Automobile workshop", "গাড়ির ওয়ার্কশপ"},
};

}  // namespace

std::span<Sector const> sectors() { return sector_list; }

Sector const* find_sector(std::string_view slug) {
    auto const found = std::ranges::find(sector_list, slug, &Sector::slug);
    return found == sector_list.end() ? nullptr : &*found;
}

}  // namespace karkhana::people
