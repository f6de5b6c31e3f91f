#pragma once

#include "server/base/ids.hpp"

namespace karkhana::billing {

using ClaimId = Id<struct PaymentClaimTag>;
using StatementLineId = Id<struct StatementLineTag>;
using StatementImportId = Id<struct StatementImportTag>;
using HoldId = Id<struct WalletHoldTag>;
using RefundId = Id<struct WalletRefundTag>;
using WalletMoveId = Id<struct WalletMoveTag>;
using WaiverId = Id<struct WaiverTag>;
using ReleaseId = Id<struct BillReleaseTag>;
using DisputeId = Id<struct DisputeTag>;
using PackId = Id<struct PackTag>;
using PackReturnId = Id<struct PackReturnTag>;
using NumberBlockId = Id<struct NumberBlockTag>;
using CashDayId = Id<struct CashDayTag>;

}  // namespace karkhana::billing
