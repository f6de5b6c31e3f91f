#!/usr/bin/env python3
"""Follows the chain of an audit trail again, without the program that wrote it.

    python3 check_audit.py FILE [--facility ID] [--head "NUMBER HASH"]...

FILE is a ledger.db, or the trail as JSON ({"items": [...]} or a list of such pages) or as CSV (the
columns of audit_event). A head is what stands on a bill or in a daily letter: the trail has to have
that line with that hash still. Ends with 0 when all holds, 1 when something does not, 2 when there
is nothing that can be checked.
"""

import argparse
import csv
import hashlib
import json
import sqlite3
import sys
from datetime import datetime, timezone
from pathlib import Path

FIELDS = ("sequence", "occurred_at", "person_id", "action", "subject", "before_json", "after_json",
          "reason", "previous_hash", "hash")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Unreadable(Exception):
    pass


def micros(text):
    """An RFC 3339 time, exactly."""
    since = datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def hash_of(facility, line):
    """SHA-256 of each field as "<bytes>:<content>,"."""
    whole = b""
    for part in (facility, line["sequence"], line["occurred_at"], line["person_id"], line["action"],
                 line["subject"], line["before_json"], line["after_json"], line["reason"],
                 line["previous_hash"]):
        text = ("" if part is None else str(part)).encode()
        whole += b"%d:%s," % (len(text), text)
    return hashlib.sha256(whole).hexdigest()


def from_sqlite(path):
    """{facility: (lines as they are numbered, the end that the database itself names)}"""
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    trails = {}
    ends = {facility: (sequence, text) for facility, sequence, text in
            database.execute("SELECT facility_id, sequence, hash FROM audit_head")}
    for facility, *values in database.execute(
            f"SELECT facility_id, {', '.join(FIELDS)} FROM audit_event "
            "ORDER BY facility_id, sequence"):
        trails.setdefault(facility, []).append(dict(zip(FIELDS, values)))
    return {facility: (trails.get(facility, []), ends.get(facility))
            for facility in trails.keys() | ends.keys()}


def from_json(path, facility):
    pages = json.loads(path.read_text(encoding="utf-8"))
    items = [item for page in (pages if isinstance(pages, list) else [pages])
             for item in page["items"]]
    if len(items) > 1 and items[0]["sequence"] > items[-1]["sequence"]:
        items.reverse()
    lines = []
    for item in items:
        lines.append({"sequence": item["sequence"], "occurred_at": micros(item["at"]),
                      "person_id": item.get("person_id"), "action": item["action"],
                      "subject": item["subject"], "before_json": item.get("before"),
                      "after_json": item.get("after"), "reason": item.get("reason"),
                      # Pages tell each hash once: that of the line before is the one before.
                      "previous_hash": lines[-1]["hash"] if lines else "", "hash": item["hash"]})
    return {facility: (lines, None)}


def from_csv(path, facility):
    trails = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            line = {name: row[name] for name in FIELDS}
            line["sequence"], line["occurred_at"] = int(row["sequence"]), int(row["occurred_at"])
            trails.setdefault(row.get("facility_id") or facility, []).append(line)
    return {facility: (lines, None) for facility, lines in trails.items()}


def read(path, facility):
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(b"SQLite format 3"):
        return from_sqlite(path)
    if start.lstrip()[:1] in (b"{", b"["):
        if not facility:
            raise Unreadable("a trail in JSON takes --facility")
        return from_json(path, facility)
    return from_csv(path, facility)


def faults(facility, lines, end, heads):
    """What does not hold, the first one first."""
    last, previous = 0, ""
    for line in lines:
        number = line["sequence"]
        if number != last + 1:
            yield f"line {last + 1} is missing, or stands elsewhere: {number} follows on {last}"
        elif line["previous_hash"] != previous:
            yield f"line {number} does not follow on the one before it"
        elif line["hash"] != hash_of(facility, line):
            yield f"line {number} is not what was written: its hash is another"
        last, previous = number, line["hash"]
    if end is not None and end != (last, previous):
        yield f"the trail ends with line {last}, and its own note says {end[0]}"
    by_number = {line["sequence"]: line["hash"] for line in lines}
    for number, text in heads:
        if by_number.get(number) != text:
            yield f"line {number} was {text} when it was printed, and is " + \
                by_number.get(number, "not there: the trail was cut off")


def main():
    parser = argparse.ArgumentParser(description="Follows the chain of an audit trail again.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--facility", default="")
    parser.add_argument("--head", action="append", default=[], help='as printed: "1234 9f86d0..."')
    options = parser.parse_args()
    try:
        heads = [(int(number), text) for number, text in (head.split() for head in options.head)]
        trails = read(options.file, options.facility)
        if not any(lines for lines, _ in trails.values()):
            raise Unreadable("there is no trail in it")
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error, Unreadable) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 2
    good = True
    if options.facility and options.facility in trails:
        trails = {options.facility: trails[options.facility]}
    for facility, (lines, end) in sorted(trails.items()):
        found = list(faults(facility, lines, end, heads if len(trails) == 1 else []))
        for fault in found:
            print(f"{facility}: {fault}")
        if not found:
            print(f"{facility}: {len(lines)} lines hold, the last is {lines[-1]['sequence']} "
                  f"{lines[-1]['hash']}" if lines else f"{facility}: no lines")
        good = good and not found
    if heads and len(trails) > 1:
        print("which facility's heads these are is not said: --facility", file=sys.stderr)
        return 2
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
