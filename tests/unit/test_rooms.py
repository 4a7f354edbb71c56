"""The plan of the house: how many rooms the planner has and how they stand, no circles of imports, no service's name
asked for outside its own package, and a web process without a solver."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("city", "store", "ingest", "models", "planner", "dashboards", "deploy")
DOMAINS = {"snow", "waste", "heating"}
OWN = ("planner/snow", "planner/waste", "planner/heating", "dashboards/pages/services", "ingest/simulator")
"""Where a service may call itself by its name."""
SOLVERS = ("numba", "llvmlite", "pyvrp", "scipy", "rustworkx", "osmium", "rasterio", "sklearn", "pandas")


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the product by its dotted name."""
    files = [ROOT / "dagsplan.py", *(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))]
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            file.read_text("utf-8")
        )
        for file in files
    }


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the product that one imports, at its top or when it runs."""
    found = set()
    for node in ast.walk(sources()[module]):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in sources() else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return frozenset(name for name in found if name in sources() and name != module)


def arrows(package: str) -> dict[str, set[str]]:
    """Which direct children of a package import which."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in sources():
        own = _child(package, module)
        if own is not None:
            found[own] |= {child for name in imports(module) if (child := _child(package, name)) not in {None, own}}
    return found


def _child(package: str, module: str) -> str | None:
    return module.split(".")[1] if module.startswith(f"{package}.") else None


def floors(graph: dict[str, set[str]]) -> int:
    """The longest chain of imports, in rooms."""

    @cache
    def height(room: str) -> int:
        return 1 + max((height(below) for below in graph[room]), default=0)

    return max(height(room) for room in list(graph))


def test_the_planner_has_few_rooms_on_few_floors():
    graph = arrows("planner")
    assert len(graph) <= 22, sorted(graph)
    assert floors(graph) <= 9
    assert sum(len(below) for below in graph.values()) <= 60


def test_the_pages_stand_on_three_floors():
    graph = arrows("dashboards")
    assert {name: sorted(graph[name] & {"api", "pages", "web"}) for name in ("api", "pages", "web")} == {
        "api": ["pages", "web"], "pages": ["web"], "web": []
    }  # fmt: skip


def circles() -> list[set[str]]:
    """Modules that import each other in a loop (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for below in imports(module):
            if below not in index:
                visit(below)
            if below in stack:
                low[module] = min(low[module], low[below])
        if low[module] == index[module]:
            at = stack.index(module)
            ring = set(stack[at:])
            del stack[at:]
            found.extend([ring] if len(ring) > 1 else [])

    for module in sources():
        if module not in index:
            visit(module)
    return found


def test_no_modules_import_each_other_in_a_circle():
    assert circles() == []


def branches() -> Iterator[str]:
    """Where a domain's name decides outside its own package: comparisons in code, templates and scripts."""
    for name, tree in sources().items():
        place = name.replace(".", "/")
        if place.startswith(OWN):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and DOMAINS & set(_texts(node)) and "domain" in ast.unparse(node):
                yield f"{place}: {ast.unparse(node)}"
    for file in [*(ROOT / "dashboards").rglob("*.html"), *(ROOT / "dashboards").rglob("*.js")]:
        for line in file.read_text("utf-8").splitlines():
            if re.search(r"""(==|!=|===) ?["'](snow|waste|heating)["']""", line):
                yield f"{file.name}: {line.strip()}"


def _texts(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_no_service_is_asked_for_by_name_outside_its_package():
    assert len(found := list(branches())) <= 3, found


@pytest.fixture(scope="module")
def web() -> tuple[set[str], float]:
    """The modules of a fresh web process and its memory [MB]."""
    code = (
        "import dashboards.app, psutil, sys; "
        "print(' '.join(sys.modules)); print(psutil.Process().memory_info().rss / 1e6)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    names, memory = done.stdout.splitlines()
    return set(names.split()), float(memory)


def test_the_web_process_loads_no_solver_and_no_compiler(web):
    assert [name for name in SOLVERS if name in web[0]] == []


def test_the_web_process_is_small(web):
    assert web[1] < 90
