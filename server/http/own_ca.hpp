#pragma once

#include <string>
#include <vector>

#include "server/base/time.hpp"

namespace karkhana::http {

/// A certificate authority of the house's own, for a network without the internet: phones take its
/// certificate once, and then know the daemon. It can sign for no name but its own, and for no
/// address outside private networks.
struct OwnCertificates {
    std::string authority;    ///< what phones take
    std::string certificate;  ///< the daemon's, with its key below
    std::string key;
    std::string fingerprint;  ///< SHA-256 of the authority's, as phones show it
    bool new_authority = false;
    bool new_certificate = false;
};

/// Makes in `folder` what is absent, and anew what ends soon or is for other names: a month before
/// its end the certificate, a year before its end, or when a name is not in its bounds, the
/// authority. `names` are host names and addresses. Keys are readable by their owner alone. Throws
/// std::runtime_error.
OwnCertificates keep_certificates(std::string const& folder, std::vector<std::string> const& names,
                                  Instant now);

}  // namespace karkhana::http
