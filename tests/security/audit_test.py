"""The trail of what everybody did: who was refused is in it, nobody changes it, and who does so
past the database is found by a program that shares no code with the daemon."""
import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller

from place import Caller, ROOT, Place, free_port

CHECKER = ROOT / "deploy/check_audit/check_audit.py"


def check(file, *more):
    done = subprocess.run([sys.executable, CHECKER, file, *more], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def trail(caller):
    """Every line, the oldest first, and the pages as they came."""
    pages, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/api/v1/audit?limit=3{cursor and '&cursor=' + cursor}").json
        pages.append(page)
        cursor = page["next"]
    return [item for page in pages for item in page["items"]][::-1], pages


def until(holds, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.2)
    raise AssertionError("waited in vain")


class Trail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.place.__enter__()
        cls.manager = cls.place.person("manager")
        for name in ("First", "Second", "Third", "Fourth", "Fifth"):
            cls.manager.post("/api/v1/enterprises", {"name": {"en": name, "bn": "প্রথম"}})
        cls.facility = cls.manager.get("/api/v1/me").json["facility"]["id"]

    @classmethod
    def tearDownClass(cls):
        cls.place.__exit__()

    def forged(self, *statements):
        """A copy of the ledger, changed past its triggers."""
        folder = tempfile.mkdtemp(prefix="karkhana-forged-")
        self.addCleanup(shutil.rmtree, folder)
        copy = Path(folder, "ledger.db")
        with sqlite3.connect(f"{self.place.folder}/data/ledger.db") as source, \
                sqlite3.connect(copy) as target:
            source.backup(target)
            for name, in target.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' "
                                        "AND tbl_name LIKE 'audit_%'").fetchall():
                target.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                target.execute(statement)
        return copy

    def test_the_database_itself_refuses_a_change(self):
        # Without a transaction that would stay open, and hold up everybody.
        database = sqlite3.connect(f"{self.place.folder}/data/ledger.db", isolation_level=None)
        self.addCleanup(database.close)
        for statement in ("UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_event",
                          "UPDATE audit_event SET sequence = 9 WHERE sequence = 1"):
            with self.subTest(statement), self.assertRaisesRegex(sqlite3.Error, "append-only"):
                database.execute(statement)

    def test_the_checker_finds_every_change(self):
        good = self.forged()
        status, said = check(good)
        self.assertEqual(status, 0, said)
        head = re.search(r"the last is (\d+ [0-9a-f]{64})", said)[1]
        last = int(head.split()[0])
        insert = ("INSERT INTO audit_event SELECT facility_id, {to}, occurred_at, person_id, "
                  "action, subject, before_json, after_json, reason, previous_hash, hash "
                  "FROM audit_event WHERE sequence = {of}")
        swap = ["UPDATE audit_event SET sequence = 9001 WHERE sequence = 3",
                "UPDATE audit_event SET sequence = 3 WHERE sequence = 4",
                "UPDATE audit_event SET sequence = 4 WHERE sequence = 9001"]
        cut = [f"DELETE FROM audit_event WHERE sequence = {last}",
               f"UPDATE audit_head SET sequence = {last - 1}, hash = (SELECT hash FROM audit_event "
               f"WHERE sequence = {last - 1})"]
        for name, statements in [
                ("edited", ["UPDATE audit_event SET subject = 'x' WHERE sequence = 3"]),
                ("edited hash", ["UPDATE audit_event SET hash = replace(hash, substr(hash, 1, 1), "
                                 "'z') WHERE sequence = 3"]),
                ("another time", ["UPDATE audit_event SET occurred_at = occurred_at + 1 "
                                  "WHERE sequence = 2"]),
                ("another person", ["UPDATE audit_event SET person_id = facility_id "
                                    "WHERE sequence = 4"]),
                ("deleted", ["DELETE FROM audit_event WHERE sequence = 2"]),
                ("inserted", [insert.format(to=last + 1, of=2)]),
                ("reordered", swap),
                ("the last one cut off", cut[:1])]:
            with self.subTest(name):
                self.assertEqual(check(self.forged(*statements))[0], 1)
        # Cut off with its note, nothing in the file tells: the head that was printed does.
        truncated = self.forged(*cut)
        self.assertEqual(check(truncated)[0], 0)
        self.assertEqual(check(truncated, "--head", head)[0], 1)
        self.assertEqual(check(good, "--head", head)[0], 0)
        self.assertEqual(check(good, "--head", f"{last} {'0' * 64}")[0], 1)
        self.assertEqual(check(CHECKER)[0], 2)

    def test_the_checker_follows_exports_as_well(self):
        _, pages = trail(self.manager)
        folder = tempfile.mkdtemp(prefix="karkhana-export-")
        self.addCleanup(shutil.rmtree, folder)
        file = Path(folder, "trail.json")

        def status(changed):
            file.write_text(json.dumps(changed), encoding="utf-8")
            return check(file, "--facility", self.facility)[0]

        self.assertEqual(status(pages), 0)
        for name in ("edit", "delete", "reorder"):
            with self.subTest(name):
                forged = json.loads(json.dumps(pages))
                items = forged[0]["items"]
                if name == "edit":
                    items[1]["subject"] = "x"
                elif name == "delete":
                    del items[1]
                else:
                    items[0], items[1] = items[1], items[0]
                self.assertEqual(status(forged), 1)
        table = Path(folder, "trail.csv")
        database = sqlite3.connect(f"file:{self.place.folder}/data/ledger.db?mode=ro", uri=True)
        self.addCleanup(database.close)
        found = database.execute("SELECT * FROM audit_event ORDER BY sequence")
        with table.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([column[0] for column in found.description])
            rows = list(found)
            writer.writerows(rows)
        self.assertEqual(check(table)[0], 0)
        text = table.read_text(encoding="utf-8")
        table.write_text(text.replace("createEnterprise", "deleteEnterprise", 1), encoding="utf-8")
        self.assertEqual(check(table)[0], 1)

    def refusals(self):
        return [line for line in trail(self.manager)[0] if line["action"] == "refuseAccess"]

    def test_who_is_refused_is_written_down(self):
        operator = self.place.person("operator")
        path = f"/api/v1/invoices/{uuid.uuid4()}"
        for _ in range(3):
            self.assertEqual(self.manager.get(path).status, 404)
        self.assertEqual(operator.get("/api/v1/audit").status, 403)
        stranger = Caller(self.place.address)
        self.assertEqual(stranger.post("/api/v1/session", {"login": "manager", "password": "no"})
                         .status, 401)
        self.assertEqual(stranger.post("/api/v1/bookings", {}).status, 401)
        until(lambda: len(self.refusals()) >= 4)
        told = {(line["subject"], line["person_id"] is not None): json.loads(line["after"])
                for line in self.refusals()}
        self.assertEqual(told["operation/getInvoice", True]["times"], 3)
        self.assertEqual(told["operation/getInvoice", True]["first_path"], path)
        self.assertEqual(told["operation/listAudit", True]["status"], 403)
        self.assertEqual(told["operation/createSession", False]["status"], 401)
        self.assertEqual(told["operation/", False]["address"], "127.0.0.1")
        self.assertNotIn("password", json.dumps(list(told.values())))

    def test_a_flood_of_refusals_is_few_lines(self):
        before = len(self.refusals())
        stranger = Caller(self.place.address)
        for _ in range(300):
            stranger.post("/api/v1/bookings", {})
        time.sleep(2.5)
        self.assertLess(len(self.refusals()) - before, 20)

    def test_exports_are_written_down(self):
        accountant = self.place.person("accountant")
        month = accountant.get("/api/v1/machines").json["now"][:7]
        self.assertEqual(accountant.get(f"/api/v1/exports/payments.csv?period={month}").status, 200)
        self.assertIn("exportFile", [line["action"] for line in trail(self.manager)[0]])


    def test_a_bill_is_printed_with_where_the_trail_was(self):
        accountant = self.place.person("accountant")
        now = accountant.get("/api/v1/machines").json["now"]
        enterprise = accountant.get("/api/v1/enterprises").json["items"][0]["id"]
        accountant.post("/api/v1/usage-events", {
            "source": "story", "id": "1", "enterprise_id": enterprise, "at": now,
            "label": {"en": "A course", "bn": "কোর্স"}, "quantity": 1, "unit": "course",
            "price_e4": 1_000_000})
        run = accountant.post("/api/v1/billing-runs", {"period": now[:7], "dry_run": False})
        draft = run.json["invoices"][0]["id"]
        made = self.manager.post(f"/api/v1/invoices/{draft}/finalize",
                                 {"reason": "The account is closed."})
        self.assertEqual(made.status, 200, made.raw)
        papers = []
        for language in ("en", "bn"):
            pdf = accountant.get(f"/api/v1/invoices/{draft}.pdf?language={language}")
            self.assertEqual(pdf.status, 200, pdf.raw[:200])
            done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf.raw,
                                  capture_output=True, check=True)
            papers.append(done.stdout.decode())
        self.manager.post("/api/v1/enterprises", {"name": {"en": "Later", "bn": "পরে"}})
        told = re.search(r"Audit trail:\s*(\d+)\s+([0-9a-f\s]{64,68})", papers[0])
        self.assertTrue(told, papers[0])
        head = f"{told[1]} {''.join(told[2].split())[:64]}"
        self.assertEqual(check(self.forged(), "--head", head)[0], 0)
        line = next(item for item in trail(self.manager)[0] if item["hash"] == head.split()[1])
        self.assertEqual((line["action"], line["subject"]),
                         ("finalizeInvoice", f"invoice/{draft}"))


