#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "server/exports/bill.hpp"
#include "tests/unit/exports/reading.hpp"
#include "tests/unit/exports/samples.hpp"

namespace karkhana::exports {
namespace {

using ::testing::HasSubstr;

Proof proof() {
    return {std::string(64, 'a'), std::string(64, 'b'), "https://karkhana.example/verify?n=1"};
}

std::string pdf_of(billing::InvoiceDocument const& document, Speech speech,
                   Paper paper = Paper::a4) {
    return print(bill_of(document, proof()), speech, paper).pdf;
}

TEST(Bill, LetsAReaderAddUpPartsAndMeters) {
    auto const text = dense(copied(pdf_of(shared_bill(), Speech::en)));
    for (std::string const part :
         {"meanwhile 17:00:00 1,003.000 kWh · meter SDM-1 · raw 000F 4DF8 · its part 3.000 kWh / "
          "3.000 kWh, by rated power",
          "its part 1.500 kWh / 2.000 kWh, by rated power (between 0.000 – 2.000)",
          "Used: 3.000 + 1.500 = 4.500 kWh", "Used: 202.500 − 200.000 = 2.500 kWh",
          "All meters: 4.500 + 2.500 = 7.000 kWh"})
        EXPECT_THAT(text, HasSubstr(dense(part))) << part;
    auto const bangla = dense(copied(pdf_of(shared_bill(), Speech::bn)));
    EXPECT_THAT(bangla, HasSubstr(dense("৪.৫০০ + ২.৫০০ = ৭.০০০")));
    EXPECT_THAT(dense(copied(pdf_of(sample_bill(), Speech::en))),
                ::testing::Not(HasSubstr("Used:")));
}

TEST(Bill, SaysEverythingInEnglish) {
    auto const text = dense(copied(pdf_of(sample_bill(), Speech::en)));
    for (std::string const part :
         {"Bhairab Footwear Service Centre", "Kamalpur, Bhairab, Kishoreganj",
          "BHAIRAB/2026-27/000123", "1 December 2026, 09:05:07", "November 2026",
          "Lakshmi & Shraddha Shoes", "Laser cutter 1 · 20 November 2026, 16:30:00 – 17:30:00",
          "Electricity, off-peak 4.200 kWh 10.164 42.69",
          "Electricity, peak (estimated) * 2.800 kWh 14.00 39.20", "40 pairs 2.50 100.00",
          "59 min 40 s 12.00 716.00", "Tk 900.00 − Tk 897.89 = Tk 2.11",
          "START 16:30:00 1,234.567 kWh · meter SDM120-004711 · raw 0012 D687",
          "STOP 17:30:00 1,241.567 kWh · meter SDM120-004711 · interpolated *", "Total Tk 900.00",
          "Taka Nine Hundred Only", "version 3", "Page 1/1"})
        EXPECT_THAT(text, HasSubstr(dense(part))) << part;
    EXPECT_THAT(text, HasSubstr(proof().hash));
    EXPECT_THAT(text, HasSubstr(proof().previous_hash));
}

TEST(Bill, SaysEverythingInBangla) {
    auto const text = dense(copied(pdf_of(sample_bill(), Speech::bn)));
    for (std::string const part :
         {"ভৈরব পাদুকা সেবা কেন্দ্র", "কমলপুর, ভৈরব, কিশোরগঞ্জ", "BHAIRAB/2026-27/000123",
          "১ ডিসেম্বর ২০২৬, ০৯:০৫:০৭", "নভেম্বর ২০২৬", "লক্ষ্মী ও শ্রদ্ধা শুজ, স্ত্রী-উদ্যোগ",
          "লেজার কাটার ১ · ২০ নভেম্বর ২০২৬, ১৬:৩০:০০ – ১৭:৩০:০০", "বিদ্যুৎ, অফ-পিক",
          "৪.২০০ ইউনিট (kWh) ১০.১৬৪ ৪২.৬৯", "(আনুমানিক) *", "৪০ জোড়া ২.৫০ ১০০.০০",
          "৫৯ মিনিট ৪০ সেকেন্ড", "মিটার SDM120-004711 · মূল রেজিস্টার 0012 D687", "সর্বমোট ৳৯০০.০০",
          "নয়শত টাকা মাত্র", "পৃষ্ঠা ১/১"})
        EXPECT_THAT(text, HasSubstr(dense(part))) << part;
}

TEST(Bill, IsTheSameBytesForTheSameBill) {
    auto const once = pdf_of(sample_bill(3), Speech::bn);
    EXPECT_EQ(once, pdf_of(sample_bill(3), Speech::bn));
    EXPECT_NE(once, pdf_of(sample_bill(3), Speech::both));
}

TEST(Bill, IsTheSameBytesWhoeverPrintsAtTheSameTime) {
    auto const alone = pdf_of(sample_bill(3), Speech::bn);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { EXPECT_EQ(pdf_of(sample_bill(3), Speech::bn), alone); });
    for (auto& thread : threads) thread.join();
}

TEST(Bill, RepeatsItsHeadAndCountsItsPages) {
    auto const pdf = pdf_of(sample_bill(40), Speech::en);
    int const pages = pages_of(pdf);
    ASSERT_GT(pages, 4);
    for (int page = 1; page <= pages; ++page) {
        auto const number = std::to_string(page);
        auto const text = dense(copied(pdf, "-raw -f " + number + " -l " + number));
        EXPECT_THAT(text, HasSubstr("Page" + number + "/" + std::to_string(pages)));
        EXPECT_THAT(text, HasSubstr("BHAIRAB/2026-27/000123"));
        EXPECT_THAT(text, HasSubstr("Machineandservice")) << "no head of the table on " << page;
    }
    auto const all = dense(copied(pdf));
    for (int line = 3; line <= 200; line += 5)
        EXPECT_THAT(all, HasSubstr(std::to_string(line) + "Cutting40pairs"));
}

/// The smallest and the largest x of the words on the pages, in points.
std::pair<double, double> extent_of(std::string const& pdf) {
    auto const boxes = copied(pdf, "-bbox");
    std::pair<double, double> extent{1e9, -1e9};
    for (std::size_t at = 0; (at = boxes.find("<word xMin=\"", at)) != std::string::npos; ++at) {
        extent.first = std::min(extent.first, std::stod(boxes.substr(at + 12)));
        auto const end = boxes.find("xMax=\"", at);
        extent.second = std::max(extent.second, std::stod(boxes.substr(end + 6)));
    }
    return extent;
}

TEST(Bill, LongNamesStayOnThePaper) {
    auto bill = sample_bill(2);
    std::string const unbroken(200, 'W');
    for (auto* name :
         {&bill.seller.name, &bill.buyer.name, &bill.seller.address, &bill.sessions[0].machine})
        *name = {unbroken, unbroken};
    bill.lines[0].term.label = {unbroken, unbroken};
    bill.sessions[0].registers[0].meter = unbroken;
    bill.buyer.place = unbroken;
    auto const pdf = pdf_of(bill, Speech::en);
    auto const [left, right] = extent_of(pdf);
    EXPECT_GE(left, 40);
    EXPECT_LE(right, 596 - 40);
    EXPECT_THAT(dense(copied(pdf)), HasSubstr("10.16442.69")) << "the amounts were pushed away";
}

}  // namespace
}  // namespace karkhana::exports
