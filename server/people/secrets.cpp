#include "server/people/secrets.hpp"

#include "server/people/second_factor.hpp"
#include "server/people/sessions.hpp"

namespace karkhana::people {

std::string password_hash_of(store::Reader& reader, FacilityId const& facility,
                             PersonId const& person) {
    return reader
        .first(
            "SELECT password_hash FROM person WHERE facility_id = $1 AND person_id = $2",
            [](store::Row const& row) { return row.text(0); }, facility, person)
        .value_or("");
}

void set_one_time(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  Instant until) {
    writer.execute("UPDATE person SET one_time_until = $3 "
                   "WHERE facility_id = $1 AND person_id = $2",
                   facility, person, until);
}

void shut_out(store::Writer& writer, FacilityId const& facility, PersonId const& person) {
    delete_sessions_of(writer, facility, person);
    writer.execute("DELETE FROM api_token WHERE facility_id = $1 AND person_id = $2", facility,
                   person);
    remove_second_factor(writer, facility, person);
}

}  // namespace karkhana::people