class OnPostgres(unittest.TestCase):
    def test_who_is_refused_is_written_down_there_too(self):
        with Place("postgres") as place:
            manager = place.person("manager")
            for _ in range(2):
                self.assertEqual(manager.get(f"/api/v1/invoices/{uuid.uuid4()}").status, 404)
            told = until(lambda: [line for line in trail(manager)[0]
                                  if line["action"] == "refuseAccess"])
            self.assertEqual(json.loads(told[0]["after"])["times"], 2)
            lines, pages = trail(manager)
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "trail.json")
                file.write_text(json.dumps(pages), encoding="utf-8")
                facility = manager.get("/api/v1/me").json["facility"]["id"]
                self.assertEqual(check(file, "--facility", facility, "--head",
                                       f"{lines[-1]['sequence']} {lines[-1]['hash']}")[0], 0)


class Letters(unittest.TestCase):
    def test_the_end_of_the_trail_is_mailed_once_a_day(self):
        letters = []

        class Box:
            async def handle_DATA(self, _server, _session, envelope):
                letters.append(envelope)
                return "250 OK"

        server = Controller(Box(), hostname="127.0.0.1", port=free_port())
        server.start()
        self.addCleanup(server.stop)
        place = Place()
        with open(place.config, "a", encoding="utf-8") as config:
            config.write(f'\n[notify]\naudit_to = "auditor@example.org"\n[notify.smtp]\n'
                         f'url = "smtp://127.0.0.1:{server.port}"\nfrom = "house@example.org"\n'
                         f'tls = false\n')
        with place:
            until(lambda: letters, 30)
            time.sleep(2)
            self.assertEqual(len(letters), 1)
            self.assertEqual(letters[0].rcpt_tos, ["auditor@example.org"])
            letter = message_from_bytes(letters[0].content)
            text = letter.get_payload(decode=True) or b"".join(
                part.get_payload(decode=True) or b"" for part in letter.walk())
            head = re.search(r"(\d+) ([0-9a-f]{64})", text.decode())
            self.assertEqual(check(f"{place.folder}/data/ledger.db", "--head", head[0])[0], 0)
            self.assertEqual(check(f"{place.folder}/data/ledger.db", "--head",
                                   f"{head[1]} {'0' * 64}")[0], 1)


if __name__ == "__main__":
    unittest.main()
