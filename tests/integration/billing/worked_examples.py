"""Holds deploy/check_bill against worked examples that were computed by hand.

    worked_examples.py   prints every one that comes to something else
"""

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "deploy" / "check_bill"))

from basics import rounded  # noqa: E402
from check_bill import taxes  # noqa: E402
from rating import terms_of  # noqa: E402

DHAKA = ZoneInfo("Asia/Dhaka")


def at(text):
    return int(datetime.fromisoformat(f"2025-07-{text}+06:00").timestamp()) * 1_000_000


def hourly(poisha, window="any", **more):
    """A price of so many poisha an hour of use."""
    return {"basis": "used_minute", "window": window, "price_e4": poisha * 10_000, "per": 3600,
            "label": {"en": "", "bn": ""}, **more}


def once(basis, e4, window="any", **more):
    return {"basis": basis, "window": window, "price_e4": e4, "label": {"en": "", "bn": ""}, **more}


def amounts(components, start, stop, readings=(), later=(), **more):
    """`later`: (from, components) of the versions that began during the session."""
    card = {"name": "L1", "peak_from_minute": 17 * 60, "peak_to_minute": 23 * 60,
            "components": components,
            **{key: more.pop(key) for key in ("discount_order",) if key in more}}
    versions = [(0, card), *((at(since), {**card, "components": those}) for since, those in later)]
    edges = ["start", *["boundary"] * (len(readings) - 2), "stop"]
    registers = [{"channel": 1, "edge": edge, "at": at(time), "value_wh": wh}
                 for edge, (time, wh) in zip(edges, readings)]
    session = {"machine_kind": "laser", "pieces": None, "halts": [], "registers": registers,
               "classes": "", **more}
    issued = {"from": at(start), "to": at(stop)}
    return [term[4] for term in terms_of(versions, session, issued, DHAKA, "here")]


HOURS = [hourly(45_000, "off_peak"), hourly(54_000, "peak")]
GRADUATED = [hourly(0, tier_model="graduated", tiers=[
    {"up_to": 10 * 3600, "price_e4": 450_000_000}, {"up_to": None, "price_e4": 400_000_000}])]
VOLUME = [hourly(0, tier_model="volume", tiers=[
    {"up_to": 15 * 3600, "price_e4": 450_000_000}, {"up_to": None, "price_e4": 400_000_000}])]
BLOCKS = [hourly(0, tier_model="block", tiers=[{"up_to": 1800, "price_e4": 250_000_000},
                                               {"up_to": 3600, "price_e4": 200_000_000}])]
MINIMUM = [*HOURS, once("minimum", 150_000_000)]
DISCOUNT = once("discount", 2_000, taken_off="income:machine-time")
KWH = [once("kwh", 9_680_000, "off_peak"), once("kwh", 12_950_000, "peak")]
EXAMPLES = {
    "prices of their use": (amounts([hourly(45_000)], "09 23:40", "10 01:10",
                                    later=[("10 00:00", [hourly(50_000)])]), [15_000, 58_333]),
    "asked once, by the first version": (
        amounts([hourly(45_000), once("session", 10_000_000)], "09 23:40", "10 01:10",
                later=[("10 00:00", [hourly(50_000), once("session", 90_000_000)])]),
        [15_000, 1_000, 58_333]),
    "energy at the register between": (
        amounts([once("kwh", 9_680_000)], "09 23:40", "10 01:10",
                [("09 23:40", 0), ("10 00:00", 400), ("10 01:10", 900)],
                later=[("10 00:00", [once("kwh", 11_620_000)])]), [387, 581]),
    "peak splits time": (amounts(HOURS, "10 16:20", "10 18:05"), [30_000, 58_500]),
    "no peak before it begins": (amounts(HOURS, "10 15:00", "10 17:00"), [90_000]),
    "all peak": (amounts(HOURS, "10 17:00", "10 17:30"), [27_000]),
    "peak ends": (amounts(HOURS, "10 22:30", "10 23:30"), [22_500, 27_000]),
    "half a poisha": (amounts(HOURS, "10 10:00:00", "10 10:00:01"), [13]),
    "one and a half": (amounts(HOURS, "10 10:00:00", "10 10:00:03"), [38]),
    "minimum": (amounts(MINIMUM, "10 10:00", "10 10:10"), [7_500, 7_500]),
    "worth the minimum": (amounts(MINIMUM, "10 10:00", "10 10:20"), [15_000]),
    "graduated": (amounts(GRADUATED, "10 01:00", "10 13:00"), [450_000, 80_000]),
    "graduated, below": (amounts(GRADUATED, "10 01:00", "10 10:00"), [405_000]),
    "volume": (amounts(VOLUME, "10 01:00", "10 16:00"), [675_000]),
    "volume, above": (amounts(VOLUME, "10 01:00", "10 17:00"), [640_000]),
    "blocks": (amounts(BLOCKS, "10 10:00", "10 11:10"), [25_000, 40_000]),
    "begun quarters": (amounts([hourly(45_000, increment=900)], "10 10:00", "10 10:20"), [22_500]),
    "energy": (amounts(KWH, "10 16:45", "10 17:15", [
        ("10 16:45", 12_345_600), ("10 17:00", 12_347_200), ("10 17:15", 12_349_050)]),
        [1_549, 2_396]),
    "discount after minimum": (amounts([*MINIMUM, DISCOUNT], "10 10:00", "10 10:10"),
                               [7_500, 7_500, -3_000]),
    "discount before minimum": (amounts([*MINIMUM, DISCOUNT], "10 10:00", "10 10:10",
                                        discount_order="before_minimum"),
                                [7_500, -1_500, 9_000]),
    "discount of machine time alone": (amounts(
        [hourly(150_000), once("kwh", 9_680_000), DISCOUNT], "10 10:00", "10 10:45",
        [("10 10:00", 0), ("10 10:45", 10_936)]), [112_500, 10_586, -22_500]),
    "price of a class": (amounts([hourly(45_000), hourly(40_000, price_class="member")],
                                 "10 10:00", "10 11:00", classes="member women_led"), [40_000]),
    "price of another class": (amounts([hourly(45_000), hourly(40_000, price_class="member")],
                                       "10 10:00", "10 11:00", classes="trial"), [45_000]),
    "less than nothing": ([rounded(-37.5), rounded(37.5)], [-38, 38]),
    "tax by line": (taxes([103] * 3, {"rounding": "line", "inclusive": False,
                                      "lines": [{"rate_e4": 1500}] * 3}), [15, 15, 15]),
    "tax of all": (taxes([103] * 3, {"rounding": "invoice", "inclusive": False,
                                     "lines": [{"rate_e4": 1500}] * 3}), [16, 15, 15]),
    "tax within": (taxes([11_500, 10_000], {"rounding": "line", "inclusive": True,
                                            "lines": [{"rate_e4": 1500}] * 2}), [1_500, 1_304]),
}


def main():
    faults = [f"{what}: {came}, by hand {hand}" for what, (came, hand) in EXAMPLES.items()
              if came != hand]
    print(*faults, f"{len(EXAMPLES)} examples, {len(faults)} faults", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
