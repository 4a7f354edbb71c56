"""What always holds of the sources: checkers share no code with what they check, and no assert is a wall."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("city", "store", "ingest", "models", "planner", "dashboards", "deploy")
FILES = [ROOT / "dagsplan.py", *(file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))]
CHECKERS = ("planner.routes.check", "planner.routes.carp.check", "planner.snow.check", "planner.waste.check")


def imported(module: str) -> Iterator[tuple[str, str]]:
    """(module, name) of all that a module of the planner takes from others of it."""
    for node in ast.walk(ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("planner"):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.startswith("planner"))


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_checker_takes_values_alone_from_what_it_checks(checker: str) -> None:
    """Of other modules of the planner it knows the form of what they give, and none of their functions."""
    for module, name in imported(checker):
        if module not in CHECKERS:
            found = getattr(importlib.import_module(module), name)
            assert isinstance(found, type), f"{checker} imports {name} of {module}"
            assert dataclasses.is_dataclass(found) or issubclass(found, msgspec.Struct), f"{name} of {module}"


def test_no_assert_guards_anything_in_the_product() -> None:
    """``python -O`` takes them away: the few that stay tell a type checker what cannot be otherwise."""
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Raise) and "AssertionError" in ast.dump(node))
    ]
    assert len(FILES) > 200
    assert len(found) <= 8, found


def test_a_class_name_has_one_meaning() -> None:
    """A name that other modules may take stands in one module; one with a leading underscore stays within its own."""
    places: dict[str, list[str]] = defaultdict(list)
    for file in FILES:
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(file.relative_to(ROOT)))
    assert len(places) > 300
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
