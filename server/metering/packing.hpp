#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Whole numbers in few bytes. Readers of stored bytes never run past their end: what is damaged
/// throws std::runtime_error.
namespace karkhana::metering {

constexpr std::uint64_t zigzag(std::int64_t number) {
    return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t number) {
    return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
}

class Packer {
public:
    void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            byte(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        byte(static_cast<std::uint8_t>(value));
    }
    void signed_number(std::int64_t value) { number(zigzag(value)); }
    void append(std::string_view bytes) {
        number(bytes.size());
        bytes_.append(bytes);
    }

    std::size_t size() const { return bytes_.size(); }
    std::string take() { return std::move(bytes_); }
    std::string_view view() const { return bytes_; }
    void clear() { bytes_.clear(); }

private:
    std::string bytes_;
};

/// Throws std::runtime_error: nobody has packed that.
[[noreturn]] void damaged();

/// What is read is added up so: damaged bytes may be any number.
inline std::int64_t plus(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) damaged();
    return sum;
}
inline std::int64_t times(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) damaged();
    return product;
}

class Unpacker {
public:
    explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

    std::uint8_t byte() {
        if (at_ == bytes_.size()) damaged();
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }
    std::uint64_t number() {
        std::uint64_t value = byte();
        if (value < 0x80) return value;
        value &= 0x7f;
        for (int shift = 7; shift < 64; shift += 7) {
            auto const next = byte();
            value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
        damaged();
    }
    std::int64_t signed_number() { return unzigzag(number()); }
    /// A part that was appended.
    std::string_view part() {
        auto const length = number();
        if (length > bytes_.size() - at_) damaged();
        auto const found = bytes_.substr(at_, length);
        at_ += length;
        return found;
    }
    bool done() const { return at_ == bytes_.size(); }
    /// How many items of at least one byte each can still follow.
    std::size_t count() {
        auto const value = number();
        if (value > bytes_.size() - at_) damaged();
        return value;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

/// A run of numbers most of which are zero: each is zig-zagged, and zeros are counted.
class ZeroRunPacker {
public:
    void add(std::int64_t number) {
        if (number == 0) {
            ++zeros_;
            return;
        }
        flush();
        packer_.signed_number(number);
    }
    std::string take() {
        flush();
        return packer_.take();
    }

private:
    void flush() {
        if (zeros_ == 0) return;
        packer_.byte(0);
        packer_.number(zeros_);
        zeros_ = 0;
    }

    Packer packer_;
    std::uint64_t zeros_ = 0;
};

class ZeroRunUnpacker {
public:
    explicit ZeroRunUnpacker(std::string_view bytes) : unpacker_(bytes) {}

    std::int64_t next() {
        if (zeros_ > 0) {
            --zeros_;
            return 0;
        }
        auto const token = unpacker_.number();
        if (token != 0) return unzigzag(token);
        zeros_ = unpacker_.number();
        if (zeros_ == 0) return 0;
        --zeros_;
        return 0;
    }

private:
    Unpacker unpacker_;
    std::uint64_t zeros_ = 0;
};

/// zstd at the level that was measured to pay. Decompression refuses to make more than `limit`.
std::string compress(std::string_view bytes);
std::string decompress(std::string_view bytes, std::size_t limit);

}  // namespace karkhana::metering
