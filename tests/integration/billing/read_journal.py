"""Balances of a journal as hledger and ledger compute them, which share no code with us.

    read_journal.py JOURNAL   a line for each account: "hledger ACCOUNT POISHA", "ledger ACCOUNT
                              POISHA"; both programs check every balance in the file on their way
"""

import csv
import shutil
import subprocess
import sys


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr.strip():
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def poisha(amount):
    number = amount.replace("BDT", "").replace(",", "").strip()
    whole, _, part = number.lstrip("-").partition(".")
    value = int(whole) * 100 + int((part + "00")[:2])
    return -value if number.startswith("-") or amount.strip().startswith("-") else value


def main():
    journal = sys.argv[1]
    if not (shutil.which("hledger") and shutil.which("ledger")):
        sys.exit("hledger or ledger is not installed: see deploy/packages/test.txt")
    run("hledger", "-f", journal, "check", "-s", "ordereddates")
    table = run("hledger", "-f", journal, "balance", "--flat", "-N", "-E", "-O", "csv")
    for account, amount in list(csv.reader(table.splitlines()))[1:]:
        print("hledger", account, poisha(amount))
    for line in run("ledger", "-f", journal, "--pedantic", "balance", "--flat", "--no-total", "-E",
                    "--balance-format", "%(account)\t%(quantity(display_total))\n").splitlines():
        account, amount = line.split("\t")
        print("ledger", account.strip(), poisha(amount))


if __name__ == "__main__":
    main()
