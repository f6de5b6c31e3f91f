#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/sim/crowd/week.hpp"

int main(int argc, char** argv) {
    karkhana::crowd::Options options;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument{argv[i]};
        if (argument == "--short") {
            options.days = 3;
            options.asks = 300;
        }
        if (argument == "--postgres") options.engine = karkhana::tests::Engine::postgres;
        if (i + 1 >= argc) continue;
        if (argument == "--seed") options.seed = std::strtoull(argv[++i], nullptr, 10);
        if (argument == "--days") options.days = std::atoi(argv[++i]);
        if (argument == "--asks") options.asks = std::atoi(argv[++i]);
    }
    options.days = std::min(std::max(options.days, 1), karkhana::crowd::eid_day);
    return karkhana::crowd::Week{options}.live();
}
