#include "server/http/own_ca.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <optional>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace karkhana::http {
namespace {

namespace fs = std::filesystem;

template <auto free>
struct Freed {
    template <class T>
    void operator()(T* what) const {
        free(what);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bytes = std::unique_ptr<BIO, Freed<BIO_free_all>>;

constexpr long kDay = 24 * 60 * 60;
constexpr long kAuthorityDays = 3650;
constexpr long kCertificateDays = 365;  // browsers take no longer ones

void check(bool good, char const* what) {
    if (good) return;
    std::array<char, 256> why{};
    ERR_error_string_n(ERR_get_error(), why.data(), why.size());
    throw std::runtime_error(std::string{"own certificates: "} + what + ": " + why.data());
}

bool is_address(std::string const& name) {
    std::array<unsigned char, 16> bytes{};
    return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

Key new_key() {
    Key key{EVP_EC_gen("P-256")};
    check(key != nullptr, "making a key");
    return key;
}

void set_subject(X509* certificate, std::string const& name) {
    auto* const subject = X509_get_subject_name(certificate);
    auto const* const text = reinterpret_cast<unsigned char const*>(name.c_str());
    check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1, "name");
}

void extend(X509* certificate, X509* issuer, int what, std::string const& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> const extension{
        X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str())};
    check(extension != nullptr, value.c_str());
    check(X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

Certificate begun(EVP_PKEY* key, std::string const& name, Instant now, long days) {
    Certificate made{X509_new()};
    check(made != nullptr && X509_set_version(made.get(), 2) == 1, "version");
    std::array<unsigned char, 16> serial{};
    check(RAND_bytes(serial.data(), serial.size()) == 1, "serial number");
    serial[0] &= 0x7f;
    std::unique_ptr<BIGNUM, Freed<BN_free>> const number{
        BN_bin2bn(serial.data(), serial.size(), nullptr)};
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get()));
    auto at = static_cast<std::time_t>(micros(now) / 1'000'000);
    // A day earlier: the clocks of phones are wrong by hours.
    X509_time_adj_ex(X509_getm_notBefore(made.get()), -1, 0, &at);
    X509_time_adj_ex(X509_getm_notAfter(made.get()), static_cast<int>(days), 0, &at);
    check(X509_set_pubkey(made.get(), key) == 1, "public key");
    set_subject(made.get(), name);
    return made;
}

/// What the authority may sign: the names, and addresses of private networks.
std::string bounds(std::vector<std::string> const& names) {
    std::string out = "critical";
    bool named = false;
    for (auto const& name : names) {
        if (is_address(name)) continue;
        out += ",permitted;DNS:" + name;
        named = true;
    }
    // Without any, names would be free: this one is nobody's for ever.
    if (!named) out += ",permitted;DNS:karkhana.invalid";
    for (auto const* net :
         {"10.0.0.0/255.0.0.0", "172.16.0.0/255.240.0.0", "192.168.0.0/255.255.0.0",
          "169.254.0.0/255.255.0.0", "127.0.0.0/255.0.0.0"})
        out += std::string{",permitted;IP:"} + net;
    out += ",permitted;IP:fc00:0:0:0:0:0:0:0/fe00:0:0:0:0:0:0:0";
    return out + ",permitted;IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
}

Certificate new_authority(EVP_PKEY* key, std::vector<std::string> const& names, Instant now) {
    auto made = begun(key, "Karkhana " + names.front(), now, kAuthorityDays);
    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
    extend(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(made.get(), made.get(), NID_subject_key_identifier, "hash");
    extend(made.get(), made.get(), NID_name_constraints, bounds(names));
    check(X509_sign(made.get(), key, EVP_sha256()) > 0, "signing");
    return made;
}

std::string names_text(std::vector<std::string> const& names) {
    std::string out;
    for (auto const& name : names)
        out += (out.empty() ? "" : ",") + std::string{is_address(name) ? "IP:" : "DNS:"} + name;
    return out;
}

Certificate new_certificate(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key,
                            std::vector<std::string> const& names, Instant now) {
    // A name like one of the net would have to be within the bounds too; those that count follow.
    auto made = begun(key, "Karkhana", now, kCertificateDays);
    X509_set_issuer_name(made.get(), X509_get_subject_name(authority));
    extend(made.get(), authority, NID_basic_constraints, "critical,CA:FALSE");
    extend(made.get(), authority, NID_key_usage, "critical,digitalSignature");
    extend(made.get(), authority, NID_ext_key_usage, "serverAuth");
    extend(made.get(), authority, NID_subject_key_identifier, "hash");
    extend(made.get(), authority, NID_authority_key_identifier, "keyid");
    extend(made.get(), authority, NID_subject_alt_name, names_text(names));
    check(X509_sign(made.get(), authority_key, EVP_sha256()) > 0, "signing");
    return made;
}

/// Whole or not at all, and for its owner alone if it is a key.
void write_file(std::string const& path, BIO* bytes, mode_t mode) {
    auto const beside = path + ".new";
    ::unlink(beside.c_str());
    int const file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    check(file >= 0, beside.c_str());
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bytes, &data);
    bool const written =
        ::write(file, data, static_cast<std::size_t>(size)) == size && ::fsync(file) == 0;
    ::close(file);
    check(written && ::rename(beside.c_str(), path.c_str()) == 0, path.c_str());
}

void write_key(std::string const& path, EVP_PKEY* key) {
    Bytes const bytes{BIO_new(BIO_s_mem())};
    check(PEM_write_bio_PrivateKey(bytes.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "writing a key");
    write_file(path, bytes.get(), 0600);
}

void write_certificate(std::string const& path, X509* certificate) {
    Bytes const bytes{BIO_new(BIO_s_mem())};
    check(PEM_write_bio_X509(bytes.get(), certificate) == 1, "writing a certificate");
    write_file(path, bytes.get(), 0644);
}

struct Pair {
    Certificate certificate;
    Key key;
};

/// What is there and fits together.
std::optional<Pair> read_pair(std::string const& certificate, std::string const& key) {
    Bytes const one{BIO_new_file(certificate.c_str(), "r")};
    Bytes const other{BIO_new_file(key.c_str(), "r")};
    if (!one || !other) return std::nullopt;
    Pair pair{Certificate{PEM_read_bio_X509(one.get(), nullptr, nullptr, nullptr)},
              Key{PEM_read_bio_PrivateKey(other.get(), nullptr, nullptr, nullptr)}};
    if (!pair.certificate || !pair.key) return std::nullopt;
    if (X509_check_private_key(pair.certificate.get(), pair.key.get()) != 1) return std::nullopt;
    return pair;
}

bool lasts(X509 const* certificate, Instant now, long days) {
    auto at = static_cast<std::time_t>(micros(now) / 1'000'000) + days * kDay;
    return X509_cmp_time(X509_get0_notAfter(certificate), &at) > 0;
}

bool is_for(X509* certificate, std::vector<std::string> const& names) {
    return std::ranges::all_of(names, [&](std::string const& name) {
        return is_address(name)
                   ? X509_check_ip_asc(certificate, name.c_str(), 0) == 1
                   : X509_check_host(certificate, name.c_str(), name.size(), 0, nullptr) == 1;
    });
}

/// Whether the authority's own bounds let this one pass.
bool is_signed(X509* certificate, X509* authority) {
    std::unique_ptr<X509_STORE, Freed<X509_STORE_free>> const store{X509_STORE_new()};
    std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> const context{X509_STORE_CTX_new()};
    X509_STORE_add_cert(store.get(), authority);
    X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr);
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()),
                                X509_V_FLAG_NO_CHECK_TIME);
    return X509_verify_cert(context.get()) == 1;
}

