"""Holds deploy/check_bill against real evidence files, and against each of them forged.

    forged_bills.py FILE...

A forger who knows what he does hashes his text anew: those forgeries must be found by the
arithmetic, or at the end of the series. Every forgery must be refused for the reason that is named,
and fit at least one of the files.
"""

import copy
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "deploy" / "check_bill"))

from basics import Fault  # noqa: E402
from check_bill import check_file  # noqa: E402


class Forged:
    """A copy of a file to do something to; `bill` is the text that the hash is of."""

    def __init__(self, file):
        self.file = copy.deepcopy(file)
        self.bill = json.loads(file["text"])
        self.rehashed = True

    def text(self):
        self.file["text"] = json.dumps(self.bill, ensure_ascii=False, separators=(",", ":"))
        if self.rehashed:
            chain = self.file["previous_hash"] + "\n" + self.file["text"]
            self.file["hash"] = hashlib.sha256(chain.encode()).hexdigest()
            if self.file["chain"]["last_number"] == self.file["series_number"]:
                self.file["chain"]["last_hash"] = self.file["hash"]
        return json.dumps(self.file)

    def line(self, basis):
        return next(line for line in self.bill["lines"] if line["basis"] == basis)

    def registers(self, edge):
        """The same register, in the file and in the bill."""
        for mine, theirs in zip(self.file["sessions"], self.bill["sessions"]):
            for one in mine["registers"]:
                if one["edge"] == edge:
                    return one, next((their for their in theirs["registers"]
                                      if their["edge"] == edge and their["at"] == one["at"]), {})
        raise StopIteration

    def item(self):
        return self.bill.get("items", [])[0]

    def tax(self):
        """The taxes of a bill that has any."""
        return [tax for tax in [self.bill.get("tax", {})] if tax.get("lines")][0]

    def halts(self):
        return next(one["halts"] for one in self.file["sessions"] if one["halts"])

    def halt(self):
        return self.halts()[0]


def plain(change):
    def forge(forged):
        forged.rehashed = False
        change(forged)
    return forge


def both(edge, key, value):
    def forge(forged):
        for one in forged.registers(edge):
            one[key] = value(one[key]) if callable(value) else value
    return forge


def card(forged):
    return forged.file["rate_cards"][0]


def component(forged, basis):
    return next(one for one in card(forged)["components"] if one["basis"] == basis)


def raise_total(forged):
    forged.bill["total"] += 100
    forged.file["total_poisha"] += 100


def raise_line(forged):
    forged.line("kwh")["amount"] += 100
    raise_total(forged)


def drop_line(forged):
    gone = forged.bill["lines"].pop()
    forged.bill["total"] -= gone["amount"]
    forged.file["total_poisha"] -= gone["amount"]


def drop_minimum(forged):
    gone = forged.line("minimum")
    forged.bill["lines"].remove(gone)
    forged.bill["total"] -= gone["amount"]
    forged.file["total_poisha"] -= gone["amount"]


def swap_versions(forged):
    """The lines of two versions of the prices change places."""
    versions = {line["rate_card"]: line for line in forged.bill["lines"]}
    first, last = [*versions.values()][:2] if len(versions) > 1 else [][0]
    first["rate_card"], last["rate_card"] = last["rate_card"], first["rate_card"]


def drop_version(forged):
    [][0] if len(forged.file["rate_cards"]) < 2 else forged.file["rate_cards"].pop()


def of_note(change):
    def forge(forged):
        change(forged) if "original" in forged.file else [][0]
    return forge


