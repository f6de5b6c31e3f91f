"""What sessions cost, worked out with fractions by somebody who has not read the C++.

    oracle.py FILE            a line of JSON for each session: its rate card, its use, and what
                              it came to
    oracle.py --months FILE   a line for each month: its rate card, the uses and the other items of
                              every ME as they turned out in the end, the tax, and what was
                              billed and given back

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


def theirs(card, use, classes):
    """(number, component) of those that hold: of prices for one thing the first of their own."""
    mine = [(number, part) for number, part in enumerate(card["components"], 1)
            if part["kind"] in ("", use["kind"]) and part["class"] in ("everybody", *classes)]
    for number, part in mine:
        own = [other for other, that in mine if that["class"] != "everybody" and all(
            that[key] == part[key] for key in ("basis", "window", "kind", "month"))]
        if not own or own[0] == number:
            yield number, part


def terms(session, classes=()):
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
    for number, part in theirs(card, use, classes):
        if part["month"]:
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


CLASSES = {"Lakshmi": ("women_led",), "Rahim": ()}


def used_in_month(month, who):
    """Their uses one by one, then what the whole month is rated by."""
    charged, seconds, uses = 0, 0, 0
    for one in month["uses"]:
        if one["enterprise"] != who:
            continue
        uses += 1
        found, minimum = terms({"zone": month["zone"], "card": month["card"], "use": one["use"]},
                               CLASSES[who])
        charged += max(minimum, sum(term[2] for term in found))
        seconds += used_seconds(month["card"], one["use"], ZoneInfo(month["zone"]))["any"]
    least = 0
    for part in month["card"]["components"]:
        if part["month"] and part["basis"] == "minimum":
            least = rounded(Fraction(part["price"], 10_000))
        elif part["month"] and uses:
            below = 0
            for up_to, price in part["tiers"]:
                inside = max(0, min(seconds, seconds if up_to is None else up_to) - below)
                charged += rounded(Fraction(price, 10_000) * inside / part["per"])
                below += inside
    return max(charged, least)


def month_fault(month):
    """What each ME is billed for its month in all, whatever came when, and the tax of each bill."""
    for who in CLASSES:
        expected = used_in_month(month, who) + sum(
            rounded(Fraction(item["price"], 10_000) * item["quantity"] / item["per"])
            for item in month["items"] if item["enterprise"] == who)
        mine = [bill for bill in month["bills"] if bill["enterprise"] == who]
        net = sum(bill["net"] for bill in mine)
        if net != expected:
            return f"{who}: expected {expected}, billed {net}"
        rate = Fraction(month["tax_e4"], 10_000)
        for bill in mine:
            if not bill["note"] and bill["tax"] != rounded(rate * bill["net"]):
                return f"{who}: another tax than {rounded(rate * bill['net'])}"
        # Notes give back line by line what was rounded over the bill.
        if abs(sum(bill["tax"] for bill in mine) - rate * net) > 40:
            return f"{who}: too much or too little tax"
    return None


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
