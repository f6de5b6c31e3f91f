"""Turns at machines that really switch: a job is lengthened, ended early, stays too long."""
import unittest
from datetime import datetime, timedelta

from house import OnBothEngines, book, facility_now, machine


def at(booking, key):
    return datetime.fromisoformat(booking[key])


def moved_end(caller, booking, end):
    """PATCH of the end, at the version that the caller sees now."""
    path = f"/api/v1/bookings/{booking['id']}"
    version = caller.get(path).json["version"]
    return caller.ask("PATCH", path, {"end": end.isoformat()}, {"If-Match": f'"{version}"'})


class Life(OnBothEngines):
    def test_turns_at_machines(self):
        # Sixty times as fast: a second is a minute.
        self.on_both(self.turns, clock="2026-11-21T09:50+06:00x60")

    def turns(self, house):
        self.house = house
        self.member, self.other, self.operator = map(
            house.person, ("member", "member_b", "operator"))
        ten = datetime.fromisoformat("2026-11-21T10:00:00+06:00")
        first = self.booked(self.member, "laser-1", ten, 30)
        second = self.booked(self.other, "laser-1", ten + timedelta(minutes=30), 30)
        alone = self.booked(self.member, "laser-2", ten, 30)
        early = self.booked(self.member, "cad-1", ten, 90)
        waiting = self.wait_for("cad-1", ten, 90)
        for booking in (first, alone, early):
            self.start(booking)
        self.lengthen(first, second, alone)
        self.end_early(early, waiting)
        self.overrun(first, second, alone)

    def booked(self, caller, slug, start, minutes):
        answer = book(caller, slug, minutes, start)
        self.assertEqual(answer.status, 201, answer.raw)
        return dict(answer.json, slug=slug)

    def wait_for(self, slug, start, minutes):
        answer = self.other.post("/api/v1/waitlist", {
            "machine_id": machine(self.other, slug)["id"], "from": start.isoformat(),
            "until": (start + timedelta(minutes=minutes)).isoformat(), "length_minutes": 15})
        self.assertEqual(answer.status, 201, answer.raw)
        return answer.json["id"]

    def start(self, booking):
        answer = self.operator.post(f"/api/v1/bookings/{booking['id']}/start")
        self.assertEqual((answer.status, answer.json["state"]), (200, "running"), answer.raw)
        self.assertTrue(self.house.simulated(booking["slug"])["contact"])

    def state(self, booking):
        return self.operator.get(f"/api/v1/bookings/{booking['id']}").json["state"]

    def told(self, caller):
        return [each["kind"] for each in caller.get("/api/v1/notices").json["items"]]

    def lengthen(self, first, second, alone):
        """Nobody is harmed: it is granted. Somebody is next: the most that there is, is offered."""
        wanted = at(first, "end") + timedelta(minutes=15)
        refused = moved_end(self.member, first, wanted)
        self.assertEqual((refused.status, refused.code), (409, "slot_taken"), refused.raw)
        self.assertTrue(all(at(each, "end") <= at(second, "start") or
                            at(each, "start") >= at(second, "end")
                            for each in refused.json["alternatives"]), refused.raw)
        self.assertEqual(self.state(first), "running")
        granted = moved_end(self.member, alone, at(alone, "end") + timedelta(minutes=30))
        self.assertEqual(granted.status, 200, granted.raw)

    def end_early(self, early, waiting):
        """The rest of the time goes to whoever waits for it, and they may use it at once."""
        stopped = self.operator.post(f"/api/v1/bookings/{early['id']}/stop", {"quantity": 3})
        self.assertEqual((stopped.status, stopped.json["state"]), (200, "completed"))
        self.assertFalse(self.house.simulated("cad-1")["contact"])

        def offer():
            items = self.other.get("/api/v1/waitlist").json["items"]
            return next((each["offer"] for each in items if each["id"] == waiting), None)
        self.house.wait_until(lambda: offer() is not None)
        offered = offer()
        self.assertLessEqual(at(offered, "end"), at(early, "end"))
        taken = self.other.post(f"/api/v1/waitlist/{waiting}/take")
        self.assertEqual(taken.status, 200, taken.raw)
        theirs = dict(self.other.get(f"/api/v1/bookings/{offered['booking_id']}").json,
                      slug="cad-1")
        self.assertEqual(theirs["state"], "confirmed")
        self.house.wait_until(lambda: "waitlist_offer" in self.told(self.other))
        self.house.wait_until(
            lambda: facility_now(self.other) >= at(theirs, "start") - timedelta(minutes=14))
        self.start(theirs)

    def overrun(self, first, second, alone):
        """Who stays is told before, the next is told of it, and the contact opens for them."""
        self.house.wait_until(lambda: facility_now(self.member) >= at(first, "end"), 60)
        self.assertEqual(self.operator.post(f"/api/v1/bookings/{second['id']}/start").code,
                         "machine_busy")
        self.house.wait_until(lambda: self.state(first) == "completed", 60)
        late = facility_now(self.member) - at(first, "end")
        self.assertLess(late, timedelta(minutes=12), "five minutes of grace, and a few seconds")
        self.assertFalse(self.house.simulated("laser-1")["contact"])
        self.house.wait_until(lambda: "time_almost_over" in self.told(self.member))
        self.house.wait_until(lambda: "booking_overrun" in self.told(self.other))
        self.start(second)
        sessions = [self.operator.get(f"/api/v1/usage-sessions/{one}").json
                    for booking in (first, second)
                    for one in self.operator.get(
                        f"/api/v1/bookings/{booking['id']}").json["session_ids"]]
        self.assertEqual(sessions[0]["state"], "closed")
        self.assertGreaterEqual(sessions[1]["registers"][0]["value_wh"],
                                sessions[0]["registers"][-1]["value_wh"])
        self.assertEqual(self.state(alone), "running", "its time was lengthened")
        self.assertTrue(self.house.simulated("laser-2")["contact"])


if __name__ == "__main__":
    unittest.main()
