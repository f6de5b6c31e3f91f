"""Holds UBL documents against the schema of UBL 2.x and the rules of EN 16931.

    check_ubl.py RULES DOCUMENTS   two folders; the first as tests/unit/exports/README.md says

Prints "NAME ok", or a line for each fault: "NAME RULE: what is wrong".
"""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
SAXON = "/usr/share/java/Saxon-HE.jar"


def main():
    folder = Path(sys.argv[1])
    rules = next(folder.rglob("EN16931-UBL-validation.xslt"))
    faults = 0
    documents = Path(sys.argv[2])
    reports = documents / "reports"
    reports.mkdir(exist_ok=True)
    # All in one run: reading the rules takes longer than applying them.
    subprocess.run(["java", "-cp", SAXON, "net.sf.saxon.Transform", f"-s:{documents}",
                    f"-o:{reports}", f"-xsl:{rules}"], capture_output=True, check=True)
    for document in sorted(documents.glob("*.xml")):
        kind = ElementTree.parse(document).getroot().tag.rsplit("}", 1)[1]
        schema = min(folder.rglob(f"maindoc/UBL-{kind}-2.*.xsd"))  # 2.1 where it is there
        found = []
        checked = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, document],
                                 capture_output=True, text=True, check=False)
        if checked.returncode != 0:
            found.append("schema: " + checked.stderr.strip())
        answers = ElementTree.parse(reports / document.name).getroot()
        if answers.find(f"{SVRL}fired-rule") is None:
            found.append("rules: none fired")
        for one in answers.iter(f"{SVRL}failed-assert"):
            found.append(f"{one.get('id')}: {(one.findtext(f'{SVRL}text') or '').strip()}")
        for fault in found or ["ok"]:
            print(document.stem, fault)
        faults += len(found)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
