#pragma once

#include <memory>
#include <string>

#include "server/app/config.hpp"
#include "server/app/log.hpp"
#include "server/http/own_ca.hpp"
#include "server/http/server.hpp"

namespace karkhana::app {

/// Gives the certificate of the house's own authority to phones, over plain HTTP: before they have
/// it they cannot come by another way. The page says how it is installed, and its fingerprint.
class HandOut {
public:
    HandOut(HttpConfig const& config, http::OwnCertificates const& own, Log log);
    void start();
    void stop();

private:
    http::SseHub events_;
    std::unique_ptr<http::Server> server_;
};

/// In both languages, Bangla first. `address` is that of the page, `facility` that of the daemon.
std::string hand_out_page(std::string const& address, std::string const& facility,
                          std::string const& fingerprint);

}  // namespace karkhana::app
