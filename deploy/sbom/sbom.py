#!/usr/bin/env python3
"""What Karkhana is made of, as a CycloneDX 1.5 document on standard output.

    python3 sbom.py [--run]

Debian packages with the version that is installed here, with what the program itself is linked to,
and npm packages with version and hash as the lockfiles pin them. --run: only what is there when it
runs.
"""

import argparse
import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/karkhana"
# A lockfile, and whether what it pins is in what runs.
LOCKFILES = {"server/store/sqlite/amalgamation/package-lock.json": True,
             "web/package-lock.json": True, "deploy/node/package-lock.json": False,
             "tests/e2e/package-lock.json": False}


def of_version():
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(karkhana VERSION ([0-9.]+)", text)[1]


def listed(name):
    text = (ROOT / f"deploy/packages/{name}.txt").read_text(encoding="utf-8")
    return [line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip()]


def installed():
    """{package: (version, source package)}"""
    done = subprocess.run(["dpkg-query", "-W", "-f",
                           "${Package}\t${Version}\t${source:Package}\t${db:Status-Status}\n"],
                          capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {name: (version, source) for name, version, source, status in rows
            if status == "installed"}


def linked():
    """The packages of the shared libraries that the program is linked to."""
    if not PROGRAM.exists():
        return set()
    done = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True)
    files = {str(Path(path).resolve()) for path in re.findall(r"=> (/\S+)", done.stdout)}
    # dpkg knows a file by the place that it was put to, before /lib was a link to /usr/lib.
    files |= {path.removeprefix("/usr") for path in files}
    done = subprocess.run(["dpkg-query", "-S", *files], capture_output=True, text=True, check=False)
    return {line.split(":")[0] for line in done.stdout.splitlines()}


def debian(name, version, source, scope):
    where = f"pkg:deb/debian/{quote(name)}@{quote(version, safe='')}"
    return {"type": "library", "bom-ref": where, "name": name, "version": version, "purl": where,
            "scope": scope, "properties": [{"name": "debian:source", "value": source}]}


def node(path, entry, scope):
    name = path.rsplit("node_modules/", 1)[1]
    where = f"pkg:npm/{quote(name, safe='/')}@{entry['version']}"
    kind, digest = entry["integrity"].split()[0].split("-", 1)
    found = {"type": "library", "bom-ref": where, "name": name, "version": entry["version"],
             "purl": where, "scope": scope,
             "hashes": [{"alg": kind.upper().replace("SHA", "SHA-"),
                         "content": base64.b64decode(digest).hex()}]}
    if entry.get("license"):
        found["licenses"] = [{"expression": entry["license"]}]
    return found


def components(only_run):
    found = {}
    here, runs = installed(), linked()
    for name in sorted(set(listed("build") + listed("test")) | runs):
        if name in here and (name in runs or not only_run):
            one = debian(name, *here[name], "required" if name in runs else "excluded")
            found[one["bom-ref"]] = one
    for file, shipped in LOCKFILES.items():
        lock = json.loads((ROOT / file).read_text(encoding="utf-8"))
        for path, entry in lock["packages"].items():
            if not path or "integrity" not in entry:
                continue
            required = shipped and not entry.get("dev")
            if required or not only_run:
                one = node(path, entry, "required" if required else "excluded")
                if found.get(one["bom-ref"], {}).get("scope") != "required":
                    found[one["bom-ref"]] = one
    return list(found.values())


def main():
    parser = argparse.ArgumentParser(description="What Karkhana is made of, as CycloneDX.")
    parser.add_argument("--run", action="store_true", help="only what is there when it runs")
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
                "metadata": {"component": {"type": "application", "bom-ref": "karkhana",
                                           "name": "karkhana", "version": of_version()}},
                "components": components(parser.parse_args().run)}
    json.dump(document, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
