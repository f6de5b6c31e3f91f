"""Who may know whom. The link lists of CMakeLists.txt are the only table there is."""

import re

from tree import Finding

KEYWORDS = ("LINKS", "PUBLIC_LIBS", "PRIVATE_LIBS", "EXCEPT")

# The folder, and how many files of it, in which each external header may appear.
HOMES = {
    r"<sqlite3\.h>": ("server/store/sqlite", None),
    r"<(libpq-fe|postgresql/.*)\.h>": ("server/store/postgres", None),
    r"<(modbus/)?modbus.*\.h>": ("devices/modbus", None),
    r"<toml\+\+/.*>": ("devices/profiles", 1),
    r"<CLI/.*>": ("server/app and tests/sim and tests/sim/crowd", None),
    r"<date/.*>": ("server/base", 1),
    r"<utf8proc\.h>": ("server/base", 1),
    r"<spdlog/.*>": ("server/app", None),
    r"<zstd\.h>": ("server/metering and server/http", None),
    r"<(pango|cairo).*>": ("server/exports", None),
    r"<curl/.*>": ("server/notify", None),
    r"<turbojpeg\.h>": ("server/maintenance", 1),
    r"<libical/.*>": ("server/ical", 2),
    r"<openssl/.*>": ("server/base and server/http", None),
    r"<boost/(asio|beast)[./].*>": ("server/http", 8),
}
# Password hashes are of people, digests and randomness of base.
SODIUM = re.compile(r"<sodium\.h>")
BOOST_ELSEWHERE = re.compile(r"<boost/(?!json)")

RULES = re.compile(r"(^|/)([a-z_]*_)?rules(_[a-z_]*)?\.(hpp|cpp)$")
STANDARD = re.compile(r"<[a-z_0-9]+>")
IMPURE_STANDARD = {"<iostream>", "<fstream>", "<filesystem>", "<thread>", "<mutex>", "<random>",
                   "<shared_mutex>", "<condition_variable>", "<future>", "<ostream>", "<print>"}
BASE_EXTERNALS = {"<date/tz.h>", "<utf8proc.h>", "<sodium.h>", "<openssl/evp.h>"}
NOT_FOR_RULES = re.compile(r"/(records|api)[a-z_]*\.hpp$|^server/(store|http|app)/|^devices/")


def rooms_of(tree):
    """{path: set of the rooms it may include}, read from the room(...) calls."""
    build = tree.by_path.get("CMakeLists.txt")
    text = re.sub(r"#[^\n]*", "", build.text) if build else ""
    rooms = {}
    for match in re.finditer(r"^room\(([^()]*)\)", text, re.MULTILINE):
        path, *words = match.group(1).split()
        keyword, links = None, {path}
        for word in words:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "LINKS":
                links.add(word)
        rooms[path] = links
    return rooms


def check(tree):
    rooms = rooms_of(tree)
    sources = [file for file in tree.under("server", "devices") if file.kind in (".cpp", ".hpp")]
    found = list(cycles(rooms))
    for file in sources:
        if file.folder not in rooms:
            found.append(file.finding("room", 1, f"{file.folder} is no room of CMakeLists.txt"))
            continue
        found += arrows_of(file, rooms, tree)
        if file.folder == "server/base":
            found += base_sees_little(file)
        if RULES.search(file.path):
            found += rules_see_little(file, tree)
    found += externals(tree)
    return found


def cycles(rooms):
    """A room may link only rooms named before it, so no circle can be drawn."""
    seen = set()
    for path, links in rooms.items():
        for other in sorted(links - seen - {path}):
            yield Finding("CMakeLists.txt", 1, "arrow", f"{path} links {other}, which comes later")
        seen.add(path)


def arrows_of(file, rooms, tree):
    for line, name in file.includes:
        if name.startswith("<"):
            continue
        target = name.strip('"')
        if target not in tree.by_path:
            yield file.finding("arrow", line, f"{name} is no path from the top of the house")
        elif target.rsplit("/", 1)[0] not in rooms[file.folder]:
            yield file.finding("arrow", line, f"{file.folder} may not know {target}")


def base_sees_little(file):
    for line, name in file.includes:
        own = name.startswith('"server/base/')
        external = name in BASE_EXTERNALS and file.kind == ".cpp"
        if not (own or external or STANDARD.fullmatch(name) or name == "<tl/expected.hpp>"):
            yield file.finding("base", line, f"base may not see {name}")


def rules_see_little(file, tree):
    for line, name in file.includes:
        reason = impurity(name, tree, set())
        if reason:
            yield file.finding("rules", line, f"rules may not see {reason}")
    for match in re.finditer(r"\b\w*clock::now\s*\(|\brandom_device\b|\bstd::rand\b", file.code):
        yield file.finding("rules", file.line_of(match.start(), file.code),
                           f"rules are given time and chance: {match.group(0)}")


def impurity(name, tree, seen):
    """The first include, on the way down from `name`, that a rule may not see."""
    if name.startswith("<"):
        pure = name == "<tl/expected.hpp>" or (
            STANDARD.fullmatch(name) and name not in IMPURE_STANDARD)
        return None if pure else name
    path = name.strip('"')
    if path.startswith("server/base/") or path in seen or path not in tree.by_path:
        return None
    if NOT_FOR_RULES.search(path):
        return path
    seen.add(path)
    for _, inner in tree.by_path[path].includes:
        reason = impurity(inner, tree, seen)
        if reason:
            return f"{reason} (through {path})"
    return None


def externals(tree):
    users = {pattern: {} for pattern in HOMES}
    sodium = {}
    for file in tree.under("server", "devices", "tests"):
        if file.path.startswith("tests/bench/") or file.kind not in (".cpp", ".hpp"):
            continue
        for line, name in file.includes:
            for pattern, (home, _) in HOMES.items():
                if re.fullmatch(pattern, name):
                    users[pattern].setdefault(file.path, line)
                    if file.folder not in home.split(" and "):
                        yield file.finding("external", line, f"{name} is for {home} alone")
            if SODIUM.fullmatch(name):
                sodium.setdefault(file.folder, []).append(file.path)
                if file.folder not in ("server/base", "server/people"):
                    yield file.finding("external", line, f"{name} is for base and people alone")
            if BOOST_ELSEWHERE.match(name) and file.folder != "server/http":
                yield file.finding("external", line, f"{name} is for server/http alone")
    for pattern, (home, most) in HOMES.items():
        if most and len(users[pattern]) > most:
            path, line = sorted(users[pattern].items())[-1]
            yield tree.by_path[path].finding(
                "external", line,
                f"{len(users[pattern])} files of {home} include {pattern}, {most} may")
    for folder, paths in sodium.items():
        if len(paths) > 1:
            yield tree.by_path[paths[-1]].finding("external", 1,
                                                  f"<sodium.h> is for one file of {folder}")
