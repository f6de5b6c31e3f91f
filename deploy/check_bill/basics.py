"""What every part of the check needs: to say what does not hold, and to round."""

from datetime import datetime, timedelta, timezone
from fractions import Fraction

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
BANGLA_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


class Fault(Exception):
    """The first thing that does not hold."""

    def __init__(self, english, bangla):
        super().__init__(english)
        self.english = english
        self.bangla = bangla


def check(holds, english, bangla):
    if not holds:
        raise Fault(english, bangla)


def bn(number):
    return str(number).translate(BANGLA_DIGITS)


def taka(poisha):
    sign = "-" if poisha < 0 else ""
    return f"{sign}{abs(poisha) // 100}.{abs(poisha) % 100:02}"


def known(thing, keys, what, may=frozenset()):
    """What this program has never heard of may change what the bill says."""
    check(isinstance(thing, dict), f"{what}: not an object", f"{what}: গঠন ঠিক নেই")
    for key in keys - thing.keys():
        raise Fault(f"{what}: {key} is missing", f"{what}: {key} নেই")
    for key in thing.keys() - keys - may:
        raise Fault(f"{what}: {key} is not known to this program; get a newer check_bill.py",
                    f"{what}: {key} এই প্রোগ্রাম চেনে না; নতুন check_bill.py নিন")
    for key, value in thing.items():
        number = key in NUMBERS
        check(not number or (isinstance(value, int) and not isinstance(value, bool)),
              f"{what}: {key} is not a whole number", f"{what}: {key} পূর্ণ সংখ্যা নয়")


NUMBERS = {"at", "value_wh", "carried_wh", "part_wh", "least_wh", "most_wh", "quantity", "price_e4",
           "amount", "total", "total_poisha", "line", "component", "per", "subsidy", "rate_e4",
           "tax_poisha", "issued_at", "series_number", "last_number", "version", "from", "to",
           "increment", "held", "left", "drawn_at"}


def once(pairs):
    """An object whose keys stand there once: else two readers may read two bills."""
    found = dict(pairs)
    check(len(found) == len(pairs), "a key stands there twice", "একই নাম দুবার আছে")
    return found


def rounded(amount):
    """Half away from zero."""
    whole = int(abs(amount) + Fraction(1, 2))
    return -whole if amount < 0 else whole


def local(micros, zone):
    return (EPOCH + timedelta(microseconds=micros)).astimezone(zone)
