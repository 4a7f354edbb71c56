"""Prints the sizes of functions and modules, and fails where one has grown beyond the house's limits."""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

PACKAGES = ("city", "store", "ingest", "models", "planner", "dashboards", "deploy")
LONGEST_MODULE, LONGEST_FUNCTION, LONG_FUNCTION, LONG_SHARE = 400, 60, 35, 0.02


def main() -> int:
    root = Path(__file__).parent.parent
    files = [root / "dagsplan.py", *(f for p in PACKAGES for f in sorted((root / p).rglob("*.py")))]
    modules = {str(f.relative_to(root)): len(f.read_text(encoding="utf-8").splitlines()) for f in files}
    functions = {
        f"{f.relative_to(root)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for f in files
        for node in ast.walk(ast.parse(f.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    sizes = sorted(functions.values())
    long = {name: lines for name, lines in functions.items() if lines > LONG_FUNCTION}
    print(f"modules: {len(modules)}, median {statistics.median(modules.values()):.0f}, longest {max(modules.values())}")
    print(f"functions: {len(sizes)}, median {statistics.median(sizes):.0f}, p90 {sizes[int(0.9 * len(sizes))]}")
    print(f"over {LONG_FUNCTION} lines: {len(long)}: " + ", ".join(f"{n} {s}" for n, s in sorted(long.items())))
    too_big = [f"{name} has {lines} lines" for name, lines in modules.items() if lines > LONGEST_MODULE]
    too_big += [f"{name} has {lines} lines" for name, lines in functions.items() if lines > LONGEST_FUNCTION]
    if len(long) > LONG_SHARE * len(sizes):
        too_big.append(f"{len(long)} of {len(sizes)} functions are over {LONG_FUNCTION} lines")
    print("\n".join(too_big))
    return 1 if too_big else 0


if __name__ == "__main__":
    sys.exit(main())
