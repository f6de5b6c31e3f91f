"""A person books a machine, uses it, and gets a bill that opens down to the meter's own words."""
import os
import struct
import subprocess
import time
import unittest
from datetime import timedelta
from urllib.parse import urlencode

from house import House, OnBothEngines, book, facility_now, machine


def kwh_of(words):
    """The Wh that two registers of an SDM meter say: an IEEE 754 single in kWh."""
    return round(struct.unpack(">f", bytes.fromhex(words.replace(" ", "")))[0] * 1000)


def run_job(member, operator, slug, run, quantity, minutes=60):
    """Books, starts, lets it run as `run` does, stops; the usage session."""
    booked = book(member, slug, quantity=quantity, minutes=minutes)
    assert booked.status == 201, booked.raw
    path = f"/api/v1/bookings/{booked.json['id']}"
    started = operator.post(path + "/start")
    assert started.status == 200, started.raw
    run()
    stopped = operator.post(path + "/stop", {"quantity": quantity})
    assert stopped.status == 200, stopped.raw
    return operator.get(f"/api/v1/usage-sessions/{stopped.json['session_ids'][0]}").json


def bill(house, accountant):
    """The final invoices of the month, after a dry run that must say the same."""
    period = accountant.get("/api/v1/machines").json["now"][:7]
    dry = accountant.post("/api/v1/billing-runs", {"period": period, "dry_run": True}).json
    real = accountant.post("/api/v1/billing-runs", {"period": period}).json
    assert sorted(i["total"]["amount"] for i in dry["invoices"]) == \
        sorted(i["total"]["amount"] for i in real["invoices"]), (dry, real)
    why = {"reason": "The account is closed."}
    return [accountant.post(f"/api/v1/invoices/{i['id']}/finalize", why).json
            for i in real["invoices"]]


class Road(OnBothEngines):
    def test_from_a_register_to_an_invoice(self):
        self.on_both(self.whole_road)

    def whole_road(self, house):
        member, operator, accountant = map(house.person, ("member", "operator", "accountant"))
        before = house.simulated("laser-1")["energy_wh"]
        session = run_job(member, operator, "laser-1", lambda: time.sleep(8), 40)
        after = house.simulated("laser-1")
        self.assertFalse(after["contact"])
        start, stop = session["registers"][0], session["registers"][-1]
        self.assertEqual((start["value_wh"], stop["value_wh"]), (before, after["energy_wh"]))
        self.assertEqual(kwh_of(start["words"]), before)
        self.assertEqual(kwh_of(stop["words"]), after["energy_wh"])
        self.assertEqual(session["energy_wh"], after["energy_wh"] - before)
        self.assertGreater(session["energy_wh"], 0)
        self.assertEqual(session["quality"], "good")
        self.check_bill(house, member, accountant, session)

    def check_bill(self, house, member, accountant, session):
        house.wait_until(lambda: bool(accountant.post("/api/v1/billing-runs", {
            "period": session["start"][:7], "dry_run": True}).json["invoices"]))
        (invoice,) = bill(house, accountant)
        self.assertEqual(invoice["number"], "FOOTWEAR/2026-27/000001"
                         if "2026-07" <= session["start"][:7] < "2027-07" else invoice["number"])
        kwh = [line for line in invoice["lines"] if line["basis"] == "kwh"]
        self.assertEqual(sum(line["quantity"] for line in kwh), session["energy_wh"])
        self.assertEqual(sum(line["amount"]["amount"] for line in invoice["lines"]),
                         invoice["total"]["amount"])
        proof = member.get(f"/api/v1/invoices/{invoice['id']}/lines/1/proof").json
        self.assertEqual(proof["session"]["id"], session["id"])
        self.assertTrue(all(r["words"] for r in proof["registers"] if r["method"] == "read"))
        for language in ("bn", "en"):
            page = member.get(f"/api/v1/invoices/{invoice['id']}.pdf?language={language}")
            self.assertEqual((page.status, page.raw[:5]), (200, b"%PDF-"))
        stranger = house.person("member_b")
        self.assertEqual(stranger.get(f"/api/v1/invoices/{invoice['id']}").status, 404)
        self.assertEqual(stranger.get(f"/api/v1/usage-sessions/{session['id']}").status, 404)
        paid = accountant.post(f"/api/v1/invoices/{invoice['id']}/payments", {
            "amount": invoice["total"], "method": "cash"})
        self.assertEqual(paid.status, 201, paid.raw)
        balances = accountant.get("/api/v1/ledger").json["balances"]
        self.assertEqual(sum(b["amount"]["amount"] for b in balances), 0)
        self.assertEqual(house.verify()[0], 0, house.verify()[1])

    def test_a_press_on_the_serial_line(self):
        with House() as house:
            member, operator = house.person("member"), house.person("operator")
            before = house.simulated("press-1")["energy_wh"]
            session = run_job(member, operator, "press-1", lambda: time.sleep(6), 10)
            self.assertEqual(session["energy_wh"],
                             house.simulated("press-1")["energy_wh"] - before)

    def test_only_the_owner_may_read_the_passwords_of_the_demo(self):
        with House() as house:
            described = os.stat(os.path.join(house.folder, "demo.json"))
            self.assertEqual(described.st_mode & 0o777, 0o600)

    def test_mbpoll_reads_what_the_bill_says(self):
        with House() as house:
            session = run_job(house.person("member"), house.person("operator"), "laser-1",
                              lambda: time.sleep(5), 5)
            meter = next(m for m in house.described["modbus"] if m["machine"] == "laser-1")
            host, port = meter["endpoint"].split(":")
            said = subprocess.run(
                ["mbpoll", "-m", "tcp", "-p", port, "-a", str(meter["unit"]), "-t", "3:hex",
                 "-r", "73", "-c", "2", "-1", host], capture_output=True, text=True, check=True)
            words = [line.split("0x")[1].strip() for line in said.stdout.splitlines()
                     if line.startswith("[")]
            self.assertEqual(" ".join(words), session["registers"][-1]["words"])


