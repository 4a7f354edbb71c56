"""All SQL is in files: product code holds none, and hands the database nothing but named queries."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.sql import NAME

ROOT = Path(__file__).parents[3]
PRODUCT = ("dagsplan.py", "city", "store", "ingest", "models", "planner", "dashboards", "deploy")
NOT_OURS = {ROOT / "ingest" / "roads" / "geopackage.py"}
"""A GeoPackage is an SQLite file that somebody gives: what is asked of it never reaches the database."""
FILES = sorted(
    {file for name in PRODUCT for file in ((ROOT / name).rglob("*.py") if "." not in name else [ROOT / name])}
    - NOT_OURS
)
BEGINS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|TABLE|COPY|CREATE|ALTER|DROP|TRUNCATE|COMMENT|GRANT|REVOKE|LISTEN|"
    r"UNLISTEN|NOTIFY|SET|RESET|SHOW|LOCK|CALL|DO|EXPLAIN|ANALYZE|VACUUM|REFRESH|REINDEX|CLUSTER|BEGIN|COMMIT|ROLLBACK|"
    r"SAVEPOINT)\s"
)
NAMED = {"query", "tier_query"}
METHODS, FUNCTIONS = {"execute": 0, "executemany": 0, "copy": 0}, {"select": 1}
"""Which argument of a call is the text."""
ELSEWHERE = {
    ("store/migrate.py", "migration.text"): "a migration is a file of its own",
    ("store/tiers.py", "statement"): "the file of a tier, a statement at a time",
    ("store/rows.py", "sql"): "its callers give a named query, which is looked at where they do",
    ("store/partitions.py", "sql.SQL(query('partitions', 'oldest')).format(name=sql.Identifier(part.name))"): (
        "partitions have names, which no parameter can be: quoted as identifiers"
    ),
    ("store/partitions.py", "sql.SQL(query('partitions', 'drop_part')).format(name=name)"): "the same",
    ("store/partitions.py", "emptied"): "the same",
    (
        "store/partitions.py",
        "sql.SQL(query('partitions', 'make_week')).format(name=sql.Identifier(name), **bounds)",
    ): "the same, and bounds of partitions take no parameters: quoted as literals",
    ("store/partitions.py", "sql.SQL(query('partitions', 'move_odd')).format(ends=bounds['ends'])"): "the same",
    ("store/partitions.py", "sql.SQL(query('partitions', 'attach_before')).format(**names, **bounds)"): "the same",
}
"""What is handed over and is no call of ``query``, each with its reason."""


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every piece of text of a module, those of f-strings and of joined literals too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node


def handed_over(tree: ast.AST) -> Iterator[ast.expr]:
    """The texts that a module gives to calls that take SQL."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            place = METHODS.get(node.func.attr)
        else:
            place = FUNCTIONS.get(getattr(node.func, "id", ""))
        if place is not None and len(node.args) > place:
            yield node.args[place]


def is_named(text: ast.expr) -> bool:
    return isinstance(text, ast.Call) and isinstance(text.func, ast.Name) and text.func.id in NAMED


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_product_code_holds_no_sql(file: Path) -> None:
    found = [node for node in literals(ast.parse(file.read_text(encoding="utf-8"))) if BEGINS.match(str(node.value))]
    assert [f"line {node.lineno}: {node.value!r:.60}" for node in found] == []


def test_the_database_is_given_named_queries_alone() -> None:
    """No text that is put together, no variable but those that stand in the list, and no line of the list too many."""
    found = {
        (str(file.relative_to(ROOT)), ast.unparse(text))
        for file in FILES
        for text in handed_over(ast.parse(file.read_text(encoding="utf-8")))
        if not is_named(text)
    }
    assert found == set(ELSEWHERE)


@pytest.mark.parametrize(
    "code",
    [
        'connection.execute("SELECT 1")',
        'connection.execute(f"LISTEN {CHANNEL}")',
        'connection.execute("LISTEN " + CHANNEL)',
        'cursor.executemany("insert into t values (%s)", rows)',
        "connection.execute(text)",
        'select(connection, "SELECT 1", {}, Row)',
        'cursor.copy("COPY t FROM STDIN")',
    ],
)
def test_what_is_no_named_query_is_seen(code: str) -> None:
    tree = ast.parse(code)
    assert [is_named(text) for text in handed_over(tree)] == [False]


def test_each_query_has_a_name_of_its_own_and_says_what_it_does() -> None:
    for file in sorted((ROOT / "store" / "queries").glob("*.sql")):
        parts = NAME.split(file.read_text(encoding="utf-8"))
        names, bodies = parts[1::2], parts[2::2]
        assert parts[0].strip() == "", file.name
        assert len(names) == len(set(names)), file.name
        for name, body in zip(names, bodies, strict=True):
            assert body.strip().startswith("-- "), f"{file.name}: {name} has no comment"
            assert body.strip().endswith(";"), f"{file.name}: {name}"
