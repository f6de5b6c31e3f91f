"""kill -9 of the daemon anywhere on the road: nothing acknowledged is lost, nothing is doubled."""
import os
import random
import threading
import time
import unittest

from house import OnBothEngines, book

ROUNDS = int(os.environ.get("KARKHANA_CRASH_ROUNDS", "4"))


class Crash(OnBothEngines):
    def test_a_job_survives_kills_at_any_moment(self):
        self.on_both(self.rounds)

    def rounds(self, house):
        chance = random.Random(20261120)
        member, operator = house.person("member"), house.person("operator")
        for number in range(ROUNDS):
            slug = ("laser-1", "press-1", "laser-2", "cad-1")[number % 4]
            with self.subTest(round=number, machine=slug):
                self.one_job(house, member, operator, slug, chance)
        self.assertEqual(house.verify()[0], 0, house.verify()[1])

    def one_job(self, house, member, operator, slug, chance):
        before = house.simulated(slug)["energy_wh"]
        booked = book(member, slug, quantity=3)
        self.assertEqual(booked.status, 201, booked.raw)
        path = f"/api/v1/bookings/{booked.json['id']}"
        self.killed_during(house, chance, lambda: self.started(operator, path))
        self.killed_during(house, chance, lambda: time.sleep(2))
        self.reconciled(house, operator, path, slug)
        stop = self.killed_during(
            house, chance, lambda: operator.patient("POST", path + "/stop", {"quantity": 3},
                                                    key=f"stop-{booked.json['id']}"))
        self.assertEqual(stop.status, 200, stop.raw)
        sessions = operator.patient("GET", path).json["session_ids"]
        self.assertEqual(len(sessions), 1)
        closed = f"/api/v1/usage-sessions/{sessions[0]}"
        house.wait_until(
            lambda: operator.patient("GET", closed).json["state"] == "closed", 60)
        session = operator.patient("GET", closed).json
        house.wait_until(lambda: not house.simulated(slug)["contact"], 15)
        self.assertEqual(session["energy_wh"], house.simulated(slug)["energy_wh"] - before)

    def started(self, operator, path):
        """Started, or found paused because the kill let the contact open: then started again."""
        answer = operator.patient("POST", path + "/start", {}, key=f"start-{path[-36:]}")
        self.assertIn(answer.status, (200, 409), answer.raw)

    def reconciled(self, house, operator, path, slug):
        """Within fifteen seconds the booking and the contact say the same."""
        def agree():
            state = operator.patient("GET", path).json["state"]
            return (state == "running") == house.simulated(slug)["contact"]
        house.wait_until(agree, 15)

    @staticmethod
    def killed_during(house, chance, work):
        done = []
        thread = threading.Thread(target=lambda: done.append(work()))
        thread.start()
        time.sleep(chance.uniform(0, 0.25))
        house.kill_daemon()
        thread.join(60)
        return done[0]


if __name__ == "__main__":
    unittest.main()
