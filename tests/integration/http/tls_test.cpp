#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>

#include "tests/integration/http/server_fixture.hpp"

namespace karkhana::http::test {
namespace {

struct Said {
    std::string text;
    int status = 0;
};

Said run(std::string const& command) {
    Said said;
    auto* const pipe = popen(("( " + command + " ) 2>&1").c_str(), "r");
    if (!pipe) throw std::runtime_error("cannot run " + command);
    std::array<char, 4096> part{};
    while (auto const got = fread(part.data(), 1, part.size(), pipe))
        said.text.append(part.data(), got);
    auto const status = pclose(pipe);
    said.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return said;
}

class Tls : public ServerTest {
protected:
    Tls() {
        certificate_ = folder_.path() + "/cert.pem";
        key_ = folder_.path() + "/key.pem";
        auto const made = run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
                              " -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
                              " -keyout " +
                              key_ + " -out " + certificate_);
        if (made.status != 0) throw std::runtime_error(made.text);
        options_.tls_certificate = certificate_;
        options_.tls_key = key_;
        options_.header_deadline = std::chrono::seconds{2};
        folder_.write("web/big.js", std::string(100'000, 'j'));
        options_.web_root = folder_.path() + "/web";
    }
    Said curl(std::string const& arguments) const {
        return run("curl -sS --max-time 10 --cacert " + certificate_ +
                   " --resolve localhost:" + std::to_string(port()) + ":127.0.0.1 " + arguments);
    }
    std::string url(std::string const& path) const {
        return "https://localhost:" + std::to_string(port()) + path;
    }
    Said handshake(std::string const& arguments) const {
        return run("openssl s_client -connect 127.0.0.1:" + std::to_string(port()) + " " +
                   arguments + " </dev/null");
    }

    TemporaryFolder folder_;
    std::string certificate_;
    std::string key_;
};

TEST_F(Tls, serves_a_verified_connection_more_than_once) {
    start();
    auto const said = curl("-i " + url("/peer") + " " + url("/peer"));
    EXPECT_EQ(said.status, 0) << said.text;
    EXPECT_NE(said.text.find("127.0.0.1 secure"), std::string::npos);
    EXPECT_NE(said.text.find("Strict-Transport-Security: "), std::string::npos);
    EXPECT_EQ(server_->snapshot().connections_accepted, 1U) << "one connection for both";
}

TEST_F(Tls, carries_bodies_both_ways) {
    start();
    EXPECT_EQ(curl("-H 'Content-Type: application/json' -d '{\"a\":1}' " + url("/echo")).text,
              "{\"a\":1}");
    EXPECT_EQ(curl("-H 'Transfer-Encoding: chunked' -H 'Content-Type: application/json' "
                   "-d '{\"a\":2}' " +
                   url("/echo"))
                  .text,
              "{\"a\":2}");
    for (auto const* encoding : {"gzip", "zstd"})
        EXPECT_EQ(curl(std::string{"--compressed -H 'Accept-Encoding: "} + encoding + "' " +
                       url("/big") + " | wc -c")
                      .text,
                  std::to_string(4 << 20) + "\n");
    EXPECT_EQ(curl(url("/big") + " | wc -c").text, std::to_string(4 << 20) + "\n");
    EXPECT_EQ(curl(url("/big.js") + " | wc -c").text, "100000\n");
}

TEST_F(Tls, speaks_1_2_and_1_3_with_authenticated_ciphers_alone) {
    start();
    EXPECT_EQ(handshake("-tls1_2").status, 0);
    EXPECT_EQ(handshake("-tls1_3").status, 0);
    EXPECT_NE(handshake("-tls1_1 -cipher ALL:@SECLEVEL=0").status, 0);
    EXPECT_NE(handshake("-tls1 -cipher ALL:@SECLEVEL=0").status, 0);
    EXPECT_NE(handshake("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256").status, 0) << "CBC";
    EXPECT_EQ(handshake("-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305").status, 0);
    auto const chosen = handshake("-alpn h2,http/1.1").text;
    EXPECT_NE(chosen.find("ALPN protocol: http/1.1"), std::string::npos) << chosen;
}

TEST_F(Tls, cuts_off_plain_text_and_half_a_handshake) {
    start();
    auto plain = client();
    plain.send(get("/hello"));
    EXPECT_TRUE(plain.closed_within(std::chrono::seconds{3}));
    EXPECT_EQ(plain.buffer().find("HTTP/1.1"), std::string::npos);
    auto half = client();
    half.send("\x16\x03\x01");
    EXPECT_TRUE(half.closed_within(std::chrono::seconds{5}));
    EXPECT_EQ(curl(url("/hello")).text, "hello");
}

TEST_F(Tls, sends_events) {
    start();
    std::thread publisher([&] {
        soon([&] { return server_->snapshot().event_listeners == 1; });
        hub_.publish(facility_, "machine", "over TLS");
        soon([&] { return server_->snapshot().events_sent == 1; });
        pause();
        server_->stop();
    });
    auto const said = curl("-N -H 'Authorization: Bearer good' " + url("/api/v1/events"));
    publisher.join();
    EXPECT_NE(said.text.find("data: over TLS\n"), std::string::npos) << said.text;
}

TEST_F(Tls, does_not_start_without_a_usable_key) {
    options_.tls_key = certificate_;
    EXPECT_THROW(start(), std::runtime_error);
    options_.tls_key = "";
    EXPECT_THROW(start(), std::runtime_error);
    options_.tls_key = key_;
    options_.tls_certificate = folder_.path() + "/absent.pem";
    EXPECT_THROW(start(), std::runtime_error);
}

}  // namespace
}  // namespace karkhana::http::test