class Evening(OnBothEngines):
    """Sixty times as fast, across 17:00. A minute of the facility is a second: what has to happen
    before 17:00 has the better part of a real minute."""

    def test_the_bill_splits_where_the_tariff_does(self):
        self.on_both(self.evening, clock="2026-11-20T16:10+06:00x60")

    def evening(self, house):
        member, operator, accountant = map(house.person, ("member", "operator", "accountant"))
        session = run_job(
            member, operator, "laser-2",
            lambda: house.wait_until(
                lambda: facility_now(operator).strftime("%H:%M") >= "17:10", 90), 10, minutes=90)
        self.assertLess(session["start"][11:16], "17:00")
        edges = [r for r in session["registers"] if r["at"][11:19] == "17:00:00"]
        self.assertEqual([r["method"] for r in edges], ["read"])
        total = sum(s["energy_wh"] for s in session["segments"])
        self.assertEqual(total, session["energy_wh"])
        house.wait_until(lambda: bool(accountant.post("/api/v1/billing-runs", {
            "period": "2026-11", "dry_run": True}).json["invoices"]))
        (invoice,) = bill(house, accountant)
        by_window = {line["window"]: line["quantity"] for line in invoice["lines"]
                     if line["basis"] == "kwh"}
        self.assertEqual(by_window["off_peak"],
                         edges[0]["value_wh"] - session["registers"][0]["value_wh"])
        self.assertEqual(by_window["peak"],
                         session["registers"][-1]["value_wh"] - edges[0]["value_wh"])
        self.assertEqual(house.verify()[0], 0, house.verify()[1])


