"""Reads the house and names every place that breaks its rules.

    tidy.py [DIR]        the house, or the tree in DIR
    tidy.py --self-test  plants one violation of each kind and expects it found
"""

import sys
from pathlib import Path

import arrows
import contract
import house
import style
from tree import Tree


def findings(root):
    tree = Tree(root)
    found = set()
    for checks in (arrows, contract, house, style):
        found.update(checks.check(tree))
    return sorted(found)


def main():
    if sys.argv[1:] == ["--self-test"]:
        import self_test
        return self_test.run(findings)
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[3]
    found = findings(root)
    for finding in found:
        print(finding)
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
