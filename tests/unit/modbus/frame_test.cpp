#include <gtest/gtest.h>

#include "devices/modbus/frame.hpp"

namespace karkhana::modbus {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(Frame const& frame) { return {frame.view().begin(), frame.view().end()}; }

Bytes with_crc(Bytes bytes) {
    auto const crc = crc16(bytes);
    bytes.push_back(static_cast<std::uint8_t>(crc & 0xFF));
    bytes.push_back(static_cast<std::uint8_t>(crc >> 8));
    return bytes;
}

Request reading(std::uint16_t count = 2) {
    return {7, Function::read_input_registers, 72, count, {}};
}

TEST(Crc, IsThatOfTheStandard) {
    // The request of the Waveshare manual: relay 0 on for 0.7 s.
    EXPECT_EQ(with_crc({0x01, 0x05, 0x02, 0x00, 0x00, 0x07}),
              (Bytes{0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0}));
}

TEST(EncodeRequest, GivesTheFrameOfTheStandard) {
    EXPECT_EQ(bytes_of(encode_request(Framing::tcp, reading(), 0x0102)),
              (Bytes{1, 2, 0, 0, 0, 6, 7, 4, 0, 72, 0, 2}));
    EXPECT_EQ(bytes_of(encode_request(Framing::rtu, reading(), 0)), with_crc({7, 4, 0, 72, 0, 2}));
    Request const coils{1, Function::write_coils, 3, 10, {1, 0, 1, 1, 0, 0, 1, 1, 1, 0}};
    EXPECT_EQ(bytes_of(encode_request(Framing::tcp, coils, 1)),
              (Bytes{0, 1, 0, 0, 0, 9, 1, 15, 0, 3, 0, 10, 2, 0xCD, 0x01}));
    Request const registers{1, Function::write_registers, 1, 2, {10, 0x0102}};
    EXPECT_EQ(bytes_of(encode_request(Framing::tcp, registers, 1)),
              (Bytes{0, 1, 0, 0, 0, 11, 1, 16, 0, 1, 0, 2, 4, 0, 10, 1, 2}));
}

TEST(IsAskable, KnowsTheLimitsOfTheProtocol) {
    struct {
        Request request;
        bool askable;
    } const rows[] = {
        {{1, Function::read_holding_registers, 0, 125, {}}, true},
        {{1, Function::read_holding_registers, 0, 126, {}}, false},
        {{1, Function::read_holding_registers, 0, 0, {}}, false},
        {{1, Function::read_coils, 0, 2000, {}}, true},
        {{1, Function::read_coils, 0, 2001, {}}, false},
        {{1, Function::write_coil, 0, 1, {coil_closed}}, true},
        {{1, Function::write_coil, 0, 1, {}}, false},
        {{1, Function::write_registers, 0, 2, {1}}, false},
        {{1, Function::write_coils, 0, 1969, std::vector<std::uint16_t>(1969)}, false},
    };
    for (auto const& row : rows) EXPECT_EQ(is_askable(row.request), row.askable);
}

/// What a reply to "unit 7, function 4, two registers", transaction 1, is judged as.
struct TcpRow {
    char const* what;
    Bytes received;
    Fault fault;
    std::uint8_t exception = 0;
};

TEST(JudgeReply, RefusesEveryTcpFrameThatDoesNotAnswerTheQuestion) {
    TcpRow const rows[] = {
        {"wrong transaction", {0, 2, 0, 0, 0, 7, 7, 4, 4, 0, 1, 0, 2}, Fault::wrong_transaction},
        {"wrong protocol", {0, 1, 0, 1, 0, 7, 7, 4, 4, 0, 1, 0, 2}, Fault::wrong_protocol},
        {"wrong unit", {0, 1, 0, 0, 0, 7, 8, 4, 4, 0, 1, 0, 2}, Fault::wrong_unit},
        {"wrong function", {0, 1, 0, 0, 0, 7, 7, 3, 4, 0, 1, 0, 2}, Fault::wrong_function},
        {"length 0", {0, 1, 0, 0, 0, 0, 7, 4, 4, 0, 1, 0, 2}, Fault::malformed},
        {"length 1", {0, 1, 0, 0, 0, 1}, Fault::malformed},
        {"length 65535", {0, 1, 0, 0, 0xFF, 0xFF}, Fault::malformed},
        {"length 255", {0, 1, 0, 0, 0, 255}, Fault::malformed},
        {"fewer registers", {0, 1, 0, 0, 0, 5, 7, 4, 2, 0, 1}, Fault::wrong_length},
        {"more registers", {0, 1, 0, 0, 0, 9, 7, 4, 6, 0, 1, 0, 2, 0, 3}, Fault::wrong_length},
        {"byte count too small", {0, 1, 0, 0, 0, 7, 7, 4, 2, 0, 1, 0, 2}, Fault::wrong_length},
        {"byte count too big", {0, 1, 0, 0, 0, 7, 7, 4, 8, 0, 1, 0, 2}, Fault::wrong_length},
        {"bytes after the frame", {0, 1, 0, 0, 0, 7, 7, 4, 4, 0, 1, 0, 2, 9}, Fault::malformed},
        {"exception", {0, 1, 0, 0, 0, 3, 7, 0x84, 6}, Fault::refused, 6},
        {"exception of another function", {0, 1, 0, 0, 0, 3, 7, 0x83, 6}, Fault::wrong_function},
        {"exception that is too long", {0, 1, 0, 0, 0, 4, 7, 0x84, 6, 0}, Fault::wrong_length},
        {"wrong unit and function", {0, 1, 0, 0, 0, 7, 8, 3, 4, 0, 1, 0, 2}, Fault::wrong_unit},
    };
    for (auto const& row : rows) {
        auto const verdict = judge_reply(Framing::tcp, reading(), 1, row.received);
        EXPECT_EQ(verdict.kind, Verdict::Kind::failure) << row.what;
        EXPECT_EQ(verdict.failure, (Failure{row.fault, row.exception})) << row.what;
    }
}

TEST(JudgeReply, BelievesTheTcpFrameThatAnswersAndNoneOfItsBeginnings) {
    Bytes const whole{0, 1, 0, 0, 0, 7, 7, 4, 4, 0x12, 0x34, 0, 2};
    for (std::size_t size = 0; size < whole.size(); ++size) {
        auto const verdict = judge_reply(Framing::tcp, reading(), 1, std::span(whole).first(size));
        EXPECT_EQ(verdict.kind, Verdict::Kind::incomplete) << size;
    }
    auto const verdict = judge_reply(Framing::tcp, reading(), 1, whole);
    EXPECT_EQ(verdict.kind, Verdict::Kind::reply);
    EXPECT_EQ(verdict.words, (std::vector<std::uint16_t>{0x1234, 2}));
}

TEST(JudgeReply, RefusesEverySerialFrameThatDoesNotAnswerTheQuestion) {
    auto flipped = with_crc({7, 4, 4, 0, 1, 0, 2});
    flipped[4] ^= 1;
    auto trailing = with_crc({7, 4, 4, 0, 1, 0, 2});
    trailing.push_back(0);
    TcpRow const rows[] = {
        {"one bit flipped", flipped, Fault::bad_crc},
        {"a byte after the frame", trailing, Fault::malformed},
        {"wrong function", with_crc({7, 3, 4, 0, 1, 0, 2}), Fault::wrong_function},
        {"unknown function", {7, 0x2B, 4, 0, 1}, Fault::malformed},
        {"fewer registers", with_crc({7, 4, 2, 0, 1}), Fault::wrong_length},
        {"exception", with_crc({7, 0x84, 2}), Fault::refused, 2},
        {"its own echo", with_crc({7, 4, 0, 72, 0, 2}), Fault::bad_crc},
    };
    for (auto const& row : rows) {
        auto const verdict = judge_reply(Framing::rtu, reading(), 0, row.received);
        EXPECT_EQ(verdict.kind, Verdict::Kind::failure) << row.what;
        EXPECT_EQ(verdict.failure, (Failure{row.fault, row.exception})) << row.what;
    }
}

TEST(JudgeReply, SkipsTheLateFrameOfAnotherSerialUnit) {
    auto const late = with_crc({9, 4, 4, 0, 1, 0, 2});
    auto both = late;
    auto const own = with_crc({7, 4, 4, 0, 3, 0, 4});
    both.insert(both.end(), own.begin(), own.end());
    auto const first = judge_reply(Framing::rtu, reading(), 0, both);
    EXPECT_EQ(first.kind, Verdict::Kind::foreign);
    ASSERT_EQ(first.size, late.size());
    auto const second =
        judge_reply(Framing::rtu, reading(), 0, std::span(both).subspan(late.size()));
    EXPECT_EQ(second.kind, Verdict::Kind::reply);
    EXPECT_EQ(second.words, (std::vector<std::uint16_t>{3, 4}));
}

TEST(JudgeReply, TakesAWriteAsDoneOnlyByItsOwnEcho) {
    Request const close{1, Function::write_coil, 5, 1, {coil_closed}};
    Request const many{1, Function::write_registers, 5, 2, {1, 2}};
    struct {
        Request request;
        Bytes message;
        Verdict::Kind kind;
    } const rows[] = {
        {close, {1, 5, 0, 5, 0xFF, 0}, Verdict::Kind::reply},
        {close, {1, 5, 0, 5, 0, 0}, Verdict::Kind::failure},
        {close, {1, 5, 0, 4, 0xFF, 0}, Verdict::Kind::failure},
        {many, {1, 16, 0, 5, 0, 2}, Verdict::Kind::reply},
        {many, {1, 16, 0, 5, 0, 1}, Verdict::Kind::failure},
    };
    for (auto const& row : rows)
        EXPECT_EQ(judge_reply(Framing::rtu, row.request, 0, with_crc(row.message)).kind, row.kind);
}

TEST(Frames, AreReadBackAsTheyWereWritten) {
    Request const requests[] = {
        {1, Function::read_coils, 0, 13, {}},
        {2, Function::read_discrete_inputs, 9, 8, {}},
        {3, Function::read_holding_registers, 0xFC00, 2, {}},
        {4, Function::read_input_registers, 72, 60, {}},
        {5, Function::write_coil, 0x0201, 1, {100}},
        {6, Function::write_register, 8, 1, {15}},
        {7, Function::write_coils, 0, 9, {1, 0, 0, 0, 0, 0, 0, 0, 1}},
        {8, Function::write_registers, 3, 3, {1, 2, 3}},
    };
    for (auto const framing : {Framing::tcp, Framing::rtu}) {
        for (auto const& request : requests) {
            auto const received =
                decode_request(framing, encode_request(framing, request, 9).view());
            ASSERT_TRUE(received);
            EXPECT_EQ(received->request, request);
            std::vector<std::uint16_t> words(request.count);
            for (std::size_t i = 0; i < words.size(); ++i)
                words[i] = static_cast<std::uint16_t>(counts_bits(request.function) ? i % 3 == 0
                                                                                    : 1000 + i);
            auto const reply = encode_reply(framing, *received, words, 0);
            auto const verdict = judge_reply(framing, request, 9, reply);
            EXPECT_EQ(verdict.kind, Verdict::Kind::reply);
            if (is_read(request.function)) {
                EXPECT_EQ(verdict.words, words);
            }
            auto const no =
                judge_reply(framing, request, 9, encode_reply(framing, *received, {}, 2));
            EXPECT_EQ(no.failure, (Failure{Fault::refused, 2}));
        }
    }
}

}  // namespace
}  // namespace karkhana::modbus
