// What a document costs: a thousand PDFs on one core, each a Bangla bill of ten sessions, beside
// the minute they may take. Argument: how many (1000).

#include <cstdio>
#include <cstdlib>

#include "server/exports/bill.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/unit/exports/samples.hpp"

namespace karkhana::exports {
namespace {

double run(int count, int sessions, Speech speech, Paper paper, char const* what) {
    Proof const proof{std::string(64, 'a'), std::string(64, 'b'),
                      "https://karkhana.example.org/verify?f=bhairab&n=BHAIRAB/2026-27/000123"
                      "&c=0123456789abcdef"};
    auto const bill = sample_bill(sessions);
    auto const before = bench::cpu_seconds();
    std::size_t bytes = 0;
    for (int i = 0; i < count; ++i) bytes += print(bill_of(bill, proof), speech, paper).pdf.size();
    auto const took = (bench::cpu_seconds() - before) * 1000 / count;
    std::printf("%-34s %6.2f s a thousand, %5.1f kB each\n", what, took,
                static_cast<double>(bytes) / count / 1024);
    return took;
}

}  // namespace
}  // namespace karkhana::exports

int main(int argc, char** argv) {
    using namespace karkhana::exports;
    int const count = argc > 1 ? std::atoi(argv[1]) : 1000;
    run(count / 10, 1, Speech::en, Paper::a4, "English, A4, one session");
    run(count / 10, 10, Speech::both, Paper::a4, "both languages, A4, ten sessions");
    run(count / 10, 1, Speech::bn, Paper::slip, "Bangla, slip, one session");
    double const took = run(count, 10, Speech::bn, Paper::a4, "Bangla, A4, ten sessions");
    std::printf("%-34s %6.2f s, 60.00 s allowed\n", "a thousand PDFs on one core", took);
    return took <= 60 ? 0 : 1;
}