FORGERIES = [
    ("versions of the prices", swap_versions, "version of the prices is"),
    ("a version left out", drop_version, "rate cards are not those"),
    ("bill of a note", of_note(lambda f: f.file.pop("original")), "its bill or the notes"),
    ("another bill of a note", of_note(lambda f: f.file["original"].update(
        text=f.file["original"]["text"].replace("Kamalpur", "Kanakpur"), hash="0" * 64)),
     "not that of the text"),
    ("note before it", lambda f: f.file.get("earlier", []).pop(), "its tax is"),
    ("note after it", of_note(lambda f: f.file["earlier"].append(
        {key: f.file[key] for key in ("text", "previous_hash", "hash")})
        or setattr(f, "rehashed", False)), "not in order"),
    ("line of a note", of_note(lambda f: f.item()["refers"].update(line=99)),
     "no line of its bill"),
    ("rate of a note", of_note(lambda f: f.tax()["lines"][0].update(rate_e4=1_000)),
     "another rate of tax"),
    ("bin of a note", of_note(lambda f: f.tax().update(bin="2-2")), "another tax than its bill"),
    ("name", plain(lambda f: f.bill["buyer"].update(name_en="Other")), "not that of the text"),
    ("address", plain(lambda f: f.bill["seller"].update(address_bn="x")), "not that of the text"),
    ("hash", plain(lambda f: f.file.update(hash="0" * 64)), "not that of the text"),
    ("previous hash", plain(lambda f: f.file.update(previous_hash="0" * 64)),
     "not that of the text"),
    ("another text for the last bill", lambda f: f.file["chain"].update(
        last_hash=f.file["hash"], last_number=f.file["series_number"])
     or setattr(f, "rehashed", False) or f.bill.update(period="2026-01"), "not that of the text"),
    ("series too short", lambda f: f.file["chain"].update(last_number=0), "ends before this bill"),
    ("end of the series", plain(lambda f: f.file["chain"].update(
        last_number=f.file["series_number"], last_hash="0" * 64)), "end of the series"),
    ("number", lambda f: f.bill.update(number="X/1"), "number is not the bill's"),
    ("series number", lambda f: f.file.update(series_number=2 + f.file["series_number"]) or
     f.file["chain"].update(last_number=9, last_hash=""),
     ("only the first", "not that of its series")),
    ("total of the file", lambda f: f.file.update(total_poisha=1), "total is not the bill's"),
    ("total", raise_total, "the total is Tk"),
    ("amount", raise_line, "its amount is"),
    ("line", drop_line, "it should have"),
    ("minimum", drop_minimum, "it should have"),
    ("quantity", lambda f: f.line("kwh").update(quantity=f.line("kwh")["quantity"] + 1),
     "its quantity is"),
    ("price on the bill", lambda f: f.line("kwh").update(price_e4=1), "its price is"),
    ("price of the card", lambda f: component(f, f.line("kwh")["basis"]).update(
        price_e4=1), "its price is"),
    ("minimum of the card", lambda f: component(f, "minimum").update(
        price_e4=900_000_000 if f.line("minimum") else 0),
     ("its price is", "it should have")),
    ("label", lambda f: f.line("kwh").update(label_bn="x"), "its name is"),
    ("card", lambda f: card(f).update(version=9), "rate cards are not those"),
    ("card that begins later", lambda f: card(f).update(
        effective_from="2027-01-01T00:00:00+06:00"), "its prices began later"),
    ("peak", lambda f: card(f).update(
        peak_from_minute=0, peak_to_minute=1440 if f.line("kwh") else 0), "it should have"),
    ("value", lambda f: f.registers("stop")[0].update(value_wh=1), "registers are not those"),
    ("value on both", both("stop", "value_wh", lambda wh: wh + 1),
     "words do not say the value"),
    ("words", lambda f: f.registers("stop")[0].update(words="FFFF FFFF"),
     "registers are not those"),
    ("words on both", both("stop", "words", "FFFF FFFF"), "words do not say the value"),
    ("no words", both("stop", "words", ""), "there are no words"),
    ("form", lambda f: f.registers("stop")[0].update(form="u32 little 1/1 @3:0"),
     "words do not say the value"),
    ("form unknown", lambda f: f.registers("stop")[0].update(form="u96 big 1/1"), "is not known"),
    ("carried", lambda f: f.registers("stop")[0].update(carried_wh=1),
     "words do not say the value"),
    ("boundary", lambda f: f.registers("boundary")[0].update(
        value_wh=f.registers("boundary")[0]["value_wh"] - 1), "words do not say the value"),
    ("halt", lambda f: f.halt().update({"to": f.halt()["to"] - 60_000_000}), "its quantity is"),
    ("no halt", lambda f: f.halts().clear(), "its quantity is"),
    ("halt outside", lambda f: f.halt().update({"from": 0}), "not inside its session"),
    ("pieces", lambda f: next(one for one in f.file["sessions"] if one["pieces"]).update(
        pieces=99), "its quantity is"),
    ("machine", lambda f: next(one for one in f.file["sessions"] if one["pieces"]).update(
        machine_kind="lathe"), "it should have"),
    ("session", lambda f: f.file["sessions"].pop(), "sessions are not those"),
    ("currency", lambda f: f.bill.update(currency="USD"), "taka"),
    ("unknown in the bill", lambda f: f.bill.update(surcharge=0), "surcharge is not known"),
    ("unknown in a line", lambda f: f.line("kwh").update(tier=1), "tier is not known"),
    ("unknown in the card", lambda f: component(f, "kwh").update(surge=2), "surge is not known"),
    ("unknown basis", lambda f: component(f, "kwh").update(basis="idle"), "idle is not known"),
    ("unknown in the file", lambda f: f.file.update(discount=1), "discount is not known"),
    ("tax", lambda f: f.tax()["lines"][0].update(tax=9), "its tax is"),
    ("rate of tax", lambda f: f.tax()["lines"][0].update(rate_e4=1),
     ("its tax is", "another rate of tax")),
    ("tax of a line", lambda f: f.tax()["lines"].pop(), "not every line has its tax"),
    ("tax within the prices", lambda f: f.tax().update(inclusive=True),
     ("its tax is", "another tax than its bill")),
    ("no tax", lambda f: f.tax() and f.bill.pop("tax"),
     ("the total is Tk", "another tax than its bill")),
    ("regime", lambda f: f.tax().update(regime="sales"),
     ("sales, line is not known", "another tax than its bill")),
    ("unknown in the tax", lambda f: f.tax().update(duty=0),
     ("duty is not known", "another tax than its bill")),
    ("amount of an item", lambda f: f.item().update(amount=1), "its amount is"),
    ("quantity of an item", lambda f: f.item().update(quantity=7), "its amount is"),
    ("unknown in an item", lambda f: f.item().update(discount=0), "discount is not known"),
    ("number of a line", lambda f: f.item().update(line=9), "not numbered in order"),
    ("what a credit note refers to", lambda f: f.bill.pop("refers_to")
     if "refers_to" in f.bill else [][0], "credit note"),
    ("no item", lambda f: f.item() and f.bill.pop("items"), ""),
    ("missing", lambda f: f.file.pop("chain"), ""),
    ("kind", lambda f: f.bill.update(kind="debit_note"), "debit_note is not known"),
    ("a version to come", lambda f: f.file.update(version=2), "not a version"),
    ("half a poisha", lambda f: f.bill.update(total=0.5), "not a whole number"),
]


