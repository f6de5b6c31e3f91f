#include "server/app/log.hpp"

#include <memory>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace karkhana::app {

Log make_log() {
    auto logger = std::make_shared<spdlog::logger>(
        "karkhana", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::info);
    return [logger](std::string_view level, std::string_view line) {
        logger->log(spdlog::level::from_str(std::string{level}), line);
    };
}

}  // namespace karkhana::app
