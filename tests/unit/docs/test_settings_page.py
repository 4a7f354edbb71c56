"""docs/settings.md holds every setting with its default, and no other; so do the variables that are named anywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from city.hidden import SECRETS
from city.settings import Settings, load
from tests.unit.docs.reading import DOCS, PAGES, ROOT, blocks, text

VARIABLE = re.compile(r"DAGSPLAN_[A-Z][A-Z_]*[A-Z]")
PATTERN = "DAGSPLAN_SECTION__KEY"
"""How the page writes any of them."""


def block() -> str:
    return next(iter(blocks(DOCS / "settings.md", "toml")))


def tree(*, absent: bool) -> dict[str, Any]:
    """The settings as the page has them: those with a default, or those that are commented out."""
    lines = block().splitlines()
    if absent:
        lines = [line.removeprefix("# ") for line in lines if line.startswith(("# ", "["))]
    return tomllib.loads("\n".join(lines))


def defaults() -> dict[str, Any]:
    """The tree of the code, as a file would have it."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(Settings()))
    return made


def sections(of: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: part for name, part in of.items() if isinstance(part, dict)}


def test_every_setting_stands_there_with_its_default() -> None:
    """Each where it belongs; what has no default is commented out."""
    kept = {
        name: {key: value for key, value in part.items() if value is not None}
        for name, part in sections(defaults()).items()
    }
    assert tree(absent=False) == {"state_dir": "", **kept}


def test_what_has_no_default_is_commented_out_with_an_example_that_may_be_set() -> None:
    without = {
        name: {key for key, value in part.items() if value is None} for name, part in sections(defaults()).items()
    }
    assert {name: set(part) for name, part in tree(absent=True).items()} == without
    assert msgspec.convert(tree(absent=True), Settings)


def test_the_block_is_a_file_of_settings(tmp_path: Path) -> None:
    file = tmp_path / "dagsplan.toml"
    file.write_text(block(), encoding="utf-8")
    assert load(file, {}) == Settings()


def test_secrets_from_files_are_named() -> None:
    """Each in the words of its variable."""
    wanted = {
        f"DAGSPLAN_{section}__{key}_FILE".upper()
        for section, part in sections(defaults()).items()
        for key in part
        if key in SECRETS
    }
    assert wanted == {name for name in VARIABLE.findall(text(DOCS / "settings.md")) if name.endswith("_FILE")}


def test_every_variable_that_a_page_names_is_read_somewhere() -> None:
    """A setting by its section and key; any other by a line of code, test or CI."""
    for page in PAGES:
        for name in set(VARIABLE.findall(text(page))) - {PATTERN}:
            assert is_setting(name) or name in elsewhere(), f"{page.name}: nothing reads {name}"


def test_every_variable_of_a_benchmark_is_named_in_the_pages() -> None:
    code = "\n".join(file.read_text("utf-8") for file in (ROOT / "tests" / "benchmarks").rglob("*.py"))
    wanted = set(re.findall(r'environ[^"\n]*"(DAGSPLAN_BENCH_\w+)"', code))
    assert len(wanted) > 5
    assert wanted <= {name for page in PAGES for name in VARIABLE.findall(text(page))}


def is_setting(name: str) -> bool:
    section, _, key = name.removeprefix("DAGSPLAN_").lower().partition("__")
    part = getattr(Settings(), section, None)
    return hasattr(part, key.removesuffix("_file")) if key else name == "DAGSPLAN_STATE_DIR"


def elsewhere() -> set[str]:
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / ".ci").iterdir()]
    return {name for file in files for name in VARIABLE.findall(file.read_text("utf-8", errors="replace"))}
