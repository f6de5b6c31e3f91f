"""Ten thousand requests for one slot: one winner, and nobody sees a server error."""
import collections
import os
import threading
import unittest
import uuid
from datetime import timedelta

from house import Caller, OnBothEngines, facility_now, machine, next_quarter

REQUESTS = int(os.environ.get("KARKHANA_CROWD", "10000"))
THREADS = 40


class Crowd(OnBothEngines):
    def test_one_slot_one_winner(self):
        self.on_both(self.crowd)

    def crowd(self, house):
        member = house.person("member")
        start = next_quarter(facility_now(member)) + timedelta(hours=1)
        draft = {"machine_id": machine(member, "pearl-1")["id"], "start": start.isoformat(),
                 "end": (start + timedelta(minutes=30)).isoformat()}
        seen, lock = collections.Counter(), threading.Lock()

        def run(count):
            mine = Caller(house.address)
            mine.cookie, mine.csrf = member.cookie, member.csrf
            local = collections.Counter()
            for _ in range(count):
                local[mine.post("/api/v1/bookings", draft, key=str(uuid.uuid4())).status] += 1
            with lock:
                seen.update(local)

        threads = [threading.Thread(target=run, args=(REQUESTS // THREADS,))
                   for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(seen, {201: 1, 409: REQUESTS // THREADS * THREADS - 1})

    def test_a_double_click_is_one_booking(self):
        self.on_both(self.double_click)

    def double_click(self, house):
        member = house.person("member")
        start = next_quarter(facility_now(member)) + timedelta(hours=2)
        draft = {"machine_id": machine(member, "pearl-1")["id"], "start": start.isoformat(),
                 "end": (start + timedelta(minutes=30)).isoformat()}
        first = member.post("/api/v1/bookings", draft, key="double-click-1")
        again = member.post("/api/v1/bookings", draft, key="double-click-1")
        self.assertEqual((first.status, again.status), (201, 201))
        self.assertEqual(first.raw, again.raw)
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        other = dict(draft, note="another body")
        self.assertEqual(member.post("/api/v1/bookings", other, key="double-click-1").code,
                         "idempotency_key_reused")


if __name__ == "__main__":
    unittest.main()
