#!/usr/bin/env python3
"""Works a bill out again from its evidence file, without the program that wrote it.

    python3 check_bill.py FILE...

The file is what "What it rests on" gives on the page of a final bill. Nothing has to be installed,
and no network is needed. It says in Bangla and in English what holds, or the first thing that does
not; what it does not know it refuses, it leaves nothing out.

From the words of each meter register to watt-hours, from those and the times to quantities, from
quantities and prices to lines, from lines and taxes to the total; and the hash over all of it.
Money is in poisha, prices are 10^-4 poisha, times are microseconds since 1970. Fractions are exact;
each line is rounded once, half away from zero.
"""

import hashlib
import json
import struct
import sys
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from basics import EPOCH, Fault, bn, check, known, local, once, rounded, taka
from rating import per_of, terms_of

FILE = {"format", "version", "number", "series_number", "total_poisha", "text", "previous_hash",
        "hash", "chain", "rate_cards", "sessions", "arithmetic"}
FILE_MAY = {"original", "earlier"}
ISSUED = {"text", "previous_hash", "hash"}
TEXT = {"number", "issued_at", "period", "seller", "buyer", "rate_cards", "sessions", "lines",
        "total", "currency"}
TEXT_MAY = {"kind", "refers_to", "reason", "items", "tax"}
CARD = {"id", "name", "version", "effective_from", "effective_to", "peak_from_minute",
        "peak_to_minute", "source", "components"}
CARD_MAY = {"peak_weekdays", "holidays", "price_lock", "discount_order"}
SESSION = {"id", "machine_kind", "pieces", "halts", "registers"}
SESSION_MAY = {"classes", "booked_from", "booked_to", "assisted", "busy_above_w"}
REGISTER = {"channel", "edge", "at", "value_wh", "carried_wh", "words", "form", "quality",
            "method"}
PARTS = {"part_wh", "least_wh", "most_wh"}
ISSUED_SESSION = {"id", "machine_en", "machine_bn", "piece_unit", "from", "to", "registers"}
ISSUED_REGISTER = {"edge", "at", "value_wh", "words", "meter", "quality", "method"}
ISSUED_PARTS = PARTS | {"split", "weight", "weights"}
LINE = {"line", "session", "rate_card", "component", "label_en", "label_bn", "basis", "window",
        "quantity", "price_e4", "amount", "quality"}
LINE_MAY = {"per", "unit", "income"}
ITEM = {"line", "item", "source", "source_id", "at", "label_en", "label_bn", "quantity", "unit",
        "per", "price_e4", "amount", "income", "sector", "subsidy", "note"}
DRAW = {"line", "pack", "basis", "held", "quantity", "left", "amount", "drawn_at"}
TAX = {"regime", "rounding", "inclusive", "bin", "lines"}
LINE_TAX = {"code", "rate_e4", "tax"}
REFERS = {"number", "issued_at", "line"}


# ------------------------------------------------------------------ the chain


def check_hash(file):
    text = file["previous_hash"] + "\n" + file["text"]
    check(hashlib.sha256(text.encode("utf-8")).hexdigest() == file["hash"],
          "the hash is not that of the text: text, hash or previous hash was changed",
          "হ্যাশ লেখার সঙ্গে মেলে না: লেখা, হ্যাশ বা আগের হ্যাশ বদলানো হয়েছে")


def check_chain(file):
    check_hash(file)
    chain, number = file["chain"], file["series_number"]
    known(chain, {"series", "fiscal_year", "last_number", "last_hash"}, "chain")
    check((number == 1) == (file["previous_hash"] == ""),
          "only the first bill of a series has no previous hash",
          "শুধু প্রথম বিলের আগের হ্যাশ থাকে না")
    check(chain["last_number"] >= number, "the series ends before this bill",
          "ধারা এই বিলের আগেই শেষ")
    check((chain["last_number"] == number) == (chain["last_hash"] == file["hash"]),
          "the end of the series is not this bill's hash",
          "ধারার শেষ হ্যাশ এই বিলের সঙ্গে মেলে না")


