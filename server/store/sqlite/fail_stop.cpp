#include "server/store/sqlite/fail_stop.hpp"

#include <cstdio>
#include <cstdlib>

namespace karkhana::store::sqlite {

void fail_stop(std::string const& reason) {
    std::fprintf(stderr, "karkhana: stopping, the database cannot be trusted: %s\n",
                 reason.c_str());
    std::fflush(stderr);
    std::_Exit(kFailStopStatus);
}

}  // namespace karkhana::store::sqlite
