"""Forty hostile names, kept as written and harmless wherever they come out: in no cell of a table
that leaves the house does a formula begin."""
import csv
import io
import json
import re
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

from place import Place

NAMES = json.loads((Path(__file__).parent / "hostile_names.json").read_text(encoding="utf-8"))
# Where a program of spreadsheets begins to reckon; also written in full width.
BEGINS = tuple("=+-@\t\r＝＋－＠")


def is_number(cell):
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell) is not None


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.place.__enter__()
        cls.manager = cls.place.person("manager")
        cls.accountant = cls.place.person("accountant")
        cls.month = cls.manager.get("/api/v1/machines").json["now"][:7]
        cls.now = cls.manager.get("/api/v1/machines").json["now"]
        cls.kept = 0
        for number, name in enumerate(NAMES):
            cls.seed(number, name)
        run = cls.accountant.post("/api/v1/billing-runs", {"period": cls.month, "dry_run": False})
        assert run.status < 300, run.raw
        for draft in run.json["invoices"]:
            cls.manager.post(f"/api/v1/invoices/{draft['id']}/finalize",
                             {"reason": "The account is closed."})

    @classmethod
    def seed(cls, number, name):
        # QuickBooks takes names in Latin letters alone, and says so (not_ascii).
        latin = name if name.isascii() else f"Shop {number}"
        made = cls.manager.post("/api/v1/enterprises", {"name": {"en": latin, "bn": name},
                                                        "place": name})
        if made.status != 201:
            return
        cls.kept += 1
        enterprise = made.json["id"]
        event = cls.accountant.post("/api/v1/usage-events", {
            "source": "story", "id": f"{number}", "enterprise_id": enterprise, "at": cls.now,
            "label": {"en": latin, "bn": name}, "quantity": 1, "unit": "course",
            "price_e4": 1_000_000 + number})
        assert event.status in (200, 201), event.raw
        paid = cls.accountant.post("/api/v1/payments", {
            "enterprise_id": enterprise, "amount": {"amount": 10_000 + number, "currency": "BDT"},
            "method": "cash", "reference": name})
        assert paid.status in (201, 422), paid.raw

    @classmethod
    def tearDownClass(cls):
        cls.place.__exit__()

    def test_they_are_kept_as_written(self):
        self.assertEqual(len(NAMES), 40)
        self.assertGreaterEqual(self.kept, 35, "few are refused")
        known, cursor = set(), ""
        while cursor is not None:
            page = self.manager.get(f"/api/v1/enterprises?limit=50{cursor}").json
            known |= {item["name"]["en"] for item in page["items"]}
            cursor = page["next"] and f"&cursor={page['next']}"
        self.assertGreaterEqual(len(known & set(NAMES)), 30)

    def take(self, what):
        answer = self.accountant.get(f"/api/v1/exports/{what}?period={self.month}")
        self.assertEqual(answer.status, 200, f"{what}: {answer.raw[:200]}")
        return answer.raw

    def exports(self, kind):
        """What the daemon says that it can export."""
        for what in ("invoices", "payments", "usage", "registers", "journal", "ledgers",
                     "enterprises"):
            answer = self.accountant.get(f"/api/v1/exports/{what}.{kind}?period={self.month}")
            if answer.status == 200:
                yield what, answer.raw

    def test_no_cell_is_a_formula(self):
        seen = 0
        for what, raw in self.exports("csv"):
            for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")):
                for cell in row:
                    seen += any(name.strip() and name.strip() in cell for name in NAMES)
                    if not is_number(cell):
                        self.assertFalse(cell.startswith(BEGINS), f"{what}.csv: {cell!r}")
        self.assertGreater(seen, 30, "the names are in the tables")

    def test_no_cell_of_a_workbook_is_a_formula_of_theirs(self):
        seen = 0
        for what, raw in self.exports("xlsx"):
            with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
                file.write(raw)
                file.flush()
                for sheet in openpyxl.load_workbook(file.name):
                    for row in sheet.iter_rows():
                        for cell in row:
                            text = cell.value if isinstance(cell.value, str) else ""
                            seen += any(name.strip() and name.strip() in text for name in NAMES)
                            self.assertIsNone(cell.hyperlink, f"{what}.xlsx {cell.coordinate}")
                            if cell.data_type == "f":
                                self.assertRegex(text, r"^=(SUM|SUBTOTAL)\([A-Z0-9$:,]+\)$",
                                                 f"{what}.xlsx {cell.coordinate}")
        self.assertGreater(seen, 30, "the names are in the workbooks")

    def test_documents_for_other_programs_are_well_formed(self):
        seen = 0
        for what, raw in self.exports("tally"):
            ElementTree.fromstring(raw)
            seen += 1
        self.assertGreater(seen, 0, "Tally")
        rows = 0
        for what, raw in self.exports("iif"):
            widths = {}
            for line in raw.decode("utf-8", "replace").splitlines():
                cells = line.split("\t")
                rows += 1
                if cells[0].startswith("!"):
                    widths[cells[0][1:]] = len(cells)
                else:
                    self.assertEqual(len(cells), widths[cells[0]], f"{what}.iif: {line!r}")
        self.assertGreater(rows, 0, "QuickBooks")


if __name__ == "__main__":
    unittest.main()