def said(text):
    """What is wrong with it; None when all holds."""
    try:
        check_file(text)
    except Fault as fault:
        assert fault.bangla and fault.bangla != fault.english, fault.english
        return fault.english
    return None


def main(names):
    faults = []
    files = [json.loads(Path(name).read_text(encoding="utf-8")) for name in names]
    for name, file in zip(names, files):
        if found := said(json.dumps(file)):
            faults.append(f"{name}: {found}")
        if Forged(file).text() and json.loads(Forged(file).text())["hash"] != file["hash"]:
            faults.append(f"{name}: written anew its hash is another")
    for what, forge, reason in FORGERIES:
        fits = 0
        for name, file in zip(names, files):
            forged = Forged(file)
            try:
                forge(forged)
            except (StopIteration, IndexError):  # nothing of the kind is on this bill
                continue
            fits += 1
            found = said(forged.text() if "chain" in forged.file else json.dumps(forged.file))
            reasons = (reason,) if isinstance(reason, str) else reason
            if found is None or not any(one in found for one in reasons):
                faults.append(f"{name}, {what}: {found}")
        if not fits:
            faults.append(f"{what}: fits no file")
    print(*faults, f"{len(files)} bills, {len(FORGERIES)} forgeries, {len(faults)} faults",
          sep="\n")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
