"""Counts test cases for tests/run and prints them as `N passed, N failed`.

    tally.py ctest DIR          ctest.junit and the XML of each GoogleTest program beside it
    tally.py words LOG STATUS   what a JavaScript test runner said, and how it ended
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def of_ctest(folder):
    """A program that wrote its cases counts by them; one that died or has none counts as one."""
    passed = failed = 0
    for case in ElementTree.parse(folder / "ctest.junit").getroot().iter("testcase"):
        report = folder / f"{case.get('name')}.xml"
        good = case.get("status") == "run"
        if report.exists():
            root = ElementTree.parse(report).getroot()
            bad = int(root.get("failures", 0)) + int(root.get("errors", 0))
            skipped = sum(1 for test in root.iter("testcase") if test.get("result") == "skipped")
            disabled = int(root.get("disabled", 0))
            passed += int(root.get("tests", 0)) - bad - disabled - skipped
            failed += bad if good or bad else 1
        elif good:
            passed += 1
        elif case.get("status") != "disabled":
            failed += 1
    return passed, failed


def of_words(log, status):
    """Understands Playwright, Vitest and node --test; anything else counts as one test."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(errors="replace"))
    for good, bad in (
        (r"^\s*Tests .*?(\d+) passed", r"^\s*Tests .*?(\d+) failed"),
        (r"^\s*(\d+) passed \(", r"^\s*(\d+) failed$"),
        (r"^(?:#|ℹ) pass (\d+)", r"^(?:#|ℹ) fail (\d+)"),
    ):
        found = [re.findall(pattern, text, re.MULTILINE) for pattern in (good, bad)]
        if any(found):
            return tuple(int(numbers[-1]) if numbers else 0 for numbers in found)
    return (1, 0) if status == 0 else (0, 1)


def main():
    kind, place = sys.argv[1], Path(sys.argv[2])
    passed, failed = of_ctest(place) if kind == "ctest" else of_words(place, int(sys.argv[3]))
    print(f"{passed} passed, {failed} failed")


if __name__ == "__main__":
    main()
