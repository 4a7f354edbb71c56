"""Every command line on a page can be given: commands and options of dagsplan, programs of Python, targets of make.

Beside what one can type as it stands, a page may write:

- a word in capitals for a value (``FILE``, ``DAY``, ``N``), ``KEY[/CLASS]=VALUE`` among them;
- ``[…]`` round what may be left out, ``…`` for *and more of them*, ``a|b`` for one of these;
- in prose, a command without what must follow it (``dagsplan bench ingest``): in a code block it is whole.
"""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from docs.tables.commands import command_line, commands
from tests.unit.docs.reading import DOCS, PAGES, ROOT, all_ticks, blocks, text, ticks

NUMBERS = {"N", "K", "S", "R", "H", "X"}
"""Placeholders that stand for a number; ``DAY`` stands for a date, any other for a word."""
NOT_ENOUGH = ("the following arguments are required", "expected one argument", "expected at least one argument")
BENCHMARK = re.compile(r"-m tests\.benchmarks (\w+)")


def in_prose() -> list[tuple[str, str]]:
    return [(page, tick) for page, tick in all_ticks() if re.match(r"dagsplan [a-z-]", tick)]


def in_blocks() -> list[tuple[str, str]]:
    """Each line of a shell block that runs dagsplan, without the prompt, the folder and the remark."""
    lines = (
        (page.name, line) for page in PAGES for block in blocks(page, "sh", "console") for line in block.splitlines()
    )
    found = ((page, re.match(r"(?:\$ )?(?:\.venv/bin/)?(dagsplan .*?)(?:\s+#.*)?$", line)) for page, line in lines)
    return [(page, line[1]) for page, line in found if line]


def typed(line: str) -> Iterator[list[str]]:
    """The words that somebody could type for a line of a page, one list for each choice in it."""
    line = line.replace("KEY[/CLASS]=VALUE", "KEY=VALUE").replace("…", "")
    words = shlex.split(re.sub(r"[\[\]]", " ", line))[1:]
    return map(list, itertools.product(*([value(one) for one in word.split("|")] for word in words)))


def value(word: str) -> str:
    return "1" if word in NUMBERS else "2026-11-24" if word == "DAY" else word


def complaint(words: list[str]) -> str:
    """What the parser says of a command line; nothing where it is well."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            command_line().parse_args(words)
    except SystemExit as left:
        return said.getvalue().splitlines()[-1] if left.code else ""
    return ""


@pytest.mark.parametrize(("page", "line"), in_prose())
def test_a_command_that_is_named_can_be_given(page: str, line: str) -> None:
    for words in typed(line):
        said = complaint(words)
        assert not said or any(lacking in said for lacking in NOT_ENOUGH), f"{page}: {line}: {said}"


@pytest.mark.parametrize(("page", "line"), in_blocks())
def test_a_command_of_a_code_block_is_whole(page: str, line: str) -> None:
    for words in typed(line):
        assert complaint(words) == "", f"{page}: {line}"


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert len(in_prose()) > 60
    assert len(in_blocks()) > 5
    assert list(typed("dagsplan broker-config fast|durable --rate R [--outage-h H]")) == [
        ["broker-config", profile, "--rate", "1", "--outage-h", "1"] for profile in ("fast", "durable")
    ]
    assert "invalid choice" in complaint(["plans", "snow"])
    assert "unrecognized arguments" in complaint(["plan", "snow", "--once"])
    assert "required" in complaint(["bench", "ingest"])


def test_every_option_that_is_named_is_one_of_a_command() -> None:
    """By itself between backticks."""
    parsers = [command_line(), *(command.parser for command in commands(command_line()))]
    known = {name for parser in parsers for action in parser._actions for name in action.option_strings}
    for page, tick in all_ticks():
        if tick.startswith("--"):
            assert tick.split()[0] in known, f"{page}: {tick}"


def test_every_benchmark_that_is_named_is_there_and_each_has_its_part() -> None:
    """In docs/benchmarks.md, whose titles name them too."""
    code = ast.parse((ROOT / "tests" / "benchmarks" / "__main__.py").read_text("utf-8"))
    table = next(node.value for node in code.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict))
    there = {ast.literal_eval(key) for key in table.keys if key is not None}
    named = {name for page in PAGES for name in BENCHMARK.findall(text(page))} - {"NAME"}
    titles = [line for line in text(DOCS / "benchmarks.md").splitlines() if line.startswith("## ")]
    assert named <= there
    assert {name for line in titles for name in re.findall(r"`(\w+)`", line)} == there


def test_every_program_of_python_that_is_named_is_there() -> None:
    named = {name for page in PAGES for name in re.findall(r"-m ((?:docs|tests)[\w.]*\w)", text(page))}
    assert len(named) >= 3
    for name in named:
        found = find_spec(name)
        assert found is not None
        assert found.submodule_search_locations is None or find_spec(f"{name}.__main__") is not None, name


def test_every_target_of_make_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    typed_lines = [line for page in PAGES for block in blocks(page, "sh") for line in block.splitlines()]
    named = [word[1] for line in typed_lines if (word := re.match(r"make ([a-z-]+)", line))]
    named += [word[1] for page in PAGES for tick in ticks(page) if (word := re.match(r"make ([a-z-]+)", tick))]
    assert len(named) > 8
    assert set(named) <= targets