def check_head(file, bill):
    check(bill["currency"] == "BDT", "not a bill in taka", "টাকার বিল নয়")
    check(bill["number"] == file["number"], "the number is not the bill's",
          "নম্বর বিলের সঙ্গে মেলে না")
    check(file["number"].endswith(f"/{file['chain']['fiscal_year']}/{file['series_number']:06}"),
          "the number is not that of its series", "নম্বর ধারার সঙ্গে মেলে না")
    check(bill["total"] == file["total_poisha"], "the total is not the bill's",
          "মোট বিলের সঙ্গে মেলে না")
    known(bill["seller"], {"id", "name_en", "name_bn", "address_en", "address_bn", "zone"},
          "seller")
    known(bill["buyer"], {"id", "name_en", "name_bn", "place"}, "buyer", {"bin"})


# ------------------------------------------------------------------ from words to watt-hours


def bits_of(words, form, what):
    number = 0
    types = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "u64": 4, "s64": 4, "f32": 2, "f64": 4,
             "bcd16": 1, "bcd32": 2}
    count = types.get(form[0])
    check(count is not None and len(words) == count and form[1] in ("big", "little"),
          f"{what}: the form {' '.join(form)} is not known to this program",
          f"{what}: {' '.join(form)} গঠন এই প্রোগ্রাম চেনে না")
    if "swapped" in form:
        words = [word >> 8 | (word & 255) << 8 for word in words]
    for word in words if form[1] == "big" else reversed(words):
        number = number << 16 | word
    return number, count * 16


def decoded(register, what):
    """What the words say in watt-hours."""
    form = register["form"].split()
    words = [int(word, 16) for word in register["words"].split()]
    form = [word for word in form if not word.startswith("@")]
    check(len(form) == 3 or form[3:] == ["swapped"],
          f"{what}: the form {register['form']} is not known to this program",
          f"{what}: {register['form']} গঠন এই প্রোগ্রাম চেনে না")
    bits, size = bits_of(words, form, what)
    kind = form[0][0]
    if kind == "s" and bits >> (size - 1):
        bits -= 1 << size
    value = Fraction(bits)
    if kind == "f":
        layout = (">I", ">f") if size == 32 else (">Q", ">d")
        value = Fraction(struct.unpack(layout[1], struct.pack(layout[0], bits))[0])
    if kind == "b":
        value = Fraction(int(f"{bits:x}"))
    return rounded(value * Fraction(form[2]))


def check_words(register, what):
    """True if there were words to check."""
    if register["words"] == "":
        check(register["method"] != "read", f"{what}: it was read, but there are no words",
              f"{what}: পড়া হয়েছে, কিন্তু মূল শব্দ নেই")
        return False
    if register["form"] == "":
        return False
    told = register["value_wh"] - register["carried_wh"]
    check(decoded(register, what) == told, f"{what}: the words do not say the value",
          f"{what}: মিটারের শব্দ ও মান মেলে না")
    return True


def told(register):
    keys = ("edge", "at", "value_wh", "words", "quality", "method", *sorted(PARTS))
    return tuple(register.get(key) for key in keys)


def check_registers(session, issued, what):
    """The file's registers are those of the bill, and boundaries between them."""
    known(issued, ISSUED_SESSION, what)
    for one in issued["registers"]:
        known(one, ISSUED_REGISTER, what, ISSUED_PARTS)
    for one in session["registers"]:
        known(one, REGISTER, what, PARTS)
    shared = {one["channel"] for one in session["registers"] if "part_wh" in one}
    ours = [told(one) for one in session["registers"]
            if one["edge"] != "boundary" or one["channel"] in shared]
    check(sorted(ours, key=str) == sorted(map(told, issued["registers"]), key=str),
          f"{what}: its registers are not those of the bill",
          f"{what}: মিটারের মান বিলের সঙ্গে মেলে না")
    return sum(check_words(one, f"{what}, {one['edge']}") for one in session["registers"])


