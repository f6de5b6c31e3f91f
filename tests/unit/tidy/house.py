"""The doors of the house, a word at each of them, and what lockfiles keep to themselves."""

import re

from tree import Finding

DOORS = {"CMakeLists.txt", "CMakePresets.json", "README.md",
         "server", "devices", "web", "schema", "tests", "deploy"}
TOLD = ("server", "devices", "web", "schema", "tests", "deploy")


def check(tree):
    found = []
    top = {path.split("/", 1)[0] for path in tree.folders + list(tree.by_path)}
    for name in sorted(top - DOORS):
        if not name.startswith("."):
            found.append(Finding(name, 1, "door", "the house has no such door"))
    for folder in tree.folders:
        parts = folder.split("/")
        if parts[0] in TOLD and len(parts) <= 2 and not parts[-1].startswith("."):
            found += told(folder, tree)
    for file in tree.files:
        if file.name == "package-lock.json":
            for match in re.finditer(r'"resolved":', file.text):
                found.append(file.finding("lockfile", file.line_of(match.start()),
                                          "names the server a package came from"))
    return found


def told(folder, tree):
    file = tree.by_path.get(f"{folder}/README.md")
    if file is None:
        yield Finding(f"{folder}/README.md", 1, "readme", "absent")
    elif not re.search(r"(?m)^[^#\n][^\n]*\w[.:]", file.text):
        yield file.finding("readme", 1, "not one sentence")
