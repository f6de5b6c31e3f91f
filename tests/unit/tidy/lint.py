"""Runs clang-tidy-19 over the daemon, two files at a time, and only over what changed.

    lint.py BUILD [FILE...]   BUILD holds compile_commands.json
"""

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[3]
STAMPS = HOUSE / ".cache" / "lint"


def sources(build):
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = Path(entry["file"])
        if path.suffix == ".cpp" and path.relative_to(HOUSE).parts[0] in ("server", "devices"):
            yield path


def headers_digest():
    """Any header may matter to any file; headers change seldom enough."""
    digest = hashlib.sha256((HOUSE / ".clang-tidy").read_bytes())
    for top in ("server", "devices"):
        for path in sorted((HOUSE / top).rglob("*.hpp")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def lint(path, build, headers):
    """What clang-tidy complains of in one file; nothing when it did not when last asked."""
    key = hashlib.sha256(headers.encode() + str(path).encode() + path.read_bytes()).hexdigest()
    stamp = STAMPS / key
    if stamp.exists():
        return ""
    run = subprocess.run(["clang-tidy-19", "--quiet", "-p", build, path],
                         capture_output=True, text=True, check=False)
    if run.returncode == 0:
        stamp.touch()
        return ""
    return run.stdout or run.stderr


def main():
    build = Path(sys.argv[1]).resolve()
    chosen = {Path(name).resolve() for name in sys.argv[2:]}
    files = [path for path in sources(build) if not chosen or path in chosen]
    STAMPS.mkdir(parents=True, exist_ok=True)
    headers = headers_digest()
    with ThreadPoolExecutor(2) as pool:
        complaints = [text for text in pool.map(lambda p: lint(p, build, headers), files) if text]
    for text in complaints:
        print(text)
    print(f"{len(files)} files, {len(complaints)} with complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
