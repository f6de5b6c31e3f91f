"""The checked-out tree as the checks see it: files, their lines, code without comments."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SKIPPED = {".git", ".cache", "build", "dist", "node_modules", "screens", "test-results", "var",
           "__pycache__"}
CODE = {".cpp", ".hpp", ".py", ".ts", ".svelte", ".sql", ".sh"}

CXX_TOKENS = re.compile(
    r'R"(?P<tag>[^()\s\\]*)\(.*?\)(?P=tag)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"  # a digit before it: a separator, as in 1'000
    r"|//[^\n]*|/\*.*?\*/", re.DOTALL)
SCRIPT_TOKENS = re.compile(
    r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`(?:\\.|[^`\\])*`'
    r"|//[^\n]*|/\*.*?\*/"
    r"|(?<=[=(,:!&|?{};\[])\s*/(?![*/])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\])+/[a-z]*", re.DOTALL)


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule of the house."""

    path: str
    line: int
    check: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.check}] {self.text}"


def blank(match, keep_strings=False):
    """What a comment or string leaves behind: its line breaks, and quotes where it had any."""
    text = match.group(0)
    comment = text.startswith(("//", "/*"))
    if keep_strings and not comment:
        return text
    return ("" if comment else '""') + "\n" * text.count("\n")


class File:
    """One text file, named by its path from the top of the tree."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.name = path.name
        self.suffix = path.suffix
        self.folder = path.parent.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def kind(self):
        """The suffix that says how to read it; scripts without one are told by their first line."""
        if self.suffix == "" and self.text.startswith("#!") and "sh" in self.text.split("\n", 1)[0]:
            return ".sh"
        return self.suffix

    @cached_property
    def generated(self):
        return any(re.search(r"(?i)\b(auto-)?generated (from|by)\b", line)
                   for line in self.lines[:5])

    @cached_property
    def code(self):
        """C++ or script with comments and strings blanked; line numbers stay."""
        if self.kind in (".cpp", ".hpp"):
            return CXX_TOKENS.sub(blank, self.text)
        return SCRIPT_TOKENS.sub(blank, self.script)

    @cached_property
    def code_with_strings(self):
        tokens = CXX_TOKENS if self.kind in (".cpp", ".hpp") else SCRIPT_TOKENS
        return tokens.sub(lambda match: blank(match, keep_strings=True), self.text)

    @cached_property
    def script(self):
        """Of a component only what stands in <script>, at its own lines."""
        if self.kind != ".svelte":
            return self.text
        kept, end = "", 0
        for match in re.finditer(r"<script[^>]*>(.*?)</script>", self.text, re.DOTALL):
            kept += "\n" * self.text.count("\n", end, match.start(1)) + match.group(1)
            end = match.end(1)
        return kept

    @cached_property
    def includes(self):
        """(line, name with its quotes or brackets) of every #include."""
        found = []
        for number, line in enumerate(self.lines, 1):
            match = re.match(r'\s*#\s*include\s*(<[^>]+>|"[^"]+")', line)
            if match:
                found.append((number, match.group(1)))
        return found

    def line_of(self, offset, text=None):
        return (self.text if text is None else text).count("\n", 0, offset) + 1

    def finding(self, check, line, text):
        return Finding(self.path, line, check, text)


class Tree:
    """Every text file under a root, but for what is fetched or built."""

    def __init__(self, root):
        self.root = Path(root)
        self.folders, self.files = [], []
        self._walk(self.root)

    def _walk(self, folder):
        for entry in sorted(folder.iterdir()):
            if entry.name in SKIPPED or entry.is_symlink():
                continue
            if entry.is_dir():
                self.folders.append(entry.relative_to(self.root).as_posix())
                self._walk(entry)
            elif not self._is_binary(entry):
                self.files.append(File(self.root, entry))

    @staticmethod
    def _is_binary(path):
        with path.open("rb") as stream:
            return b"\0" in stream.read(4096)

    @cached_property
    def by_path(self):
        return {file.path: file for file in self.files}

    def under(self, *tops):
        return [file for file in self.files if file.path.startswith(tuple(f"{t}/" for t in tops))]

    def code_files(self, *suffixes):
        return [file for file in self.files
                if file.kind in (suffixes or CODE) and not file.generated]
