"""kill -9 while bookings are made and told: every change reaches the phone and the letter-box."""
import collections
import json
import os
import random
import subprocess
import threading
import time
import unittest
from datetime import timedelta

from house import ROOT, OnBothEngines, facility_now, machine

SECONDS = float(os.environ.get("KARKHANA_TELLING_SECONDS", "6"))
# Sixty times as fast: who was killed while sending is given up after two seconds.
CLOCK = "2026-11-20T10:00+06:00x60"
PHONE, LETTERS = "+8801712345678", "mita@example.org"
# What is told of each line of the trail; of a series that of its whole, and not its dates.
KINDS = {("createBooking", "booking"): "booking_confirmed",
         ("cancelBooking", "booking"): "booking_cancelled",
         ("createSeries", "series"): "series_booked",
         ("cancelSeries", "series"): "series_cancelled"}


class Outside:
    """The mail server and the SMS gateway."""

    def __enter__(self):
        self.process = subprocess.Popen([str(ROOT / "tests/support/outside_world")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())
        self.smtp, self.http, self.seen = told["smtp"], told["http"], told["seen"]
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def configuration(self):
        return f"""
[notify.smtp]
url = "smtp://127.0.0.1:{self.smtp}"
from = "csf@example.org"
tls = false
[notify.sms]
url = "http://127.0.0.1:{self.http}/slow"
body = '{{"to": "{{to}}", "text": "{{text}}", "reference": "{{reference}}"}}'
accepted = "SUCCESS"
"""

    def came(self):
        """{(channel, message id): how often}"""
        times = collections.Counter()
        with open(self.seen, encoding="utf-8") as file:
            for one in map(json.loads, file):
                if one["way"] == "smtp":
                    times["email", one["id"].strip("<>").split("@")[0]] += 1
                else:
                    times["sms", json.loads(one["body"])["reference"]] += 1
        return times


def all_of(caller, path):
    cursor, items = "", []
    while cursor is not None:
        page = caller.get(f"{path}&limit=200" + (f"&cursor={cursor}" if cursor else "")).json
        items += page["items"]
        cursor = page["next"]
    return items


class Telling(OnBothEngines):
    def test_every_change_is_told_once_through_kills(self):
        self.on_both(self.story, clock=CLOCK)

    def story(self, house):
        with Outside() as outside:
            house.configure(outside.configuration())
            manager = house.person("manager")
            shop = self.a_shop(manager)
            acknowledged = self.crowd(house, manager, shop)
            decided = self.decided(manager, acknowledged)
            house.wait_until(lambda: self.is_told(manager, decided), 60)
            self.compare(manager, outside, decided)

    def a_shop(self, manager):
        shop = manager.post("/api/v1/enterprises", {
            "name": {"en": "Mita Shoes", "bn": "মিতা সু"}, "women_led": True,
            "phone": PHONE}).json["id"]
        kept = manager.post(f"/api/v1/enterprises/{shop}/contact",
                            {"email": LETTERS, "by_sms": True, "by_email": True})
        self.assertEqual(kept.status, 200, kept.raw)
        return shop

    def crowd(self, house, manager, shop):
        """Books and cancels while the daemon dies again and again. {(action, booking)}"""
        chance, done, until = random.Random(1121), set(), time.monotonic() + SECONDS
        laser, second = (machine(manager, slug)["id"] for slug in ("laser-1", "laser-2"))
        first = facility_now(manager).replace(hour=7, minute=0, second=0, microsecond=0)
        failures = []

        def a_series(who, start, given_up):
            answer = who.patient("POST", "/api/v1/series", {
                "machine_id": second, "enterprise_id": shop, "start": start.isoformat(),
                "end": (start + timedelta(minutes=15)).isoformat(), "rule": "FREQ=DAILY;COUNT=3"})
            assert answer.status == 201, answer.raw
            series = answer.json["id"]
            done.add(("createSeries", series))
            if given_up:
                path = f"/api/v1/series/{series}/cancel"
                assert who.patient("POST", path, {}).status == 200
                done.add(("cancelSeries", series))

        def work(number, who):
            try:
                for slot in range(number, 64 * 24, 2):
                    if time.monotonic() > until:
                        return
                    start = first + timedelta(days=3 + slot // 64, minutes=15 * (slot % 64))
                    answer = who.patient("POST", "/api/v1/bookings", {
                        "machine_id": laser, "enterprise_id": shop, "start": start.isoformat(),
                        "end": (start + timedelta(minutes=15)).isoformat()})
                    assert answer.status == 201, answer.raw
                    booking = answer.json["id"]
                    done.add(("createBooking", booking))
                    if slot % 3 == 0:
                        path = f"/api/v1/bookings/{booking}/cancel"
                        assert who.patient("POST", path, {}).status == 200
                        done.add(("cancelBooking", booking))
                    if slot % 8 in (1, 6):
                        a_series(who, start, slot % 16 < 8)
                    time.sleep(0.03)
            except Exception as error:  # told below, in the thread of the test
                failures.append(error)

        workers = [threading.Thread(target=work, args=(number, house.person(role)))
                   for number, role in enumerate(("manager", "operator"))]
        for worker in workers:
            worker.start()
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.1, 1.2))
            house.kill_daemon()
        for worker in workers:
            worker.join(60)
        self.assertEqual(failures, [])
        return done

    def decided(self, manager, acknowledged):
        """What the trail says: all that was acknowledged is in it."""
        changes = collections.Counter()
        for event in all_of(manager, "/api/v1/audit?"):
            what, about = event["subject"].split("/", 1)
            if (event["action"], what) in KINDS:
                changes[event["action"], what, about] += 1
        self.assertEqual(set(acknowledged) - {(action, about) for action, _, about in changes},
                         set())
        self.assertEqual(set(changes.values()), {1})
        return {(KINDS[action, what], about) for action, what, about in changes}

    @staticmethod
    def overtaken(message, decided):
        """Nobody knows whether it was sent before the kill; and by then it was no longer so."""
        given_up = {about for kind, about in decided if kind.endswith("_cancelled")}
        return (message["state"] == "expired" and message["about"] in given_up
                and not message["kind"].endswith("_cancelled"))

    def is_told(self, manager, decided):
        messages = all_of(manager, "/api/v1/messages?")
        return len(messages) >= 2 * len(decided) and all(
            m["state"] == "sent" or self.overtaken(m, decided) for m in messages)

    def compare(self, manager, outside, decided):
        messages = all_of(manager, "/api/v1/messages?")
        said = collections.Counter((m["kind"], m["about"], m["channel"]) for m in messages)
        self.assertEqual(said, {(kind, booking, channel): 1 for kind, booking in decided
                                for channel in ("sms", "email")})
        came = outside.came()
        written = {(m["channel"], m["id"]) for m in messages}
        wanted = {(m["channel"], m["id"]) for m in messages if not self.overtaken(m, decided)}
        self.assertEqual(wanted - set(came), set(), "lost")
        self.assertEqual(set(came) - written, set(), "said by nobody")
        repeats = sum(came.values()) - len(came)
        print(f"{len(decided)} changes, {len(came)} messages, {repeats} repeated under their id")


if __name__ == "__main__":
    unittest.main()