std::string fingerprint_of(X509 const* certificate) {
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    check(X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1, "fingerprint");
    std::string out;
    for (auto const byte : digest) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        if (!out.empty()) out += ':';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

}  // namespace

OwnCertificates keep_certificates(std::string const& folder, std::vector<std::string> const& names,
                                  Instant now) {
    ERR_clear_error();
    fs::create_directories(folder);
    ::chmod(folder.c_str(), 0700);
    OwnCertificates out{.authority = folder + "/authority.crt",
                        .certificate = folder + "/daemon.crt",
                        .key = folder + "/daemon.key",
                        .fingerprint = ""};
    auto const authority_key = folder + "/authority.key";
    auto authority = read_pair(out.authority, authority_key);
    auto leaf = read_pair(out.certificate, out.key);
    auto const sign_anew = [&] {
        auto key = new_key();
        auto made = new_certificate(key.get(), authority->certificate.get(), authority->key.get(),
                                    names, now);
        leaf = Pair{std::move(made), std::move(key)};
        out.new_certificate = true;
    };
    if (!authority || !lasts(authority->certificate.get(), now, kCertificateDays)) {
        auto key = new_key();
        auto made = new_authority(key.get(), names, now);
        authority = Pair{std::move(made), std::move(key)};
        out.new_authority = true;
    }
    if (out.new_authority || !leaf || !lasts(leaf->certificate.get(), now, 30) ||
        !is_for(leaf->certificate.get(), names))
        sign_anew();
    if (!is_signed(leaf->certificate.get(), authority->certificate.get())) {
        auto key = new_key();
        auto made = new_authority(key.get(), names, now);
        authority = Pair{std::move(made), std::move(key)};
        out.new_authority = true;
        sign_anew();
        check(is_signed(leaf->certificate.get(), authority->certificate.get()),
              "an address outside private networks, which the authority may not sign");
    }
    if (out.new_authority) {
        write_key(authority_key, authority->key.get());
        write_certificate(out.authority, authority->certificate.get());
    }
    if (out.new_certificate) {
        write_key(out.key, leaf->key.get());
        write_certificate(out.certificate, leaf->certificate.get());
    }
    out.fingerprint = fingerprint_of(authority->certificate.get());
    return out;
}

}  // namespace karkhana::http
