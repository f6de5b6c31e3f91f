"""Fifty bills made final at once while the daemon is killed, and a file in which bits turn over."""
import contextlib
import copy
import hashlib
import random
import sqlite3
import subprocess
import threading
import time
import unittest
import uuid

from house import PSQL, House, OnBothEngines, facility_now

BILLS = 50
KILLS = 4
FLIPS = 24

# What is final or rests on it; each by a statement that would make somebody richer.
FORBIDDEN = [
    "UPDATE invoice SET total_poisha = 1 WHERE state = 'final'",
    "UPDATE invoice SET canonical = 'x' WHERE state = 'final'",
    "UPDATE invoice SET number = number + 100 WHERE state = 'final'",
    "UPDATE invoice SET state = 'draft' WHERE state = 'final'",
    "DELETE FROM invoice WHERE state = 'final'",
    "UPDATE billable_item SET amount_poisha = 1",
    "DELETE FROM billable_item",
    "UPDATE invoice_item SET line = 7",
    "DELETE FROM invoice_item",
    "UPDATE journal_entry SET memo = 'x'",
    "DELETE FROM journal_entry",
    "UPDATE journal_posting SET amount_poisha = 1",
    "DELETE FROM journal_posting",
]


def write(house, sql):
    """As somebody does it who has the database in hand."""
    if house.database:
        subprocess.run([PSQL, "-q", "-v", "ON_ERROR_STOP=1", "-d", house.database, "-c", sql],
                       check=True, capture_output=True)
        return
    with contextlib.closing(sqlite3.connect(f"{house.folder}/ledger.db", timeout=20)) as database:
        database.executescript(f"BEGIN IMMEDIATE;{sql};COMMIT;")


def somebody_owes(house, manager, period_at):
    """Fifty MEs with one line each that waits to be billed."""
    ((facility,),) = house.rows("SELECT facility_id FROM facility")
    rows = []
    for number in range(BILLS):
        made = manager.patient("POST", "/api/v1/enterprises", {
            "name": {"en": f"Workshop {number}", "bn": f"কারখানা {number}"}})
        assert made.status == 201, made.raw
        amount = 1_000 + number
        rows.append(
            f"('{facility}', '{uuid.uuid4()}', '{made.json['id']}', 'service', '{number}', "
            f"'{'0' * 64}', {period_at}, 'File', 'ফাইল', 1, 'file', 1, {amount * 10_000}, {amount}, "
            f"'income:service', 'standard', 'commercial', 0, '', {period_at})")
    write(house, "INSERT INTO billable_item (facility_id, item_id, enterprise_id, source, "
          "source_id, payload_sha256, happened_at, label_en, label_bn, quantity, unit, per, "
          "price_e4, amount_poisha, income, tax_code, sector, subsidy_poisha, note, created_at) "
          "VALUES " + ", ".join(rows))


class Final(OnBothEngines):
    def test_fifty_at_once_under_kills_are_numbered_without_a_gap(self):
        self.on_both(self.fifty_at_once)

    def fifty_at_once(self, house):
        accountant = house.person("accountant")
        now = facility_now(accountant)
        somebody_owes(house, house.person("manager"), int(now.timestamp()) * 1_000_000)
        run = accountant.patient("POST", "/api/v1/billing-runs", {"period": now.isoformat()[:7]})
        self.assertEqual(run.status, 200, run.raw[:300])
        drafts = [one["id"] for one in run.json["invoices"]]
        self.assertEqual(len(drafts), BILLS)
        final = self.under_kills(house, drafts)

        self.assertEqual(sorted(int(number.split("/")[-1]) for number in final),
                         list(range(1, BILLS + 1)))
        kept = house.rows("SELECT number, state FROM invoice ORDER BY number")
        self.assertEqual(kept, [(str(number + 1), "final") for number in range(BILLS)])
        self.assertEqual(house.rows("SELECT COUNT(*) FROM journal_entry"), [(str(BILLS),)])
        code, said = house.verify()
        self.assertEqual(code, 0, said)
        for sql in FORBIDDEN:
            with self.subTest(sql=sql), self.assertRaises(
                    (sqlite3.Error, subprocess.CalledProcessError)):
                write(house, sql)
        self.assertEqual(house.rows("SELECT number, state FROM invoice ORDER BY number"), kept)
        if not house.database:
            self.bits_that_turn_over(house)

    def under_kills(self, house, drafts):
        """Each by a caller of its own, all at once; the daemon is killed again and again."""
        numbers = []
        begin = threading.Barrier(len(drafts) + 1)
        one = house.person("accountant")
        one.connection = None
        callers = [copy.copy(one) for _ in drafts]

        def make_final(caller, draft):
            begin.wait()
            answer = caller.patient("POST", f"/api/v1/invoices/{draft}/finalize",
                                    {"reason": "The account is closed."},
                                    key=f"final-{draft}", seconds=60)
            if answer.status == 200:
                numbers.append(answer.json["number"])

        threads = [threading.Thread(target=make_final, args=pair) for pair in zip(callers, drafts)]
        for thread in threads:
            thread.start()
        chance = random.Random(50)
        begin.wait()
        interrupted = 0
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.005, 0.05))
            interrupted += any(thread.is_alive() for thread in threads)
            house.kill_daemon()
        for thread in threads:
            thread.join(90)
        self.assertGreater(interrupted, 0, "no kill came in the middle")
        return numbers

    def bits_that_turn_over(self, house):
        """What a bad disk does to what was issued: `verify` says of which bill."""
        path = f"{house.folder}/ledger.db"
        rows = house.rows("SELECT number_text, canonical FROM invoice")
        house.process.terminate()
        house.process.wait(30)
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("VACUUM")  # no page holds what was deleted
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(path, "rb") as file:
            whole = file.read()
        before = hashlib.sha256(whole).hexdigest()
        chance = random.Random(24)
        for _ in range(FLIPS):
            number, canonical = chance.choice(rows)
            # The moment of issue, the text and a hash stand one behind the other.
            text = canonical.encode()
            self.assertEqual(whole.count(text), 1, number)
            place = whole.find(text) + chance.randrange(-8, len(text) + 64)
            bit = 1 << chance.randrange(8)
            with self.subTest(number=number, place=place, bit=bit):
                self.put(path, place, whole[place] ^ bit)
                code, said = house.verify()
                self.put(path, place, whole[place])
                self.assertEqual(code, 1, said)
                self.assertIn(number, said)
        with open(path, "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).hexdigest(), before)
        self.assertEqual(house.verify()[0], 0)

    @staticmethod
    def put(path, place, byte):
        with open(path, "r+b") as file:
            file.seek(place)
            file.write(bytes([byte]))


if __name__ == "__main__":
    unittest.main()
