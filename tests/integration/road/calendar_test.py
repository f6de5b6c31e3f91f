"""Many people book, move, lengthen and cancel at once while the daemon is killed: the calendar is
what a plain list of the answers says."""
import http.client
import os
import random
import re
import threading
import time
import unittest
import uuid
from datetime import datetime, timedelta

from house import ROOT, Caller, OnBothEngines, facility_now, machine

SECONDS = float(os.environ.get("KARKHANA_CALENDAR_SECONDS", "8"))
PEOPLE = 8
KILLS = 3
LIVE = ("pending", "confirmed", "checked_in", "running", "paused")


def steps_of_the_schema():
    """The steps that the database lets a booking take."""
    steps = set()
    for file in sorted((ROOT / "schema/sqlite").glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        found = re.findall(r"'([a-z_]+)>([a-z_]+)'", text)
        steps = set(found) or steps
    return steps


class Plain:
    """The calendar as the answers tell it: the latest of each booking."""

    def __init__(self):
        self.lock = threading.Lock()
        self.latest = {}
        self.counts = {}

    def told(self, what, answer):
        with self.lock:
            key = (what, answer.status)
            self.counts[key] = self.counts.get(key, 0) + 1
            if answer.status not in (200, 201):
                return
            booking = answer.json
            known = self.latest.get(booking["id"])
            if not known or known["version"] < booking["version"]:
                self.latest[booking["id"]] = booking

    def any_live(self, chance):
        with self.lock:
            live = [one for one in self.latest.values() if one["state"] == "confirmed"]
        return chance.choice(live) if live else None


class Person:
    """Books, moves, lengthens, shortens and cancels by chance; asks on until there is an answer."""

    def __init__(self, house, like, seed, plain, machines, first_day):
        self.caller = Caller(house.address)
        self.caller.cookie, self.caller.csrf = like.cookie, like.csrf
        self.enterprise = like.me["enterprises"][0]["id"] if like.me["enterprises"] else None
        self.chance = random.Random(seed)
        self.plain, self.machines, self.first_day = plain, machines, first_day

    def slot(self):
        start = self.first_day + timedelta(days=self.chance.randrange(3),
                                           minutes=30 * self.chance.randrange(16))
        return {"machine_id": self.chance.choice(self.machines), "start": start.isoformat(),
                "end": (start + timedelta(minutes=30 * self.chance.randint(1, 4))).isoformat()}

    def ask(self, what, method, path, body, version=None):
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if version:
            headers["If-Match"] = f'"{version}"'
        until = time.monotonic() + 30
        while True:
            try:
                answer = self.caller.ask(method, path, body, headers,
                                         key=headers["Idempotency-Key"])
                if answer.status != 503:
                    break
            except (OSError, http.client.HTTPException):
                pass  # the daemon was killed: the same key makes it one effect
            assert time.monotonic() < until, "nobody answers"
            time.sleep(0.05)
        assert answer.status < 500, answer.raw
        self.plain.told(what, answer)

    def act(self):
        known = self.plain.any_live(self.chance)
        what = self.chance.choices(("book", "move", "length", "cancel"), (50, 20, 15, 15))[0]
        if what == "book" or known is None:
            draft = self.slot()
            if self.enterprise:
                draft["enterprise_id"] = self.enterprise
            self.ask("book", "POST", "/api/v1/bookings", draft)
        elif what == "cancel":
            self.ask(what, "POST", f"/api/v1/bookings/{known['id']}/cancel", {"reason": "chance"})
        else:
            change = self.slot()
            if what == "length":
                end = datetime.fromisoformat(known["start"]) + timedelta(
                    minutes=30 * self.chance.randint(1, 4))
                change = {"end": end.isoformat()}
            self.ask(what, "PATCH", f"/api/v1/bookings/{known['id']}", change, known["version"])


class Calendar(OnBothEngines):
    def test_a_plain_calendar_says_the_same(self):
        self.on_both(self.days_of_a_crowd)

    def days_of_a_crowd(self, house):
        member = house.person("member")
        seeded = {row[0] for row in house.rows("SELECT booking_id FROM booking")}
        plain = Plain()
        first_day = (facility_now(member) + timedelta(days=2)).replace(
            hour=10, minute=0, second=0, microsecond=0)
        machines = [machine(member, slug)["id"] for slug in ("laser-1", "press-1", "pearl-1")]
        people = [Person(house, member, seed, plain, machines, first_day)
                  for seed in range(PEOPLE)]
        until = time.monotonic() + SECONDS
        failures = []

        def live(person):
            try:
                while time.monotonic() < until:
                    person.act()
            except AssertionError as failure:
                failures.append(failure)

        threads = [threading.Thread(target=live, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        chance = random.Random(20261122)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, SECONDS / (KILLS + 1)))
            house.kill_daemon()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.is_the_same(house, plain, seeded)
        self.assertEqual(house.verify()[0], 0, house.verify()[1])

    def is_the_same(self, house, plain, seeded):
        rows = house.rows("SELECT booking_id, machine_id, occupied_from_us, occupied_until_us, "
                          "state, version FROM booking ORDER BY machine_id, occupied_from_us")
        stored = {row[0]: row for row in rows if row[0] not in seeded}
        self.assertEqual(set(stored), set(plain.latest), "nothing is lost, and nothing is made up")
        for booking_id, booking in plain.latest.items():
            self.assertEqual(stored[booking_id][4:], (booking["state"], str(booking["version"])))
            self.assertEqual(stored[booking_id][1], booking["machine"]["id"])
        last = {}
        for _, where, start, end, state, _ in rows:
            if state in LIVE:
                self.assertLessEqual(last.get(where, 0), int(start), f"two at {where}")
                last[where] = int(end)
        taken = set(house.rows("SELECT DISTINCT from_state, to_state FROM booking_event "
                               "WHERE from_state IS NOT NULL"))
        self.assertLessEqual(taken, steps_of_the_schema())
        for what, status in (("book", 201), ("book", 409), ("move", 200), ("length", 200),
                             ("cancel", 200)):
            self.assertGreater(plain.counts.get((what, status), 0), 0, f"{what} {status}")
        print(f"{house.engine}: {len(stored)} bookings,",
              sum(plain.counts.values()), "requests,", sorted(plain.counts.items()))


if __name__ == "__main__":
    unittest.main()
