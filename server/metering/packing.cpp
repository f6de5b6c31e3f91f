#include "server/metering/packing.hpp"

#include <memory>
#include <stdexcept>
#include <zstd.h>

namespace karkhana::metering {
namespace {

constexpr int level = 3;

/// A context is 1 MB or more and takes longer to make than an hour of readings to compress.
ZSTD_CCtx* compression_context() {
    thread_local std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(),
                                                                              &ZSTD_freeCCtx};
    return context.get();
}

ZSTD_DCtx* decompression_context() {
    thread_local std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(),
                                                                              &ZSTD_freeDCtx};
    return context.get();
}

}  // namespace

void damaged() { throw std::runtime_error("stored readings are damaged"); }

std::string compress(std::string_view bytes) {
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    auto const size = ZSTD_compressCCtx(compression_context(), out.data(), out.size(), bytes.data(),
                                        bytes.size(), level);
    if (ZSTD_isError(size)) throw std::runtime_error("zstd could not compress");
    out.resize(size);
    return out;
}

std::string decompress(std::string_view bytes, std::size_t limit) {
    auto const size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > limit)
        throw std::runtime_error("stored readings are damaged");
    std::string out(size, '\0');
    auto const made = ZSTD_decompressDCtx(decompression_context(), out.data(), out.size(),
                                          bytes.data(), bytes.size());
    if (made != size) throw std::runtime_error("stored readings are damaged");
    return out;
}

}  // namespace karkhana::metering
