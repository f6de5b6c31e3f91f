"""What sessions cost, worked out with fractions by somebody who has not read the C++.

    oracle.py FILE            a line of JSON for each session: its rate card, its use, and what
                              it came to
    oracle.py --months FILE   a line for each month: its rate card, the uses and the other items of
                              every ME, the tax, and the totals of their bills

Money is in poisha, prices are 10^-4 poisha a unit, times microseconds since 1970. Prints every
session that came to something else; the exit status says whether there was any.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
UNITS = {"kwh": 1000, "used_minute": 60, "piece": 1, "session": 1, "minimum": 1}


def local(micros, zone):
    return (EPOCH + timedelta(microseconds=micros)).astimezone(zone)


def rounded(amount):
    """Half away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * int(abs(amount) + Fraction(1, 2))


def is_peak(card, moment):
    minute = moment.hour * 60 + moment.minute
    first, last = card["peak_from"], card["peak_to"]
    if first <= last:
        return first <= minute < last
    return minute >= first or minute < last


def peak_seconds(card, start, stop, zone):
    """Counted quarter by quarter, as slowly and as surely as can be."""
    quarter = 15 * 60 * 1_000_000
    peak = Fraction(0)
    total = Fraction(0)
    at = start
    while at < stop:
        # Offsets of zones are whole quarters of an hour.
        end = min(stop, (at // quarter + 1) * quarter)
        total += Fraction(end - at, 1_000_000)
        if is_peak(card, local(at, zone)):
            peak += Fraction(end - at, 1_000_000)
        at = end
    return {"peak": peak, "off_peak": total - peak, "any": total}


def used_seconds(card, use, zone):
    """All of it, less what it stood still."""
    used = peak_seconds(card, use["from"], use["to"], zone)
    for halt in use["halts"]:
        still = peak_seconds(card, halt["from"], halt["to"], zone)
        used = {window: used[window] - still[window] for window in used}
    return used


def ended_by_no_doing_of_theirs(use):
    return any(halt["to"] == use["to"] and halt["reason"] != "person" for halt in use["halts"])


def energy(card, parts, zone):
    wh = {"peak": 0, "off_peak": 0, "any": 0}
    for part in parts:
        wh["peak" if is_peak(card, local(part["from"], zone)) else "off_peak"] += part["wh"]
        wh["any"] += part["wh"]
    return wh


def terms(session):
    zone = ZoneInfo(session["zone"])
    card, use = session["card"], session["use"]
    seconds = used_seconds(card, use, zone)
    wh = energy(card, use["parts"], zone)
    quantities = {
        "kwh": wh,
        "used_minute": seconds,
        "piece": dict.fromkeys(wh, use["pieces"] or 0),
        "session": dict.fromkeys(wh, 1),
    }
    found, minimum = [], 0
    for number, part in enumerate(card["components"], 1):
        if part["kind"] not in ("", use["kind"]):
            continue
        if part["basis"] == "minimum":
            if not ended_by_no_doing_of_theirs(use):
                minimum = max(minimum, rounded(Fraction(part["price"], 10_000)))
            continue
        quantity = quantities[part["basis"]][part["window"]]
        # A quantity of time is in whole seconds; ours ends on whole seconds.
        if quantity == 0:
            continue
        amount = Fraction(part["price"], 10_000) * quantity / UNITS[part["basis"]]
        found.append([number, int(quantity), rounded(amount)])
    return found, minimum


def fault(session):
    expected, minimum = terms(session)
    priced = [term[:3] for term in session["terms"] if term[3] != "minimum"]
    if priced != expected:
        return f"expected {expected}"
    total = sum(term[2] for term in session["terms"])
    if total != max(minimum, sum(term[2] for term in expected)):
        return f"expected at least {minimum}"
    return None


def month_fault(month):
    """Every ME's bill: sessions and items, each line rounded, and the tax of all of it at once."""
    owed = {}
    for one in month["uses"]:
        found, minimum = terms({"zone": month["zone"], "card": month["card"], "use": one["use"]})
        came = max(minimum, sum(term[2] for term in found))
        owed[one["enterprise"]] = owed.get(one["enterprise"], 0) + came
    for item in month["items"]:
        amount = Fraction(item["price"], 10_000) * item["quantity"] / item["per"]
        owed[item["enterprise"]] = owed.get(item["enterprise"], 0) + rounded(amount)
    expected = {who: net + rounded(Fraction(month["tax_e4"], 10_000) * net)
                for who, net in owed.items() if net > 0}
    return None if expected == month["totals"] else f"expected {expected}"


def main():
    months = sys.argv[1] == "--months"
    judge = month_fault if months else fault
    faults = checked = 0
    with open(sys.argv[-1], encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            checked += 1
            if found := judge(told):
                faults += 1
                print(found, "but", json.dumps(told))
    print(f"{checked} {'months' if months else 'sessions'}, {faults} at fault")
    return 1 if faults or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
