"""What two other programs understand of an iCalendar file: python3-icalendar and calcurse.

    read_calendar.py FILE

Prints a line for each event: who read it, then uid, sequence, status, start, end (UTC) and summary
(icalendar), or start, end (UTC) and summary (calcurse, which keeps nothing else). Of an event that
comes back icalendar's line is of each of its dates, as python3-dateutil counts them, with the one
that it is (RECURRENCE-ID) where that was moved; calcurse's line is of the event with its rule.
"""

import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import icalendar
from dateutil import rrule


def utc(time):
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def excepted(event):
    """The dates of EXDATE, which may be said on one line or on several."""
    said = event.get("EXDATE", [])
    for line in said if isinstance(said, list) else [said]:
        yield from (date.dt for date in line.dts)


def dates_of(event, moved):
    """(start, end) of each date that is where the rule has it."""
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    if "RRULE" not in event:
        return [(start, end)]
    found = rrule.rruleset()
    found.rrule(rrule.rrulestr(event["RRULE"].to_ical().decode(), dtstart=start))
    for gone in [*excepted(event), *moved]:
        found.exdate(gone)
    return [(date, date + (end - start)) for date in found]


def by_icalendar(path):
    calendar = icalendar.Calendar.from_ical(Path(path).read_bytes())
    yield f"icalendar method {calendar['METHOD']}"
    events = calendar.walk("VEVENT")
    moved = [event["RECURRENCE-ID"].dt for event in events if "RECURRENCE-ID" in event]
    for event in events:
        named = f" of {utc(event['RECURRENCE-ID'].dt)}" if "RECURRENCE-ID" in event else ""
        for start, end in dates_of(event, [] if named else moved):
            yield (f"icalendar {event['UID']} {event['SEQUENCE']} {event['STATUS']} "
                   f"{utc(start)} {utc(end)} {event['SUMMARY']}{named}")


def by_calcurse(path):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["calcurse", "-D", folder, "-i", path], capture_output=True,
                              text=True, timeout=30, env={**os.environ, "TZ": "UTC"})
        report = re.search(r"(\d+) skipped", done.stdout)
        if done.returncode or not report or report.group(1) != "0":
            raise SystemExit(f"calcurse: {done.stdout} {done.stderr}")
        appointments = Path(folder, "apts")
        lines = appointments.read_text(encoding="utf-8").splitlines()
        for line in lines:
            start, end, rule, summary = re.match(
                r"(.*?) -> ([^>{|]*?)(?:\{(.*)\})? *(?:>\w*)? *\|(.*)", line).groups()
            start, end = (datetime.strptime(time.strip(), "%m/%d/%Y @ %H:%M")
                          for time in (start, end))
            again = f" {{{rule}}}" if rule else ""
            yield f"calcurse {start:%Y-%m-%dT%H:%MZ} {end:%Y-%m-%dT%H:%MZ} {summary}{again}"


if __name__ == "__main__":
    for understood in [*by_icalendar(sys.argv[1]), *by_calcurse(sys.argv[1])]:
        print(understood)
