// Requests a second and CPU a request of our server against nginx, on loopback, in one run: a small
// JSON answer and a file of 100 kB. The server has one core, the client (wrk) the other.
// Argument: rounds of a second each (3 unless said), of which the best counts. Needs nginx and wrk.

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <signal.h>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "server/http/server.hpp"

namespace {

namespace fs = std::filesystem;
using namespace karkhana::http;

constexpr int kNginxPort = 18'081;
constexpr double kJsonBound = 0.4;
constexpr double kFileBound = 1.5;

std::string small_json() {
    std::string body = R"({"items":[)";
    for (int i = 0; i < 3; ++i)
        body += std::string(i ? "," : "") + R"({"id":"0190a000-0000-7000-8000-00000000000)" +
                std::to_string(i) + R"(","name":"Laser cutter","state":"running"})";
    return body + "]}";
}

void run_on_core(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

/// A server in a process of its own, ended with the object.
class Child {
public:
    template <class Run>
    explicit Child(Run run) : pid_(fork()) {
        if (pid_ < 0) throw std::runtime_error("cannot fork");
        if (pid_ > 0) return;
        run_on_core(0);
        run();
        _exit(1);
    }
    ~Child() {
        kill(pid_, SIGTERM);
        waitpid(pid_, nullptr, 0);
    }
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    double cpu_seconds() const {
        std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
        std::string word;
        constexpr int kUserTime = 14;
        for (int i = 1; i < kUserTime; ++i) stat >> word;
        double user = 0;
        double system = 0;
        stat >> user >> system;
        return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    }

private:
    pid_t pid_;
};

bool listens(int port) {
    int const fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool const open = connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
    close(fd);
    return open;
}

void exec_nginx(fs::path const& folder) {
    auto const conf = folder / "nginx.conf";
    std::ofstream(conf) << "daemon off; master_process off; pid " << folder.string()
                        << "/nginx.pid; error_log stderr crit;\n"
                        << "events { worker_connections 1024; }\n"
                        << "http { access_log off; keepalive_requests 100000000; sendfile on;\n"
                        << "  types { text/javascript js; }\n"
                        << "  server { listen 127.0.0.1:" << kNginxPort << "; root "
                        << folder.string() << "/web;\n"
                        << "    location = /json { default_type application/json; return 200 '"
                        << small_json() << "'; } } }\n";
    execlp("nginx", "nginx", "-p", folder.c_str(), "-c", conf.c_str(), nullptr);
}

void run_ours(fs::path const& folder, int write_port_to) {
    auto const json = [body = small_json()](Request const&) {
        Response response;
        response.body = body;
        return response;
    };
    Router router;
    router.add({"GET", "/json", "inline", json, Access::open, false, true});
    router.add({"GET", "/pool", "pool", json, Access::open});
    ServerOptions options;
    options.port = 0;
    options.web_root = (folder / "web").string();
    SseHub hub;
    Server server(options, std::move(router), {}, hub);
    server.start();
    auto const port = server.port();
    if (write(write_port_to, &port, sizeof port) != sizeof port) return;
    pause();
}

struct Measured {
    double per_second = 0;
    double cpu_us = 0;
};

Measured measure_once(Child const& server, int port, std::string const& path) {
    auto const command =
        "taskset -c 1 wrk -t1 -c32 -d1 http://127.0.0.1:" + std::to_string(port) + path;
    auto const before = server.cpu_seconds();
    auto* const pipe = popen(command.c_str(), "r");
    if (!pipe) throw std::runtime_error("cannot run wrk");
    std::array<char, 512> line{};
    Measured measured;
    double requests = 0;
    bool failed = false;
    while (fgets(line.data(), line.size(), pipe)) {
        std::sscanf(line.data(), "Requests/sec: %lf", &measured.per_second);
        std::sscanf(line.data(), " %lf requests in", &requests);
        failed = failed || std::string_view{line.data()}.find("Non-2xx") != std::string_view::npos;
    }
    if (pclose(pipe) != 0 || failed || requests == 0)
        throw std::runtime_error("wrk failed on " + path);
    measured.cpu_us = (server.cpu_seconds() - before) * 1e6 / requests;
    return measured;
}

/// The best of both servers' rounds, taken in turn: what disturbs one round disturbs both.
struct Pair {
    Measured ours;
    Measured nginx;
};
void keep_best(Measured& best, Measured const& now) {
    if (best.cpu_us == 0 || now.cpu_us < best.cpu_us) best = now;
}

/// Prints our figure beside nginx's; true when the ratio holds. The ratio is that of the CPU time:
/// on a core of its own it is that of the rates, and on a busy machine it still means something.
bool judge(char const* what, Pair const& best, double bound) {
    auto const ratio = best.nginx.cpu_us / best.ours.cpu_us;
    std::printf("%-28s %8.0f /s %6.1f us CPU   nginx %8.0f /s %6.1f us   ratio %.2f (>= %.1f) %s\n",
                what, best.ours.per_second, best.ours.cpu_us, best.nginx.per_second,
                best.nginx.cpu_us, ratio, bound, ratio >= bound ? "ok" : "TOO SLOW");
    return ratio >= bound;
}

int run(int rounds) {
    auto pattern = (fs::temp_directory_path() / "karkhana_bench_XXXXXX").string();
    fs::path const folder = mkdtemp(pattern.data());
    fs::create_directories(folder / "web" / "assets");
    std::ofstream(folder / "web" / "assets" / "app.js") << std::string(100'000, 'j');
    std::array<int, 2> port_pipe{};
    if (pipe(port_pipe.data()) != 0) return 1;
    bool good = true;
    {
        Child const nginx([&] { exec_nginx(folder); });
        Child const ours([&] { run_ours(folder, port_pipe[1]); });
        std::uint16_t port = 0;
        if (read(port_pipe[0], &port, sizeof port) != sizeof port) return 1;
        for (int i = 0; i < 1000 && !listens(kNginxPort); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        Pair inline_json, pool_json, file;
        for (int i = 0; i < rounds; ++i) {
            auto const text = measure_once(nginx, kNginxPort, "/json");
            keep_best(inline_json.nginx, text);
            keep_best(pool_json.nginx, text);
            keep_best(inline_json.ours, measure_once(ours, port, "/json"));
            keep_best(pool_json.ours, measure_once(ours, port, "/pool"));
            keep_best(file.nginx, measure_once(nginx, kNginxPort, "/assets/app.js"));
            keep_best(file.ours, measure_once(ours, port, "/assets/app.js"));
        }
        good &= judge("small JSON, I/O thread", inline_json, kJsonBound);
        good &= judge("small JSON, handler thread", pool_json, kJsonBound);
        good &= judge("file of 100 kB", file, kFileBound);
    }
    fs::remove_all(folder);
    return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc > 1 ? std::atoi(argv[1]) : 3);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
