"""How code looks: lengths, columns, and nothing left behind."""

import ast
import re
import statistics
import unicodedata

from tree import Finding

LONGEST_FUNCTION = 70
LONGEST_FILE = 600
LARGEST_MEDIAN = 200
COLUMNS = 100
NARROW = {".cpp", ".hpp", ".py", ".ts", ".sql", ".sh"}

# Written apart so that this file does not find itself.
LEFTOVERS = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK")) + r")\b")
DISABLED = re.compile(r"\bDISABLED_\w|\bGTEST_SKIP\b|\bxit\("
                      r"|\b(?:test|it|describe)\.(?:skip|only|fixme|todo)\b")
# Such a test is the other process of a test beside it, which starts it.
STARTED_BY_ITSELF = "--gtest_also_run_disabled_tests"
DEBUGGING = {
    ("server/", "devices/"): re.compile(
        r"(?<![\w:])(?:std::)?f?(?:printf|puts)\s*\(|\bstd::(?:cout|cerr)\b"),
    ("web/src/",): re.compile(r"\bconsole\.(?:log|debug|dir|table)\s*\(|\bdebugger\b"),
}
# A process that stops because its disk lies says so to the journal, past every layer.
LAST_WORDS = {"server/store/sqlite/fail_stop.cpp"}
SWITCHED_OFF = re.compile(r"^\s*#\s*if\s+0\b", re.MULTILINE)

CONTROL = re.compile(r"^\s*(?:else\s+)?(?:if|for|while|switch|catch|do|try|else)\b")
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern|concept)\b[^()]*$")
NAMED_BEFORE_BRACE = re.compile(r"[\w>\]]\s*$")
AFTER_SIGNATURE = re.compile(r"\b(?:const|noexcept|override|final|mutable|try)\s*$|->[^;{}]*$")
GROUP_OF_TESTS = re.compile(r"\bdescribe\b[^;]*$")


def check(tree):
    found = []
    lengths = []
    for file in tree.code_files():
        lengths.append(len(file.lines))
        if len(file.lines) > LONGEST_FILE:
            found.append(file.finding("file-length", LONGEST_FILE,
                                      f"{len(file.lines)} lines, {LONGEST_FILE} may be"))
        if file.kind in NARROW:
            found += wide_lines(file)
        found += long_functions(file)
        if file.kind in (".cpp", ".hpp"):
            found += awaits(file)
    if lengths and statistics.median(lengths) > LARGEST_MEDIAN:
        found.append(Finding(".", 1, "file-length",
                             f"the median file has {statistics.median(lengths)} lines"))
    for file in tree.files:
        found += leftovers(file)
    return found


def wide_lines(file):
    for number, line in enumerate(file.lines, 1):
        # A vowel sign stands on the letter before it.
        width = sum(1 for sign in line if not unicodedata.category(sign).startswith("M"))
        if width > COLUMNS:
            yield file.finding("columns", number, f"{width} columns, {COLUMNS} may be")


def leftovers(file):
    if file.name == "package-lock.json":
        return
    for match in LEFTOVERS.finditer(file.text):
        yield file.finding("leftover", file.line_of(match.start()), match.group(0))
    if file.kind in (".cpp", ".hpp", ".ts", ".svelte") and not file.generated:
        for pattern in (DISABLED, SWITCHED_OFF):
            for match in pattern.finditer(file.code):
                if STARTED_BY_ITSELF in file.text and "DISABLED_" in match.group(0):
                    continue
                yield file.finding("disabled", file.line_of(match.start(), file.code),
                                   match.group(0).strip())
    for place, pattern in DEBUGGING.items():
        if (file.path.startswith(place) and file.folder != "server/app"
                and file.path not in LAST_WORDS
                and file.kind in (".cpp", ".hpp", ".ts", ".svelte")):
            for match in pattern.finditer(file.code):
                yield file.finding("debugging", file.line_of(match.start(), file.code),
                                   match.group(0).strip())


def long_functions(file):
    if file.kind == ".py":
        bodies = python_functions(file)
    elif file.kind in (".cpp", ".hpp"):
        bodies = cxx_functions(file.code)
    elif file.kind in (".ts", ".svelte"):
        bodies = script_functions(file.code)
    else:
        bodies = ()
    for first, last in bodies:
        if last - first + 1 > LONGEST_FUNCTION:
            yield file.finding("function-length", first,
                               f"{last - first + 1} lines, {LONGEST_FUNCTION} may be")


def python_functions(file):
    for node in ast.walk(ast.parse(file.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def heads(code):
    """(head, what stood before it, its line, line of `}`) of every pair of braces."""
    code = re.sub(r"(?m)^[ \t]*#.*$", "", code)
    opened, start, line = [], 0, 1
    for offset, sign in enumerate(code):
        if sign == "\n":
            line += 1
        elif sign in ";}":
            if sign == "}" and opened:
                yield (*opened.pop(), line)
            start = offset + 1
        elif sign == "{":
            head = code[start:offset]
            opened.append((head.strip(), code[start - 1:start], line - head.lstrip().count("\n")))
            start = offset + 1


def is_cxx_function(head):
    """A head with parentheses that opens neither a scope, nor a statement, nor a value."""
    if ")" not in head or CONTROL.match(head) or SCOPE.search(head):
        return False
    if re.search(r"[=,(]\s*$|\breturn\s*$", head):
        return False
    return not NAMED_BEFORE_BRACE.search(head) or bool(AFTER_SIGNATURE.search(head))


def cxx_functions(code):
    """First and last line of functions and lambdas."""
    for head, before, first, last in heads(code):
        if is_cxx_function(head) or (before == "}" and is_rest_of_constructor(head)):
            yield first, last


def is_rest_of_constructor(head):
    """What stands between the brace of a member initialiser and the body."""
    return head == "" or re.match(r",\s*\w+\([^;]*\)$", head) is not None


def script_functions(code):
    for head, _, first, last in heads(code):
        function = head.endswith("=>") or re.search(r"\)\s*(?::[^=;{}()]*)?$", head)
        if function and not CONTROL.match(head) and not GROUP_OF_TESTS.search(head):
            yield first, last


def awaits(file):
    """g++ 12 miscompiles an awaited call that makes a lambda or an aggregate on the spot."""
    for match in re.finditer(r"\bco_await\b[^;]*;", file.code):
        line = file.line_of(match.start(), file.code)
        if file.folder != "server/http" and not file.path.startswith("tests/"):
            yield file.finding("coroutine", line, "coroutines live in server/http alone")
        statement = match.group(0)
        if re.search(r"\[[^\]]*\]\s*\(|\[[^\]]*\]\s*\{|\w\s*\{|\(\s*\{|,\s*\{", statement):
            yield file.finding("coroutine", line, "an awaited call takes only named variables")
