"""Compiled code is kept under a digest of its sources: none of them may be missing from it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from city.compiled import sources

ROOT = Path(__file__).parents[3]
PACKAGES = ("city", "store", "ingest", "models", "planner", "dashboards", "deploy")
DECORATORS = {"bare", "compiled", "inlined", "threaded"}
TREES = {
    file: ast.parse(file.read_text(encoding="utf-8"))
    for file in [*(f for package in PACKAGES for f in (ROOT / package).rglob("*.py")), ROOT / "dagsplan.py"]
}


def taken(file: Path) -> Iterator[tuple[str, str]]:
    """The names that a file imports, each with the module it comes from."""
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, node.module) for alias in node.names)


def names_in_compiled_code(file: Path) -> set[str]:
    """What the bodies of its compiled functions speak of; their signatures are for the reader alone."""
    functions = [node for node in ast.walk(TREES[file]) if isinstance(node, ast.FunctionDef)]
    chosen = [f for f in functions if DECORATORS & {d.id for d in f.decorator_list if isinstance(d, ast.Name)}]
    statements = [statement for function in chosen for statement in function.body]
    return {node.id for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name)}


COMPILED = sorted(file for file in TREES if "city.compiled" in {module for _, module in taken(file)})


def test_there_is_compiled_code() -> None:
    assert {"shortest.py", "balance.py", "chain.py", "rule.py", "loop.py"} <= {file.name for file in COMPILED}


def test_numba_is_imported_in_one_place() -> None:
    """What is compiled elsewhere would have no cache, or one that does not notice a change in another file."""
    assert [f for f in TREES if any(m.split(".")[0] == "numba" for _, m in taken(f))] == [ROOT / "city" / "compiled.py"]


def test_every_source_is_there() -> None:
    """A path that is gone would silently add nothing to the digest."""
    assert [file for file in sources() if not file.is_file()] == []


@pytest.mark.parametrize("file", COMPILED, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_digest_sees_compiled_code_and_what_it_is_made_of(file: Path) -> None:
    """The file itself, and each of ours that a compiled function has a constant or another function from."""
    used = {module for name, module in taken(file) if name in names_in_compiled_code(file)}
    ours = [ROOT / Path(*module.split(".")).with_suffix(".py") for module in used if module.split(".")[0] in PACKAGES]
    assert {file, *ours} - set(sources()) == set()
