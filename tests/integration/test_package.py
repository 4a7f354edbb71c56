"""What is shipped and what may not be in it: the wheel's content, one front door, one clock, types everywhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("city", "store", "ingest", "models", "planner", "dashboards", "deploy")
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}

ASKING = (
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)"
    r"|\bcurrent_(timestamp|date|time)\b"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the wheel."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = out.glob("dagsplan-*.whl")
    return set(zipfile.ZipFile(file).namelist())


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))
    yield Path("dagsplan.py"), ast.parse((ROOT / "dagsplan.py").read_text(encoding="utf-8"))


def test_the_wheel_holds_all_that_runs(wheel: set[str]) -> None:
    """Every module, SQL file, template, static file, schema and type marker of the packages is in it."""
    wanted = {"dagsplan.py", "planner/plan.schema.json", *(f"{package}/py.typed" for package in PACKAGES)}
    for package in PACKAGES:
        for kind in ("*.py", "*.sql", "*.html", "*.js", "*.css", "*.json", "*.woff2", "*.pbf"):
            wanted |= {str(file.relative_to(ROOT)) for file in (ROOT / package).rglob(kind)}
    assert wanted - wheel == set()
    assert any(name.startswith("dashboards/templates/") for name in wheel)
    assert any(name.startswith("dashboards/static/") for name in wheel)
    assert "store/migrations/0001_first_winter_day.sql" in wheel


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    """No tests, caches or files of the workshop; only the packages, the front door and its own description."""
    own = re.compile(rf"^(({'|'.join(PACKAGES)})/|dagsplan\.py$|dagsplan-[^/]+\.dist-info/)")
    assert {name for name in wheel if not own.match(name)} == set()
    assert {name for name in wheel if "__pycache__" in name or name.endswith((".pyc", ".md~"))} == set()


def test_nothing_imports_the_front_door() -> None:
    """No package imports ``dagsplan``; it is only run."""
    guilty = []
    for file, tree in sources():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            guilty += [str(file) for name in names if name.split(".")[0] == "dagsplan"]
    assert guilty == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    """``datetime.now``, ``date.today`` and ``time.time`` are called in ``city/clock.py`` and nowhere else."""
    guilty = []
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if (owner, node.attr) in CLOCKS:
                    guilty.append(f"{file}:{node.lineno}")
    assert [place for place in guilty if not place.startswith("city/clock.py:")] == []


def test_no_sql_asks_what_time_it_is() -> None:
    """Neither SQL files nor SQL in the code call now(), current_timestamp, current_date or clock_timestamp()."""
    asking = re.compile(
        r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b",
        re.I,
    )
    guilty = []
    for file in sorted((ROOT / "store").rglob("*.sql")):
        text = "\n".join(line.split("--")[0] for line in file.read_text(encoding="utf-8").splitlines())
        guilty += [f"{file.relative_to(ROOT)}: {found.group()}" for found in asking.finditer(text)]
    for file, tree in sources():
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", text) and asking.search(text):
                guilty.append(f"{file}:{node.lineno}")  # type: ignore[attr-defined]
    assert guilty == []


def test_every_function_says_its_types() -> None:
    """All parameters but self and cls, and what is returned."""
    bare = []
    for file, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            named = (a for a in given if a is not None and a.arg not in {"self", "cls", "_"})
            untyped = [a.arg for a in named if a.annotation is None]
            if untyped or node.returns is None:
                bare.append(f"{file}:{node.lineno} {node.name} {untyped}")
    assert bare == []


def test_planner_and_models_have_a_docstring_for_each_public_function() -> None:
    """What a public function takes and gives is written at it."""
    silent = [
        f"{file}:{node.lineno} {node.name}"
        for file, tree in sources()
        if file.parts[0] in {"models", "planner"}
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_the_log_of_changes_tells_of_this_version() -> None:
    """Newest first, with dates and the six headings of Keep a Changelog; the last one told of is the package's own."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    released = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) - (\d{4}-\d\d-\d\d)", heading) for heading in headings]
    versions = [tuple(map(int, one.groups()[:3])) for one in released if one]
    dates = [one.group(4) for one in released if one]
    assert first == "Unreleased"
    assert len(versions) == len(headings)
    assert versions == sorted(set(versions), reverse=True)
    assert dates == sorted(dates, reverse=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ".".join(map(str, versions[0]))
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