def check_lines(lines, expected, what):
    check(len(lines) == len(expected), f"{what}: it should have {len(expected)} lines",
          f"{what}: {bn(len(expected))}টি সারি হওয়ার কথা")
    for line, (sequence, component, quantity, price, amount, card) in zip(lines, expected):
        here = f"line {line['line']}"
        there = f"সারি {bn(line['line'])}"
        for name, value, english, bangla in (
                ("rate_card", card["id"], "version of the prices", "দরের সংস্করণ"),
                ("component", sequence, "component", "দরের ধারা"),
                ("basis", component["basis"], "basis", "হিসাবের ভিত্তি"),
                ("window", component["window"], "window", "সময়"),
                ("label_en", component["label"]["en"], "name", "নাম"),
                ("label_bn", component["label"]["bn"], "name", "নাম"),
                ("price_e4", price, "price", "দর"),
                ("quantity", quantity, "quantity", "পরিমাণ"),
                ("amount", amount, "amount", "টাকা")):
            check(line[name] == value,
                  f"{here}: its {english} is {line[name]}, worked out {value}",
                  f"{there}: {bangla} {bn(line[name])}, হিসাবে {bn(value)}")


def micros_of(text):
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def versions_of(cards, lines, issued, what):
    """(from, card) of each version that a session is charged by, the first one first."""
    began = {one["id"]: micros_of(one["effective_from"]) for one in cards.values()}
    of_lines = {line["rate_card"] for line in lines}
    before = [one for one in of_lines if began[one] <= issued["from"]]
    if not before:  # the version of the beginning charges nothing
        before = sorted((one for one in cards if began[one] <= issued["from"]
                         and cards[one].get("price_lock") == "at_use"), key=began.get)[-1:]
    check(len(before) == 1, f"{what}: its prices began later", f"{what}: দর পরে শুরু হয়েছে")
    first = cards[before[0]]
    later = []
    if first.get("price_lock") == "at_use":
        later = sorted((since, one) for one, since in began.items()
                       if issued["from"] < since < issued["to"])
    versions = [(began[first["id"]], first), *((since, cards[one]) for since, one in later)]
    check(of_lines <= {card["id"] for _, card in versions},
          f"{what}: prices of a version that did not hold",
          f"{what}: যে দর তখন চালু ছিল না")
    return versions


def check_sessions(file, bill):
    """Every line of metered use; returns how many registers had words to check."""
    zone = ZoneInfo(bill["seller"]["zone"])
    cards = {card["id"]: card for card in file["rate_cards"]}
    for card in file["rate_cards"]:
        known(card, CARD, "rate card", CARD_MAY)
    named = [(one["id"], one["name"], one["version"]) for one in bill["rate_cards"]]
    kept = [(one["id"], one["name"], one["version"]) for one in cards.values()]
    check(set(named) <= set(kept) and len(set(named)) == len(named),
          "the rate cards are not those of the bill", "দরের তালিকা বিলের সঙ্গে মেলে না")
    check([one["id"] for one in file["sessions"]] == [one["id"] for one in bill["sessions"]],
          "the sessions are not those of the bill", "কাজগুলো বিলের সঙ্গে মেলে না")
    words, seen, charging = 0, 0, set()
    for session, issued in zip(file["sessions"], bill["sessions"]):
        known(session, SESSION, "session", SESSION_MAY)
        what = f"{issued['machine_en']} {local_text(issued['from'], zone)}"
        words += check_registers(session, issued, what)
        lines = [line for line in bill["lines"] if line["session"] == session["id"]]
        for line in lines:
            known(line, LINE, f"line {line.get('line')}", LINE_MAY)
        check(lines and {line["rate_card"] for line in lines} <= cards.keys(),
              f"{what}: its rate cards are not those of the file",
              f"{what}: দরের তালিকা ফাইলে নেই")
        versions = versions_of(cards, lines, issued, what)
        charging |= {card["id"] for _, card in versions}
        check_lines(lines, terms_of(versions, session, issued, zone, what), what)
        seen += len(lines)
    check(charging == cards.keys(), "the rate cards are not those of the bill",
          "দরের তালিকা বিলের সঙ্গে মেলে না")
    check(seen == len(bill["lines"]), "a line is of no session", "একটি সারি কোনো কাজের নয়")
    return words


