#!/usr/bin/env python3
"""Writes a C++ file that holds the OpenAPI document as JSON: openapi_to_cpp.py YAML OUT."""
import json
import sys

import yaml

CHUNK = 8000  # characters a literal, so that no compiler complains of its length


def main(source, target):
    with open(source, encoding="utf-8") as file:
        document = json.dumps(yaml.safe_load(file), ensure_ascii=True, separators=(",", ":"))
    parts = [document[i : i + CHUNK] for i in range(0, len(document), CHUNK)]
    literals = "\n".join(f'    R"openapi({part})openapi"' for part in parts)
    with open(target, "w", encoding="utf-8") as file:
        file.write('#include "server/app/system_api.hpp"\n\nnamespace karkhana::app {\n\n')
        file.write("std::string_view openapi_json() {\n    static constexpr char document[] =\n")
        file.write(f"{literals};\n    return document;\n}}\n\n}}  // namespace karkhana::app\n")


main(*sys.argv[1:])
