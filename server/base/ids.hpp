#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace karkhana {

/// 128 bits, RFC 9562. Text form is 36 lower-case characters.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(Uuid const&) const = default;
    bool is_nil() const { return *this == Uuid{}; }
    std::string text() const;
    /// Accepts exactly the 36-character form, either case; nullopt otherwise.
    static std::optional<Uuid> parse(std::string_view text);
    /// UUIDv7 (RFC 9562 5.7): 48 bits of Unix milliseconds, then random bits.
    static Uuid version7(std::int64_t unix_ms, std::array<std::uint8_t, 10> const& random);
};

/// An id that cannot be mistaken for another kind of id.
template <class Tag>
struct Id {
    Uuid uuid;

    auto operator<=>(Id const&) const = default;
    std::string text() const { return uuid.text(); }
    bool is_nil() const { return uuid.is_nil(); }
    static std::optional<Id> parse(std::string_view text) {
        auto uuid = Uuid::parse(text);
        if (!uuid) return std::nullopt;
        return Id{*uuid};
    }
};

using FacilityId = Id<struct FacilityTag>;
using MachineId = Id<struct MachineTag>;
using EnterpriseId = Id<struct EnterpriseTag>;
using PersonId = Id<struct PersonTag>;
using BookingId = Id<struct BookingTag>;
using BundleId = Id<struct BundleTag>;
using SeriesId = Id<struct SeriesTag>;
using ProfileId = Id<struct OpeningProfileTag>;
using GroupId = Id<struct MachineGroupTag>;
using SettingId = Id<struct PolicySettingTag>;
using ResourceId = Id<struct ResourceTag>;
using OutageId = Id<struct OutageTag>;
using DeviceId = Id<struct DeviceTag>;
using SessionId = Id<struct UsageSessionTag>;
using RateCardId = Id<struct RateCardTag>;
using ChargeId = Id<struct ChargeTag>;
using InvoiceId = Id<struct InvoiceTag>;
using PaymentId = Id<struct PaymentTag>;
using EntryId = Id<struct JournalEntryTag>;
using ItemId = Id<struct BillableItemTag>;

/// A measured quantity of a device; small and dense, because a reading carries it every second.
using Channel = std::int32_t;

}  // namespace karkhana

template <class Tag>
struct std::hash<karkhana::Id<Tag>> {
    std::size_t operator()(karkhana::Id<Tag> const& id) const noexcept {
        std::size_t value = 0;
        for (auto byte : id.uuid.bytes) value = value * 131 + byte;
        return value;
    }
};
