#include "server/app/hand_out.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include "server/exports/qr.hpp"
#include "server/exports/xml.hpp"
#include "server/http/csp.hpp"

namespace karkhana::app {
namespace {

constexpr std::string_view kStyle =
    "body{font:1.1rem/1.6 'Noto Sans Bengali','Noto Sans',sans-serif;margin:2rem auto;"
    "max-width:36rem;padding:0 1rem;color:#111;background:#fff}svg{width:14rem;display:block;"
    "margin:1rem auto}a{display:inline-block;padding:.7rem 0;min-height:1.5rem}"
    "code{overflow-wrap:anywhere;font-size:.9rem}section{margin-bottom:3rem}";

struct Words {
    std::string_view language, title, why, take, android, iphone, computer, check, then;
};
constexpr Words kBanglaWords{
    "bn",
    "নিরাপদ সংযোগের সনদ",
    "এই কেন্দ্রের নিজস্ব নেটওয়ার্কে ফোন ও কম্পিউটার একবার এই সনদ নিলে সংযোগ সুরক্ষিত হয়। সনদটি এই "
    "কেন্দ্রের নাম ও স্থানীয় ঠিকানা ছাড়া আর কিছুর জন্য খাটে না।",
    "সনদ নামান",
    "অ্যান্ড্রয়েড: সেটিংস → নিরাপত্তা → এনক্রিপশন ও ক্রেডেনশিয়াল → সার্টিফিকেট ইনস্টল → "
    "CA সার্টিফিকেট; নামানো ফাইলটি বাছুন।",
    "আইফোন: ফাইলটি খুলুন, সেটিংসে প্রোফাইল ইনস্টল করুন, তারপর সাধারণ → পরিচিতি → সার্টিফিকেট "
    "আস্থা সেটিংসে চালু করুন।",
    "কম্পিউটার: ব্রাউজারের সেটিংস → সার্টিফিকেট → কর্তৃপক্ষ → আমদানি।",
    "ইনস্টলের আগে মিলিয়ে নিন। কেন্দ্রে টাঙানো কাগজে একই আঙুলের ছাপ (SHA-256) থাকতে হবে:",
    "এরপর এখানে যান"};
constexpr Words kEnglishWords{
    "en",
    "Certificate for a secure connection",
    "Phones and computers take this certificate once, and their connection is secure on this "
    "centre's own network. It is good for nothing but this centre's name and local addresses.",
    "Download the certificate",
    "Android: Settings → Security → Encryption & credentials → Install a certificate → CA "
    "certificate; choose the file.",
    "iPhone: open the file, install the profile in Settings, then switch it on under General → "
    "About → Certificate Trust Settings.",
    "Computer: the browser's settings → Certificates → Authorities → Import.",
    "Compare before you install it. The notice in the centre has to show the same fingerprint "
    "(SHA-256):",
    "Then go to"};

std::string section(Words const& words, std::string const& facility,
                    std::string const& fingerprint) {
    std::string html = "<section lang=\"";
    html.append(words.language).append("\"><h1>").append(words.title).append("</h1><p>");
    html.append(words.why).append("</p><p><a href=\"/karkhana-ca.crt\">").append(words.take);
    html.append("</a></p><ul><li>").append(words.android).append("</li><li>");
    html.append(words.iphone).append("</li><li>").append(words.computer).append("</li></ul><p>");
    html.append(words.check).append("</p><p><code>").append(fingerprint).append("</code></p><p>");
    html.append(words.then).append(": <a href=\"").append(facility).append("\">");
    return html.append(facility).append("</a></p></section>");
}

std::string whole(std::string const& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The first name it is known by, with the port of the page.
std::string page_address(HttpConfig const& config) {
    auto const& name = config.own_names.front();
    bool const v6 = name.find(':') != std::string::npos;
    return "http://" + (v6 ? "[" + name + "]" : name) + ":" + std::to_string(config.page_port) +
           "/";
}

}  // namespace

std::string hand_out_page(std::string const& address, std::string const& facility,
                          std::string const& fingerprint) {
    auto const to = exports::xml_escaped(facility);
    std::string html = "<!doctype html><html lang=\"bn\"><head><meta charset=\"utf-8\">";
    html += "<meta name=\"viewport\" content=\"width=device-width\"><title>";
    html.append(kBanglaWords.title).append("</title><style>").append(kStyle);
    html += "</style></head><body>" + section(kBanglaWords, to, fingerprint);
    html += section(kEnglishWords, to, fingerprint);
    return html + exports::qr_svg(address) + "</body></html>\n";
}

HandOut::HandOut(HttpConfig const& config, http::OwnCertificates const& own, Log log) {
    http::Response page;
    page.content_type = "text/html; charset=utf-8";
    page.body = hand_out_page(page_address(config), config.public_address, own.fingerprint);
    page.with("Content-Security-Policy", http::policy_for_page(page.body));
    http::Response file;
    file.content_type = "application/x-x509-ca-cert";
    file.body = whole(own.authority);
    file.with("Content-Disposition", "attachment; filename=\"karkhana-ca.crt\"");
    http::Router router;
    auto const open = [&](std::string pattern, std::string name, http::Response answer) {
        router.add({"GET", std::move(pattern), std::move(name),
                    [answer = std::move(answer)](http::Request const&) { return answer; },
                    http::Access::open, false, true});
    };
    open("/", "page", std::move(page));
    open("/karkhana-ca.crt", "certificate", std::move(file));
    http::ServerOptions options;
    options.address = config.address;
    options.port = config.page_port;
    options.handler_threads = 1;
    options.connection_limit = 200;
    options.log = std::move(log);
    server_ = std::make_unique<http::Server>(std::move(options), std::move(router),
                                             http::Gatekeeper{}, events_);
}

void HandOut::start() { server_->start(); }

void HandOut::stop() { server_->stop(); }

}  // namespace karkhana::app
