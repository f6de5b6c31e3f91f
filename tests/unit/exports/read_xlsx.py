"""Reads a workbook as two programs do that share no code with the one that wrote it.

    read_xlsx.py BOOK   a line for each row as openpyxl sees it (kept values, no formulas run),
                        then, where LibreOffice is installed, each row as it shows them
"""

import os
import shutil
import subprocess
import sys
import tempfile

import openpyxl


def main():
    book = os.path.abspath(sys.argv[1])
    sheet = openpyxl.load_workbook(book, data_only=True).active
    print(sheet.title)
    for row in sheet.iter_rows():
        print("|".join("" if cell.value is None else f"{cell.data_type}:{cell.value}"
                       for cell in row))
    formulas = openpyxl.load_workbook(book).active
    print("formulas " + " ".join(str(cell.value) for row in formulas.iter_rows() for cell in row
                                 if cell.data_type == "f"))
    office = shutil.which("soffice")
    if office is None:
        print("LibreOffice is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        # UTF-8, every cell as it is shown.
        subprocess.run(
            [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
             "csv:Text - txt - csv (StarCalc):124,34,76,1,,0,false,true,true,false,false,-1",
             "--outdir", folder, book], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=240)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".csv"):
                with open(os.path.join(folder, name), encoding="utf-8") as text:
                    print("shown\n" + text.read().rstrip("\n"))


if __name__ == "__main__":
    main()