def local_text(micros, zone):
    return local(micros, zone).strftime("%Y-%m-%d %H:%M")


# ------------------------------------------------------------------ from lines to the total


def check_items(bill):
    for item in bill.get("items", []):
        what = f"line {item.get('line')}"
        known(item, ITEM, what, {"refers"})
        if "refers" in item:
            known(item["refers"], REFERS, what)
        amount = rounded(Fraction(item["price_e4"], 10_000) * item["quantity"] / item["per"])
        check(item["amount"] == amount,
              f"{what}: its amount is {item['amount']}, worked out {amount}",
              f"সারি {bn(item['line'])}: টাকা {bn(item['amount'])}, হিসাবে {bn(amount)}")


def check_draws(draws, bill):
    """What packs paid: never more than a line asks for, nor than was left, and each as a line."""
    lines = {line["line"]: line for line in bill["lines"]}
    rest = {number: line["quantity"] for number, line in lines.items()}
    due = {number: line["amount"] for number, line in lines.items()}
    told = {item["source_id"]: item for item in bill.get("items", [])
            if item["source"] == "adjustment" and item["source_id"].startswith("pack/")}
    for draw in draws:
        known(draw, DRAW, "draw")
        number = draw["line"]
        check(number in lines and lines[number]["basis"] == draw["basis"],
              f"line {number}: its pack does not pay for that",
              f"সারি {bn(number)}: প্যাক এর জন্য নয়")
        line = lines[number]
        rest[number] -= draw["quantity"]
        after = rounded(Fraction(line["price_e4"], 10_000) * rest[number] / per_of(line))
        due[number] -= draw["amount"]
        check(draw["quantity"] > 0 and rest[number] >= 0 and draw["left"] >= 0 and
              draw["quantity"] + draw["left"] <= draw["held"],
              f"line {number}: more is drawn than there is",
              f"সারি {bn(number)}: যা আছে তার চেয়ে বেশি নেওয়া হয়েছে")
        # Of what a discount takes off no pack pays: then less is drawn, never more.
        check(draw["amount"] > 0 and due[number] >= after,
              f"line {number}: its pack pays more than it is worth",
              f"সারি {bn(number)}: প্যাক থেকে দামের চেয়ে বেশি নেওয়া হয়েছে")
        mine = [key for key in told if key.startswith(f"pack/{line['session']}/") and
                f"/{draw['pack']}/" in key and told[key]["amount"] == -draw["amount"]]
        check(mine, f"line {number}: what its pack pays is no line of the bill",
              f"সারি {bn(number)}: প্যাক যা দেয় তা বিলে নেই")
        told.pop(mine[0])
    check(not told, "a pack pays a line, but nothing was drawn",
          "প্যাক থেকে কিছু নেওয়া হয়নি, অথচ বিলে আছে")


def exact_tax(amount, rate, inclusive):
    share = Fraction(rate, 10_000)
    return amount * share / (1 + share) if inclusive else amount * share


