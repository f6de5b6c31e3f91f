#include <iostream>

#include "server/app/commands.hpp"
#include "server/app/load.hpp"
#include "server/base/clock.hpp"
#include "server/http/own_ca.hpp"

namespace karkhana::app {

int certificates(std::string const& path) {
    auto const loaded = load_or_complain(path);
    if (!loaded) return 78;
    auto const& config = loaded->config;
    if (config.http.own_names.empty()) {
        std::cerr << path << ": http.own_certificate is not there\n";
        return 78;
    }
    auto const own = http::keep_certificates(config.data + "/tls", config.http.own_names,
                                             SystemWallClock{}.now());
    std::cout << own.authority << (own.new_authority ? ": made\n" : ": kept\n") << own.certificate
              << (own.new_certificate ? ": made\n" : ": kept\n") << "SHA-256 " << own.fingerprint
              << '\n';
    return 0;
}

}  // namespace karkhana::app
