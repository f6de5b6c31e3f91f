"""kill -9 of the daemon anywhere on the road: nothing acknowledged is lost, nothing is doubled."""
import os
import random
import threading
import time
import unittest

from house import House, OnBothEngines, book, facility_now

ROUNDS = int(os.environ.get("KARKHANA_CRASH_ROUNDS", "4"))
RESTARTS = 4


class Crash(OnBothEngines):
    def test_a_job_survives_kills_at_any_moment(self):
        self.on_both(self.rounds)

    def rounds(self, house):
        chance = random.Random(20261120)
        member, operator = house.person("member"), house.person("operator")
        period = facility_now(member).strftime("%Y-%m")
        sessions = []
        for number in range(ROUNDS):
            slug = ("laser-1", "press-1", "laser-2", "cad-1")[number % 4]
            with self.subTest(round=number, machine=slug):
                sessions.append(self.one_job(house, member, operator, slug, chance))
        self.assertEqual(len(sessions), ROUNDS)
        self.one_bill(house, house.person("accountant"), sessions, period, chance)
        self.assertEqual(house.verify()[0], 0, house.verify()[1])

    def test_a_machine_at_work_does_not_notice_a_restart(self):
        with House() as house:
            member, operator = house.person("member"), house.person("operator")
            path = f"/api/v1/bookings/{book(member, 'laser-1').json['id']}"
            self.assertEqual(operator.post(path + "/start").status, 200)
            for _ in range(RESTARTS):
                house.kill_daemon()
                until = time.monotonic() + 4
                while time.monotonic() < until:
                    self.assertTrue(house.simulated("laser-1")["contact"])
            self.assertEqual(operator.patient("GET", path).json["state"], "running")

    def one_job(self, house, member, operator, slug, chance):
        before = house.simulated(slug)["energy_wh"]
        booked = self.killed_during(house, chance, lambda: book(member, slug, quantity=3))
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
        return session

    def one_bill(self, house, accountant, sessions, period, chance):
        """One invoice over all the jobs, made, finalised and paid under kills; to the watt-hour."""
        def ask(path, body, key):
            return self.killed_during(
                house, chance, lambda: accountant.patient("POST", path, body, key=key))

        def charged():
            run = accountant.patient("POST", "/api/v1/billing-runs",
                                     {"period": period, "dry_run": True,
                                      "enterprise_id": sessions[0]["enterprise"]["id"]}).json
            seen = {line["session_id"] for i in run["invoices"] for line in i["lines"]}
            # A job that a kill ended before it used anything costs nothing and has no line.
            return seen >= {session["id"] for session in sessions if session["energy_wh"] > 0}

        house.wait_until(charged, 30)
        made = ask("/api/v1/billing-runs", {"period": period}, "run-of-the-month")
        self.assertEqual(made.status, 200, made.raw[:300])
        (draft,) = made.json["invoices"]
        path = f"/api/v1/invoices/{draft['id']}"
        final = ask(path + "/finalize", {"reason": "The account is closed."},
                    "finalize-of-the-month")
        self.assertEqual(final.status, 200, final.raw[:300])
        self.assertTrue(final.json["number"].endswith("/000001"), final.json["number"])
        paid = ask(path + "/payments", {"amount": final.json["total"], "method": "cash"},
                   "payment-of-the-month")
        self.assertEqual(paid.status, 201, paid.raw[:300])

        invoice = accountant.patient("GET", path).json
        self.assertEqual((invoice["state"], invoice["hash"]), ("final", final.json["hash"]))
        lines = invoice["lines"]
        self.assertEqual(sum(line["quantity"] for line in lines if line["basis"] == "kwh"),
                         sum(session["energy_wh"] for session in sessions))
        self.assertEqual(sum(line["amount"]["amount"] for line in lines),
                         invoice["total"]["amount"])
        self.assertEqual(invoice["paid"], invoice["total"])
        balances = accountant.patient("GET", "/api/v1/ledger").json["balances"]
        self.assertEqual(sum(b["amount"]["amount"] for b in balances), 0)
        again = accountant.patient("POST", "/api/v1/billing-runs", {"period": period}).json
        self.assertEqual(again["invoices"], [])

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
        assert done, "it was never answered"
        return done[0]


if __name__ == "__main__":
    unittest.main()