def taxes(amounts, tax):
    """One for each line: rounded line by line, or all of a rate at once."""
    exact = [exact_tax(amount, line["rate_e4"], tax["inclusive"])
             for amount, line in zip(amounts, tax["lines"])]
    if tax["rounding"] == "line":
        return [rounded(one) for one in exact]
    found = [0] * len(exact)
    for rate in {line["rate_e4"] for line in tax["lines"]}:
        group = [i for i, line in enumerate(tax["lines"]) if line["rate_e4"] == rate]
        for i in group:
            found[i] = int(exact[i] // 1)
        rest = rounded(sum(exact[i] for i in group)) - sum(found[i] for i in group)
        group.sort(key=lambda i: (-(exact[i] - found[i]), i))
        for i in group[:rest]:
            found[i] += 1
    return found


def issued_text(one, what):
    """The bill or note in a text, as its hash vouches for it."""
    known(one, ISSUED, what)
    check_hash(one)
    return json.loads(one["text"], object_pairs_hook=once)


def rows_of(bill):
    return {row["line"]: row for row in [*bill["lines"], *bill.get("items", [])]}


def given_tax(row, tax, inclusive, given):
    """The tax of so much of a line: by its rate, of the whole line exactly the line's."""
    if given < row["amount"]:
        return min(rounded(exact_tax(given, tax["rate_e4"], inclusive)), tax["tax"])
    return tax["tax"] + rounded(exact_tax(given - row["amount"], tax["rate_e4"], inclusive))


def credited(file, bill):
    """The taxes of a credit note's lines, by its bill and the notes before it."""
    check(FILE_MAY <= file.keys(), "credit note: its bill or the notes before it are missing",
          "ক্রেডিট নোট: মূল বিল বা আগের নোট নেই")
    original = issued_text(file["original"], "original")
    number, at = original["number"], original["issued_at"]
    tax = original.get("tax", {"lines": []})
    rows, given = rows_of(original), {}
    numbers = []
    for note in [*(issued_text(one, "earlier note") for one in file["earlier"]), bill]:
        numbers.append(note["number"])
        check(note.get("kind") == "credit_note" and note["refers_to"]["number"] == number
              and note["refers_to"]["issued_at"] == at and note["buyer"]["id"] ==
              original["buyer"]["id"] and original.get("kind", "invoice") == "invoice",
              "credit note: it is not of this bill", "ক্রেডিট নোট: এই বিলের নয়")
        due = []
        for item in note["items"]:
            refers = item["refers"]
            check(refers["number"] == number and refers["issued_at"] == at
                  and refers["line"] in rows, "credit note: it refers to no line of its bill",
                  "ক্রেডিট নোট: মূল বিলের সারি নয়")
            if tax["lines"]:
                line = tax["lines"][refers["line"] - 1]
                amount, before = given.get(refers["line"], (0, 0))
                amount += item["amount"]
                after = given_tax(rows[refers["line"]], line, tax["inclusive"], amount)
                given[refers["line"]] = (amount, after)
                due.append({"code": line["code"], "rate_e4": line["rate_e4"],
                            "tax": after - before})
    check(numbers == sorted(set(numbers)), "credit note: the notes before it are not in order",
          "ক্রেডিট নোট: আগের নোটের ক্রম ঠিক নেই")
    mine = bill.get("tax", {"lines": []})
    check({**mine, "lines": []} == {**tax, "lines": []}, "credit note: another tax than its bill",
          "ক্রেডিট নোট: মূল বিলের কর নয়")
    for line, of in zip(mine["lines"], due):
        check((line["code"], line["rate_e4"]) == (of["code"], of["rate_e4"]),
              "credit note: another rate of tax than its line",
              "ক্রেডিট নোট: সারির করের হার নয়")
    return [of["tax"] for of in due]


def check_total(file, bill):
    check_items(bill)
    note = bill.get("kind") == "credit_note"
    due = credited(file, bill) if note else None
    rows = [*bill["lines"], *bill.get("items", [])]
    check([row["line"] for row in rows] == list(range(1, len(rows) + 1)),
          "the lines are not numbered in order", "সারির ক্রমিক ঠিক নেই")
    total = sum(row["amount"] for row in rows)
    if "tax" in bill:
        total += check_tax(bill["tax"], [row["amount"] for row in rows], due)
    check(total == bill["total"],
          f"the total is Tk {taka(bill['total'])}, worked out Tk {taka(total)}",
          f"মোট ৳{bn(taka(bill['total']))}, হিসাবে ৳{bn(taka(total))}")


def check_tax(tax, amounts, given):
    """What the taxes add to the lines; `given`: what those of a credit note must be."""
    known(tax, TAX, "tax")
    check(tax["regime"] in ("vat", "turnover") and tax["rounding"] in ("line", "invoice"),
          f"tax: {tax['regime']}, {tax['rounding']} is not known to this program",
          f"কর: {tax['regime']}, {tax['rounding']} এই প্রোগ্রাম চেনে না")
    if tax["regime"] == "turnover":
        check(tax["lines"] == [], "a bill of turnover tax has no tax on its lines",
              "টার্নওভার করের বিলে সারিতে কর থাকে না")
        return 0
    check(len(tax["lines"]) == len(amounts), "not every line has its tax", "সব সারির কর নেই")
    for line in tax["lines"]:
        known(line, LINE_TAX, "tax")
    expected = taxes(amounts, tax) if given is None else given
    for number, (line, due) in enumerate(zip(tax["lines"], expected), 1):
        check(line["tax"] == due, f"line {number}: its tax is {line['tax']}, worked out {due}",
              f"সারি {bn(number)}: কর {bn(line['tax'])}, হিসাবে {bn(due)}")
    return 0 if tax["inclusive"] else sum(line["tax"] for line in tax["lines"])


def check_kind(bill):
    kind = bill.get("kind", "invoice")
    check(kind in ("invoice", "credit_note"), f"{kind} is not known to this program",
          f"{kind} এই প্রোগ্রাম চেনে না")
    if kind == "credit_note":
        known(bill.get("refers_to"), REFERS, "credit note")
        check(not bill["lines"] and bill.get("items"), "a credit note has no metered lines",
              "ক্রেডিট নোটে মিটারের সারি থাকে না")
        for item in bill["items"]:
            check("refers" in item and item["amount"] > 0,
                  "a line of a credit note gives back nothing",
                  "ক্রেডিট নোটের সারি কিছু ফেরত দেয় না")


# ------------------------------------------------------------------ the file


def check_file(text):
    """What holds, in English and in Bangla."""
    try:
        file = json.loads(text, object_pairs_hook=once)
        check(isinstance(file, dict) and file.get("format") == "karkhana-bill-evidence",
              "not an evidence file", "এটি প্রমাণের ফাইল নয়")
        check(file.get("version") == 1, "not a version that this program knows",
              "এই সংস্করণ এই প্রোগ্রাম চেনে না")
        known(file, FILE, "file", FILE_MAY | {"draws"})
        check_chain(file)
        bill = json.loads(file["text"], object_pairs_hook=once)
        known(bill, TEXT, "bill", TEXT_MAY)
        check_head(file, bill)
        check_kind(bill)
        words = check_sessions(file, bill)
        check_draws(file.get("draws", []), bill)
        check_total(file, bill)
    except Fault:
        raise
    except Exception as what:  # whatever it is, the file does not prove the bill
        raise Fault(f"the file cannot be read: {what!r}", f"ফাইলটি পড়া যায় না: {what!r}") from what
    lines = len(bill["lines"]) + len(bill.get("items", []))
    zone = ZoneInfo(bill["seller"]["zone"])
    day = local_text(bill["issued_at"], zone)
    return [
        (f"Bill {bill['number']} of {day}, for {bill['buyer']['name_en']}: everything holds.",
         f"বিল {bill['number']}, {bn(day)}, {bill['buyer']['name_bn']}: সব ঠিক আছে।"),
        (f"Worked out again: {words} registers from the words of the meter, {lines} lines, "
         f"total Tk {taka(bill['total'])}.",
         f"নতুন করে হিসাব: মিটারের শব্দ থেকে {bn(words)}টি মান, {bn(lines)}টি সারি, "
         f"মোট ৳{bn(taka(bill['total']))}।"),
        (f"Hash {file['hash']}", f"হ্যাশ {file['hash']}")]


def main(names):
    if not names:
        print(__doc__)
        return 2
    status = 0
    for name in names:
        try:
            with open(name, encoding="utf-8") as file:
                for english, bangla in check_file(file.read()):
                    print(bangla)
                    print(english)
        except (Fault, OSError) as fault:
            status = 1
            print(f"{name}: মেলে না: {getattr(fault, 'bangla', fault)}")
            print(f"{name}: does not hold: {getattr(fault, 'english', fault)}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
