"""Holds what goes to Tally, QuickBooks, Zoho Books, Odoo and ERPNext against their own rules. None
of these programs is here, so this is what their documentation asks for.

    check_books.py tally MASTERS VOUCHERS | iif FILE | zoho FILE | odoo FILE | erpnext FILE
"""

import csv
import sys
from collections import Counter
from decimal import Decimal
from xml.etree import ElementTree


def wrong(what):
    sys.exit(what)


def tally(masters_file, vouchers_file):
    masters = ElementTree.parse(masters_file).getroot()
    if masters.findtext(".//REPORTNAME") != "All Masters":
        wrong("the masters are no masters")
    ledgers = {one.get("NAME"): one.findtext("PARENT") for one in masters.iter("LEDGER")}
    if not all(ledgers.values()):
        wrong("a ledger without a group")
    count = 0
    for voucher in ElementTree.parse(vouchers_file).getroot().iter("VOUCHER"):
        count += 1
        date = voucher.findtext("DATE")
        if len(date) != 8 or not date.isdigit():
            wrong(f"a date {date}")
        if voucher.get("VCHTYPE") != voucher.findtext("VOUCHERTYPENAME"):
            wrong("two types")
        total = Decimal(0)
        entries = voucher.findall("ALLLEDGERENTRIES.LIST")
        for entry in entries:
            amount = Decimal(entry.findtext("AMOUNT"))
            total += amount
            debit = entry.findtext("ISDEEMEDPOSITIVE") == "Yes"
            if debit != (amount < 0):
                wrong("a debit is negative there, and a credit is not")
            if entry.findtext("LEDGERNAME") not in ledgers:
                wrong(f"no ledger {entry.findtext('LEDGERNAME')}")
            party = entry.findtext("ISPARTYLEDGER") == "Yes"
            if party != (ledgers[entry.findtext("LEDGERNAME")] == "Sundry Debtors"):
                wrong("a party is a debtor")
            bills = [Decimal(one.text) for one in entry.findall("BILLALLOCATIONS.LIST/AMOUNT")]
            if party and sum(bills) != amount:
                wrong("bills of another amount")
        if total != 0 or len(entries) < 2:
            wrong("a voucher that does not balance")
    print("vouchers", count)


def iif(file):
    kinds, heads, open_sum, count = {}, {}, None, 0
    text = open(file, "rb").read().decode("ascii")
    names = {"ACCNT": set(), "CUST": set()}
    for line in text.split("\r\n")[:-1]:
        cells = line.split("\t")
        if cells[0].startswith("!"):
            heads[cells[0][1:]] = cells
            continue
        row = dict(zip(heads[cells[0]][1:], cells[1:], strict=True))
        if cells[0] in names:
            names[cells[0]].add(row["NAME"])
        elif cells[0] == "TRNS":
            open_sum, kinds["now"] = Decimal(row["AMOUNT"]), row["TRNSTYPE"]
            count += 1
        elif cells[0] == "SPL":
            open_sum += Decimal(row["AMOUNT"])
            if row["TRNSTYPE"] != kinds["now"]:
                wrong("a split of another type")
        elif cells[0] == "ENDTRNS":
            if open_sum != 0:
                wrong("a transaction that does not balance")
        if cells[0] in ("TRNS", "SPL"):
            month, day, year = row["DATE"].split("/")
            if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31 and len(year) == 4):
                wrong(f"a date {row['DATE']}")
            if row["ACCNT"] not in names["ACCNT"]:
                wrong(f"no account {row['ACCNT']}")
            if row["NAME"] and row["NAME"] not in names["CUST"]:
                wrong(f"no customer {row['NAME']}")
            if not row["NAME"] and (row["ACCNT"] == "Accounts Receivable"
                                    or (cells[0], row["TRNSTYPE"]) == ("TRNS", "PAYMENT")):
                wrong("a receivable of nobody")
    print("transactions", count)


def rows_of(file):
    with open(file, encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, strict=True))


def taka(decimal):
    return Decimal(decimal).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def zoho(file):
    totals, lines = {}, Counter()
    for row in rows_of(file):
        line = taka(Decimal(row["Quantity"]) * Decimal(row["Item Price"]))
        if line != Decimal(row["Item Total"]):
            wrong(f"a line comes to {line}")
        lines[row["Invoice Number"]] += Decimal(row["Item Total"])
        totals[row["Invoice Number"]] = (Decimal(row["SubTotal"]), Decimal(row["Total"]))
        if not row["Customer Name"] or row["Currency Code"] != "BDT":
            wrong("a bill for nobody")
    for number, (net, total) in totals.items():
        if lines[number] != net or total < net:
            wrong(f"{number} does not add up")
    for number, (_, total) in sorted(totals.items()):
        print(number, total)


def continued(file, key, own, name, quantity, price):
    """Rows without the key go on with the bill above, and say nothing of their own about it."""
    sums, last = {}, None
    for row in rows_of(file):
        if row[key]:
            last = row[own]
            if last in sums:
                wrong(f"{last} begins twice")
            sums[last] = Decimal(0)
        elif any(row[head] for head in row if head not in (name, quantity, price)
                 and "(Items)" not in head and "(Sales Taxes and Charges)" not in head
                 and not head.startswith("invoice_line_ids/")):
            wrong("a row that goes on repeats its head")
        if not row[name]:
            wrong("a line without a name")
        sums[last] += taka(Decimal(row[quantity]) * Decimal(row[price]))
    for number, total in sorted(sums.items()):
        print(number, total)


def main():
    what, files = sys.argv[1], sys.argv[2:]
    if what == "tally":
        tally(*files)
    elif what == "iif":
        iif(*files)
    elif what == "zoho":
        zoho(*files)
    elif what == "odoo":
        continued(*files, "id", "ref", "invoice_line_ids/name", "invoice_line_ids/quantity",
                  "invoice_line_ids/price_unit")
    else:
        continued(*files, "ID", "ID", "Item Name (Items)", "Quantity (Items)", "Rate (Items)")


if __name__ == "__main__":
    main()
