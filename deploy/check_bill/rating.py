"""From registers and times to the lines of a bill, by the prices of a rate card."""

from fractions import Fraction

from basics import check, known, local, rounded

QUARTER = 15 * 60 * 1_000_000
MINUTES = {"used_minute", "booked_minute", "longer_minute", "busy_minute", "idle_minute",
           "operator_minute"}
ONCE = {"session", "setup"}
SOLD = {"material", "membership", "pack", "deposit"}  # never of a session
BASES = {"kwh", "piece", "minimum", "discount"} | MINUTES | ONCE | SOLD

COMPONENT = {"basis", "window", "price_e4", "label"}
COMPONENT_MAY = {"machine_kind", "price_class", "per", "unit", "increment", "scope", "income",
                 "tax_code", "taken_off", "tier_model", "tiers", "covers", "valid_days",
                 "refund_e4"}


def in_order(registers):
    places = {"start": 0, "stop": 2}
    return sorted(registers, key=lambda one: (one["channel"], places.get(one["edge"], 1),
                                              one["at"], one["value_wh"], one["edge"]))


def parts_of(session, issued, what):
    """(from, to, watt-hours) between every two registers of a meter."""
    registers = in_order(session["registers"])
    parts = []
    for before, after in zip(registers, registers[1:]):
        if before["channel"] != after["channel"]:
            continue
        rise = after["value_wh"] - before["value_wh"]
        if "part_wh" in after:
            check(after["least_wh"] <= after["part_wh"] <= after["most_wh"],
                  f"{what}: its part is not between the least and the most",
                  f"{what}: ভাগ সর্বনিম্ন ও সর্বোচ্চের বাইরে")
            rise = after["part_wh"]
        check(rise >= 0 and before["at"] <= after["at"], f"{what}: the meter ran backwards",
              f"{what}: মিটার উল্টো চলেছে")
        parts.append((before["at"], after["at"], rise))
    return parts


def is_peak(card, at, zone):
    here = local(at, zone)
    weekday = (here.weekday() + 1) % 7  # Sunday is the first
    if not card.get("peak_weekdays", 127) >> weekday & 1:
        return False
    if here.strftime("%Y-%m-%d") in [one["day"] for one in card.get("holidays", [])]:
        return False
    minute = here.hour * 60 + here.minute
    first, last = card["peak_from_minute"], card["peak_to_minute"]
    return first <= minute < last if first <= last else minute >= first or minute < last


