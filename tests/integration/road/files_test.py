"""Files in and out from the command line, beside the API's own rules, while no daemon runs."""
import os
import subprocess
import unittest

from house import PROGRAM, OnBothEngines


class Files(OnBothEngines):
    def test_tables_come_in_whole_and_a_month_goes_out(self):
        self.on_both(self.files)

    def files(self, house):
        self.house = house
        house.process.terminate()
        house.process.wait(30)
        self.comes_in_whole_or_not_at_all()
        self.balances_are_booked_once()
        self.a_statement_is_read()
        self.goes_out()
        self.is_told()
        said, status = self.run_it("import", "--help")
        self.assertIn("--dry-run", said)
        self.assertEqual(status, 0)

    def run_it(self, command, *words):
        config = [] if "--help" in words else ["--config", f"{self.house.folder}/karkhana.toml"]
        done = subprocess.run([PROGRAM, command, *config, *words], capture_output=True, text=True)
        return done.stdout + done.stderr, done.returncode

    def take(self, what, text, *more):
        file = os.path.join(self.house.folder, "in.csv")
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        return self.run_it("import", "--what", what, "--file", file, *more)

    def count(self, table):
        return int(self.house.rows(f"SELECT COUNT(*) FROM {table}")[0][0])

    def comes_in_whole_or_not_at_all(self):
        before = self.count("enterprise")
        bad = "name_en,name_bn,phone\nAkter Shoes,আক্তার সুজ,\nBroken,ভাঙা,12\n"
        said, status = self.take("enterprises", bad)
        self.assertEqual((status, self.count("enterprise")), (1, before), said)
        self.assertIn("row 3, column phone: ", said)
        good = "name_en,name_bn\nAkter Shoes,আক্তার সুজ\n"
        said, status = self.take("enterprises", good, "--dry-run")
        self.assertEqual((status, self.count("enterprise")), (0, before), said)
        self.assertIn("added: 1", said)
        said, status = self.take("enterprises", good)
        self.assertEqual((status, self.count("enterprise")), (0, before + 1), said)
        said, status = self.take("enterprises", good)
        self.assertIn("unchanged: 1", said)
        self.assertEqual((status, self.count("enterprise")), (0, before + 1), said)

    def balances_are_booked_once(self):
        table = "enterprise,amount,note\nAkter Shoes,1250.50,paper ledger\n"
        for _ in range(2):
            said, status = self.take("opening-balances", table)
            self.assertEqual(status, 0, said)
        self.assertEqual(self.count("journal_entry"), 1)

    def a_statement_is_read(self):
        table = "Trx,Taka,When\n8N7A6B5C4D,700.00,2026-11-20 16:40\n"
        columns = ["--channel", "bkash"]
        for pair in ("trx_id=Trx", "amount=Taka", "paid_at=When"):
            columns += ["--column", pair]
        said, status = self.take("statement", table.replace("700.00", "seven"), *columns)
        self.assertEqual((status, self.count("statement_line")), (1, 0), said)
        self.assertIn("row 2, column Taka: bad_amount", said)
        said, status = self.take("statement", table, *columns)
        self.assertEqual((status, self.count("statement_line")), (0, 1), said)

    def goes_out(self):
        said, status = self.run_it("export", "--what", "journal", "--format", "hledger")
        self.assertEqual(status, 0, said)
        self.assertIn("1250.50", said)
        file = os.path.join(self.house.folder, "out.xlsx")
        said, status = self.run_it("export", "--what", "enterprises", "--format", "xlsx",
                                   "--period", "2026-11", "--out", file)
        self.assertEqual(status, 0, said)
        with open(file, "rb") as out:
            self.assertEqual(out.read(2), b"PK")
        said, status = self.run_it("export", "--what", "journal", "--format", "odoo",
                                   "--period", "2026-11")
        self.assertEqual(status, 1, said)
        said, status = self.run_it("export", "--what", "bill", "--format", "ubl",
                                   "--number", "nobody's")
        self.assertEqual(status, 1, said)

    def is_told(self):
        told = self.house.rows("SELECT action, reason, person_id FROM audit_event WHERE action IN "
                               "('importTable', 'importStatement', 'exportFile') ORDER BY sequence")
        self.assertEqual({row[0] for row in told},
                         {"importTable", "importStatement", "exportFile"})
        for action, reason, person in told:
            self.assertEqual((reason, person or None), ("command line", None), action)


if __name__ == "__main__":
    unittest.main()
