"""What no command, page or schedule reaches does not exist: every module is reached from the front door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("city", "store", "ingest", "models", "planner", "dashboards", "deploy")
WAITING = {
    "planner.routes.borders": "two districts at a time: until a plan asks for the town as one problem",
    "planner.routes.frozen": "routes of which only a part is searched: for borders and reports",
    "planner.routes.locally": "an answer to a report near it: until a page or the watch asks for it",
    "planner.routes.replan": "what is left of a night after a report: until a page or the watch asks for it",
    "planner.routes.split": "a town by districts: until a plan asks for the town as one problem",
    "planner.routes.worth": "whole drives side by side: for borders and reports",
}
"""Modules that nothing of the product reaches yet, and what each waits for. Take a line away when its module is wired
or goes; add none."""


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name, packages by theirs."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}
    return {name.removesuffix(".__init__"): file for name, file in names.items()} | {"dagsplan": ROOT / "dagsplan.py"}


MODULES = modules()


@cache
def named(module: str) -> frozenset[str]:
    """The modules that one imports, at its top or when it runs, or starts as a program by their name."""
    return frozenset(name for name in _names(ast.parse(MODULES[module].read_text(encoding="utf-8"))) if name in MODULES)


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (part for alias in node.names for part in _with_parents(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from _with_parents(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield node.value


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:n]) for n in range(1, len(parts) + 1))


def reached() -> set[str]:
    """All modules that the front door leads to."""
    found, ways = set[str](), ["dagsplan"]
    while ways:
        module = ways.pop()
        if module not in found:
            found.add(module)
            ways += named(module)
    return found


def test_every_module_is_reached_but_those_that_wait() -> None:
    """A module that is listed and reached, or gone, has to leave the list; one that is new has to be wired."""
    assert set(MODULES) - reached() == set(WAITING)


def test_imports_within_functions_and_programs_count() -> None:
    """The front door imports its commands when they run, and a benchmark starts its publisher as a program."""
    assert {"dashboards.serve", "planner.schedule", "ingest.daemon"} <= named("dagsplan")
    assert "deploy.loadgen" in named("deploy.ingestbench")