class Faults(OnBothEngines):
    def test_a_meter_that_is_unplugged_is_flagged_and_nothing_is_invented(self):
        with House() as house:
            member, operator = house.person("member"), house.person("operator")
            booked = book(member, "laser-1", quantity=1)
            path = f"/api/v1/bookings/{booked.json['id']}"
            self.assertEqual(operator.post(path + "/start").status, 200)
            time.sleep(3)
            house.simulator("unplug hall")
            time.sleep(2)
            stopped = operator.post(path + "/stop", {"quantity": 1})
            self.assertEqual(stopped.status, 200, stopped.raw)
            session_path = f"/api/v1/usage-sessions/{stopped.json['session_ids'][0]}"
            self.assertIsNone(operator.get(session_path).json["energy_wh"])
            house.simulator("plug hall")
            house.wait_until(lambda: operator.get(session_path).json["state"] == "closed", 90)
            session = operator.get(session_path).json
            self.assertEqual(session["registers"][-1]["value_wh"],
                             house.simulated("laser-1")["energy_wh"])
            self.assertEqual(session["registers"][-1]["method"], "first_good")
            self.assertEqual(session["quality"], "estimated")
            self.assertEqual(house.verify()[0], 0, house.verify()[1])

    def test_a_machine_whose_meter_is_silent_is_not_started(self):
        with House() as house:
            member, operator = house.person("member"), house.person("operator")
            booked = book(member, "laser-1")
            house.simulator("unplug hall")
            time.sleep(62)  # longer than a last good reading counts
            answer = operator.patient("POST", f"/api/v1/bookings/{booked.json['id']}/start", {})
            self.assertEqual((answer.status, answer.code), (409, "meter_silent"))
            self.assertFalse(house.simulated("laser-1")["contact"])

    def test_after_a_power_cut_no_machine_starts_by_itself(self):
        with House() as house:
            member, operator = house.person("member"), house.person("operator")
            booked = book(member, "laser-1", quantity=1)
            path = f"/api/v1/bookings/{booked.json['id']}"
            self.assertEqual(operator.post(path + "/start").status, 200)
            time.sleep(3)
            cut = facility_now(operator)
            house.simulator("power off")
            time.sleep(65)  # longer than a lost reply lasts
            house.simulator("power on")
            back = time.monotonic()
            house.wait_until(
                lambda: machine(operator, "laser-1")["live"]["contact"] == "open", 10)
            print(f"the board is back {time.monotonic() - back:.1f} s after the power is")
            for _ in range(50):
                self.assertFalse(house.simulated("laser-1")["contact"])
                time.sleep(0.1)
            self.assertEqual(operator.get(path).json["state"], "paused")
            asked = urlencode({"from": cut.isoformat(),
                               "to": (cut + timedelta(hours=1)).isoformat()})
            outages = operator.get(f"/api/v1/calendar?{asked}").json["outages"]
            # Meters of two lines fell silent together: that is one cut of the whole facility.
            whole = [one for one in outages if one["machine_id"] is None]
            self.assertEqual([one["kind"] for one in whole], ["load_shedding"])
            self.assertTrue(all(one is whole[0] or one["start"] >= whole[0]["end"]
                                for one in outages), outages)
            told = {(seen["edge"], seen["what"]) for seen in whole[0]["evidence"]}
            self.assertLessEqual({("start", "relay"), ("start", "meter"), ("start", "line"),
                                  ("end", "meter")}, told)
            again = operator.patient("POST", path + "/start")
            self.assertEqual(again.status, 200, again.raw)
            self.assertTrue(house.simulated("laser-1")["contact"])
            time.sleep(3)
            self.assertEqual(operator.post(path + "/stop", {"quantity": 1}).status, 200)
            self.assertEqual(house.verify()[0], 0, house.verify()[1])

    def test_another_master_closing_a_contact_is_alarmed_and_undone(self):
        with House() as house:
            manager = house.person("manager")

            def live(what):
                return machine(manager, "press-1")["live"][what]

            def meddle():
                house.simulator("close press-1")
                return house.simulated("press-1")["contact"]

            # It is undone within half a second: the other master must insist to be seen.
            house.wait_until(lambda: live("contact") == "open")
            house.wait_until(meddle, 5)
            house.wait_until(lambda: (meddle(), live("alarm"))[1] == "closed_uncommanded")
            house.wait_until(lambda: not house.simulated("press-1")["contact"], 5)
            # It stays until a person has seen it, though the contact is open again.
            self.assertEqual(live("alarm"), "closed_uncommanded")
            house.wait_until(lambda: manager.get("/api/v1/alarms").json["items"])
            found = manager.get("/api/v1/alarms").json["items"]
            self.assertEqual([each["kind"] for each in found], ["closed_uncommanded"])
            self.assertEqual(found[0]["evidence"]["wanted"], "open")
            seen = manager.post(f"/api/v1/alarms/{found[0]['id']}/acknowledge", {"note": "a test"})
            self.assertEqual((seen.status, seen.json["note"]), (200, "a test"))
            house.wait_until(lambda: live("alarm") is None, 5)


if __name__ == "__main__":
    unittest.main()