def quarters(start, stop):
    """The interval cut at every quarter of an hour, where tariffs change."""
    while start < stop:
        end = min(stop, (start // QUARTER + 1) * QUARTER)
        yield start, end
        start = end


def without(stretches, gaps):
    """The stretches without the gaps."""
    for first, last in gaps:
        stretches = [piece for start, stop in stretches
                     for piece in ((start, min(stop, first)), (max(start, last), stop))
                     if piece[0] < piece[1]]
    return stretches


def length(stretches):
    return sum(stop - start for start, stop in stretches)


class Use:
    """What a session used, as prices ask for it: all of it, or what lies in `window`."""

    def __init__(self, card, session, issued, zone, what, window=None):
        self.card, self.session, self.zone, self.what = card, session, zone, what
        self.window = window or (min(issued["from"], session.get("booked_from") or issued["from"]),
                                 max(issued["to"], session.get("booked_to") or issued["to"]))
        self.whole = self.inside(issued["from"], issued["to"])
        self.parts = [part for part in parts_of(session, issued, what)
                      if window is None or window[0] <= part[0] < window[1]]
        last = issued["from"]
        for halt in session["halts"]:
            known(halt, {"from", "to", "reason"}, "halt")
            check(last <= halt["from"] <= halt["to"] <= issued["to"],
                  "a halt is not inside its session", "বিরতি কাজের সময়ের বাইরে")
            last = halt["to"]
        self.halts = [(halt["from"], halt["to"]) for halt in session["halts"]]
        self.running = without([self.whole], self.halts)

    def inside(self, start, stop):
        start = max(start, self.window[0])
        return start, max(start, min(stop, self.window[1]))

    def of(self, key):
        check(key in self.session, f"{self.what}: {key} is missing", f"{self.what}: {key} নেই")
        return self.session[key]

    def booked(self):
        """Booked time that could be used: whoever pauses pays for it all the same."""
        whole = self.whole
        if self.of("booked_from") is not None:
            whole = self.inside(self.of("booked_from"), self.of("booked_to"))
        theirs = [(halt["from"], halt["to"]) for halt in self.session["halts"]
                  if halt["reason"] != "person"]
        return without([whole], theirs)

    def busy(self):
        """When all meters together showed so much power, by the mean between registers."""
        moments = sorted({at for part in self.parts for at in part[:2]})
        found = []
        for first, last in zip(moments, moments[1:]):
            watts = sum(rise * 3_600_000_000 // (stop - start) for start, stop, rise in self.parts
                        if start <= first and last <= stop and start < stop)
            if watts > 0 and watts >= self.of("busy_above_w"):
                found.append((first, last))
        return found

    def times(self, basis):
        if basis == "booked_minute":
            return self.booked()
        if basis == "longer_minute":
            booked = self.booked()
            return booked if length(booked) > length(self.running) else self.running
        if basis == "operator_minute":
            return self.running if self.of("assisted") else []
        if basis == "idle_minute":
            return without(self.running, self.busy())
        if basis == "busy_minute":
            return without(self.busy(), self.halts)
        return self.running

    def seconds(self, basis, window):
        micros = sum(end - start for stretch in self.times(basis)
                     for start, end in quarters(*stretch) if self.holds(window, start))
        return micros // 1_000_000

    def holds(self, window, at):
        return window == "any" or (window == "peak") == is_peak(self.card, at, self.zone)

    def wh(self, window):
        return sum(rise for start, _, rise in self.parts if self.holds(window, start))

    def check_split(self):
        """Energy on both sides of a boundary of the tariff could not be told apart."""
        for _, stop, rise in self.parts:
            check(rise == 0 or stop <= self.window[1],
                  f"{self.what}: no register where the prices changed",
                  f"{self.what}: দর বদলের সময় মিটারের মান নেই")
        if not any(one["basis"] == "kwh" and one["window"] != "any"
                   for _, one in components_of(self.card, self)):
            return
        for start, stop, rise in self.parts:
            peaks = {is_peak(self.card, begin, self.zone) for begin, _ in quarters(start, stop)}
            check(rise == 0 or len(peaks) < 2,
                  f"{self.what}: no register at a boundary of the tariff",
                  f"{self.what}: ট্যারিফ বদলের সময় মিটারের মান নেই")

    def cut_short(self):
        return any(halt["to"] == self.whole[1] and halt["reason"] != "person"
                   for halt in self.session["halts"])

    def quantity(self, component):
        basis = component["basis"]
        if basis == "kwh":
            return self.wh(component["window"])
        if basis in MINUTES:
            return self.seconds(basis, component["window"])
        return (self.session["pieces"] or 0) if basis == "piece" else 1


def applies(component, use):
    if component["basis"] in SOLD or component.get("machine_kind", "") not in (
            "", use.session["machine_kind"]):
        return False
    of = component.get("price_class", "everybody")
    return of == "everybody" or of in use.of("classes").split()


def one_thing(component):
    return [component.get(key) or default for key, default in (
        ("basis", ""), ("window", ""), ("scope", "session"), ("machine_kind", ""), ("unit", ""),
        ("taken_off", ""))]


def components_of(card, use):
    """Those that hold for this session: of prices for one thing that of the first class."""
    for component in card["components"]:
        known(component, COMPONENT, f"rate card {card['name']}", COMPONENT_MAY)
        check(component["basis"] in BASES,
              f"rate card: {component['basis']} is not known to this program",
              f"দর: {component['basis']} এই প্রোগ্রাম চেনে না")
    mine = [(number, one) for number, one in enumerate(card["components"], 1)
            if applies(one, use) and one.get("scope", "session") == "session"]
    for number, one in mine:
        special = [other for other, that in mine if one_thing(that) == one_thing(one)
                   and that.get("price_class", "everybody") != "everybody"]
        if not special or min(special) == number:
            yield number, one


def per_of(component):
    basis = component["basis"]
    return component.get("per") or (1000 if basis == "kwh" else 60 if basis in MINUTES else 1)


def tiers_of(component, quantity):
    """(quantity, price, per) of each line."""
    model, tiers = component.get("tier_model", "none"), component.get("tiers", [])
    check(model in ("none", "graduated", "volume", "block"),
          f"rate card: {model} is not known to this program",
          f"দর: {model} এই প্রোগ্রাম চেনে না")
    if model == "none":
        return [(quantity, component["price_e4"], per_of(component))]
    found, below = [], 0
    for tier in tiers:
        if below >= quantity:
            break
        last = tier is tiers[-1]
        bound = quantity if tier.get("up_to") is None else tier["up_to"]
        if model == "graduated":
            found.append((min(bound, quantity) - below, tier["price_e4"], per_of(component)))
        if model == "volume" and (quantity <= bound or last):
            found.append((quantity, tier["price_e4"], per_of(component)))
        if model == "block":
            times = -(-(quantity - below) // (bound - below)) if last else 1
            found.append((times, tier["price_e4"], 1))
        below = bound
    return found


def account_of(component):
    basis = component["basis"]
    usual = {"kwh": "income:electricity", "operator_minute": "income:operator",
             "setup": "income:setup", "discount": "contra:discount"}
    return component.get("income") or usual.get(basis, "income:machine-time")


def discounts(found, mine, card):
    """One for each tax code of what it takes off."""
    more = []
    for number, one in mine:
        if one["basis"] != "discount":
            continue
        bases = {}
        for _, term, _, _, amount, _ in found:
            if one.get("taken_off", "") in ("", account_of(term)):
                code = term.get("tax_code", "")
                bases[code] = bases.get(code, 0) + amount
        for code in sorted(bases):
            amount = -rounded(Fraction(one["price_e4"], 10_000) * bases[code])
            if amount:
                more.append((number, {**one, "tax_code": code}, bases[code], one["price_e4"],
                             amount, card))
    return found + more


FLOWING = {"kwh"} | MINUTES


def used(use, later):
    """What is measured or asked once; a version that began during the session asks for what flows
    alone."""
    use.check_split()
    found = []
    for number, one in components_of(use.card, use):
        if one["basis"] in ("minimum", "discount") or (later and one["basis"] not in FLOWING):
            continue
        quantity = use.quantity(one)
        step = one.get("increment") or 1
        quantity = -(-quantity // step) * step
        for part, price, per in tiers_of(one, quantity) if quantity else []:
            found.append((number, one, part, price,
                          rounded(Fraction(price, 10_000) * part / per), use.card))
    return found


def terms_of(versions, session, issued, zone, what):
    """[component's number, component, quantity, price, amount, card] as they should be on the bill.

    `versions`: (from, card) in order; the first holds from the beginning, each later one from its
    moment on. What is asked of the whole is asked by the first.
    """
    card = versions[0][1]
    use = Use(card, session, issued, zone, what)
    found = []
    for place, (since, version) in enumerate(versions):
        start = use.window[0] if place == 0 else since
        end = versions[place + 1][0] if place + 1 < len(versions) else use.window[1]
        window = (start, end) if len(versions) > 1 else None
        found += used(Use(version, session, issued, zone, what, window), place > 0)
    mine = list(components_of(card, use))
    discount_first = card.get("discount_order") == "before_minimum"
    if discount_first:
        found = discounts(found, mine, card)
    for number, one in mine:
        sofar = sum(term[4] for term in found)
        least = rounded(Fraction(one["price_e4"], 10_000))
        # No minimum is asked of work that a fault or an outage ended.
        if one["basis"] == "minimum" and least > sofar and not use.cut_short():
            found.append((number, one, 1, one["price_e4"], least - sofar, card))
    return found if discount_first else discounts(found, mine, card)
