#include "server/booking/handlers.hpp"
#include "server/booking/steps.hpp"

namespace karkhana::booking {

std::vector<Operation> life_operations() {
    return {
        {"POST", "/api/v1/bookings/{id}/cancel", "cancelBooking", cancel_booking},
        {"POST", "/api/v1/bookings/{id}/check-in", "checkInBooking", check_in_booking},
        {"POST", "/api/v1/machines/{id}/check-in", "checkInByPin", check_in_by_pin},
        {"POST", "/api/v1/bookings/{id}/undo", "undoBooking", undo_booking},
        {"POST", "/api/v1/bookings/{id}/release", "releaseBooking", release_booking},
        {"POST", "/api/v1/bookings/{id}/approve", "approveBooking", approve_booking},
        {"POST", "/api/v1/bookings/{id}/refuse", "refuseBooking", refuse_booking},
        {"POST", "/api/v1/bookings/{id}/excuse", "excuseBooking", excuse_booking},
        {"POST", "/api/v1/bookings/{id}/hand-over", "handOverBooking", hand_over_booking},
        {"POST", "/api/v1/waitlist", "joinWaitlist", join_waitlist},
        {"GET", "/api/v1/waitlist", "listWaitlist", list_waitlist},
        {"POST", "/api/v1/waitlist/{id}/leave", "leaveWaitlist", leave_waitlist},
        {"POST", "/api/v1/waitlist/{id}/take", "takeOffer", take_offer},
        {"POST", "/api/v1/waitlist/{id}/decline", "declineOffer", decline_offer},
        {"POST", "/api/v1/waitlist/{id}/skip", "skipWaiting", skip_waiting},
        {"GET", "/api/v1/waitlist/log", "getQueueLog", get_queue_log},
        {"GET", "/api/v1/proposals", "listProposals", list_proposals},
        {"POST", "/api/v1/proposals/{id}/take", "takeProposal", take_proposal},
        {"POST", "/api/v1/proposals/{id}/decline", "declineProposal", decline_proposal},
        {"POST", "/api/v1/proposals/take-all", "takeAllProposals", take_all_proposals},
        {"POST",
         "/api/v1/closures/preview",
         "previewClosure",
         preview_closure,
         {.only_looks = true}},
        {"POST", "/api/v1/closures", "createClosure", create_closure},
    };
}

}  // namespace karkhana::booking
