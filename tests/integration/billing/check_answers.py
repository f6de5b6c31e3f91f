"""Holds answers against the component schemas of the contract.

    check_answers.py FILE   a line of JSON for each answer: {"schema": NAME, "body": ...}
"""

import json
import sys
from pathlib import Path

import jsonschema
import yaml

CONTRACT = Path(__file__).resolve().parents[3] / "schema" / "openapi.yaml"


def main():
    components = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]
    faults = checked = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            answer = json.loads(line)
            schema = {"$ref": f"#/components/schemas/{answer['schema']}",
                      "components": components}
            validator = jsonschema.Draft202012Validator(
                schema, format_checker=jsonschema.FormatChecker())
            for error in validator.iter_errors(answer["body"]):
                faults += 1
                print(f"{answer['schema']}: {error.json_path}: {error.message[:300]}")
            checked += 1
    print(f"{checked} answers, {faults} faults")
    return 1 if faults or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
