"""The two tables that say what is shown where: every row is there, says one of the things that a
row may say, and names tests that exist."""
import csv
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# How many requirements ASVS 5.0.0 has in each chapter at levels 1 and 2.
CHAPTERS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7,
            9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7}


def rows(name):
    with (ROOT / "tests/security" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_there(reference):
    """path:name, where the name stands in the file as that of a test, or as a heading or words of
    a document."""
    path, _, name = reference.partition(":")
    file = ROOT / path
    if not file.is_file() or not name:
        return False
    text = file.read_text(encoding="utf-8")
    patterns = {".cpp": rf"TEST(?:_[FP])?\(\s*\w+,\s*{re.escape(name)}\)",
                ".py": rf"def {re.escape(name.removeprefix('def '))}\(",
                ".ts": rf"test\('{re.escape(name)}'"}
    pattern = patterns.get(file.suffix, re.escape(name))
    return re.search(pattern, text, re.MULTILINE) is not None


class Tables(unittest.TestCase):
    def check_shown(self, row):
        for reference in row["shown_by"].split("; "):
            self.assertTrue(is_there(reference), f"{row}: there is no {reference}")

    def test_a_reference_to_nothing_is_noticed(self):
        self.assertFalse(is_there("tests/security/framing_test.py:test_nothing"))
        self.assertFalse(is_there("tests/security/no_test.py:test_nothing"))
        self.assertFalse(is_there("tests/unit/http/gate_test.cpp:NoTest"))
        self.assertTrue(is_there("tests/security/references_test.py:test_every_bad_input"))

    def test_every_requirement(self):
        found = rows("asvs.csv")
        counts = {}
        for row in found:
            with self.subTest(row["id"]):
                self.assertRegex(row["id"], r"^V\d+\.\d+\.\d+$")
                self.assertIn(row["level"], ("1", "2"))
                self.assertGreater(len(row["what"]), 3)
                chapter = int(row["id"][1:].split(".")[0])
                counts[chapter] = counts.get(chapter, 0) + 1
                if row["state"] == "held":
                    self.check_shown(row)
                else:
                    self.assertIn(row["state"], ("not_applicable", "gap"))
                    self.assertGreater(len(row["reason"]), 3)
                    self.assertFalse(row["shown_by"])
        self.assertEqual(counts, CHAPTERS)
        self.assertEqual(len({row["id"] for row in found}), 253)
        self.assertFalse([row["id"] for row in found if row["state"] == "gap"])

    def test_every_bad_input(self):
        found = rows("bad_inputs.csv")
        self.assertEqual([int(row["row"]) for row in found], list(range(1, 73)))
        for row in found:
            with self.subTest(row["row"]):
                self.assertTrue(row["input"] and row["answer"])
                self.check_shown(row)


if __name__ == "__main__":
    unittest.main()
