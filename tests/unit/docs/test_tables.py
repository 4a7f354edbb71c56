"""Tables of the documentation that stand in the code: each page is what ``python -m docs.tables`` would write, and
every command, option and metric is in its table."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from city.metrics import PREFIX, TELLS
from dagsplan import COMMANDS
from docs.tables import commands
from docs.tables.written import BEGIN, END, between, written
from tests.unit.docs.reading import DOCS, text, ticks

FOUND = {command.name: command for command in commands.commands(commands.command_line())}


@pytest.mark.parametrize("file", written(), ids=lambda file: file.name)
def test_a_page_is_as_the_code_would_write_it(file: Path) -> None:
    """``python -m docs.tables`` writes it again."""
    assert text(file) == written()[file]


def test_a_table_takes_the_place_between_its_comments_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN.format('metrics')}\nold\n{END}\nafter\n")
    assert between(page, "metrics", r"| \1 |") == f"before\n{BEGIN.format('metrics')}\n\n| \\1 |\n\n{END}\nafter\n"
    with pytest.raises(ValueError, match="once"):
        between(page, "commands", "")


def test_every_command_stands_in_a_group_with_an_example() -> None:
    """And the front door can run it."""
    named = [name for names in commands.GROUPS.values() for name in names]
    assert sorted(named) == sorted(FOUND) == sorted(commands.EXAMPLES)
    assert {found.parser.get_default("name") or name.split()[0] for name, found in FOUND.items()} == set(COMMANDS)


@pytest.mark.parametrize("name", FOUND)
def test_the_example_of_a_command_can_be_run(name: str) -> None:
    words = shlex.split(commands.EXAMPLES[name])
    assert words[0] == "dagsplan"
    options = commands.command_line().parse_args(words[1:])
    assert f" {name} " in f" {' '.join(words)} "
    assert options.name in COMMANDS


@pytest.mark.parametrize("name", FOUND)
def test_every_option_has_a_row_that_says_what_it_means(name: str) -> None:
    """In the part of the page that is its command's."""
    part = text(DOCS / "commands.md").split(f"| `dagsplan {name}` |")[1].split("| `dagsplan ")[0]
    for option in FOUND[name].parser._actions:
        if not isinstance(option, argparse._HelpAction):
            word = option.option_strings[-1] if option.option_strings else commands.written(option)
            row = next(line for line in part.splitlines() if line.startswith(f"| | `{word}"))
            assert re.fullmatch(r"\| \| `.+` \| .+ \| .+ \|", row)


@pytest.mark.parametrize(
    ("added", "default"),
    [
        ({"default": 3}, "`3`"),
        ({"default": 3, "help": "so many (default 3, at night 6)"}, "3, at night 6"),
        ({"help": "when (default: now)"}, "now"),
        ({"required": True}, "must be given"),
        ({"action": "store_true"}, "–"),
        ({"action": "append", "default": []}, "–"),
        ({}, "–"),
    ],
)
def test_the_default_of_an_option(added: dict[str, object], default: str) -> None:
    """As its help says it, else as the parser has it."""
    option = argparse.ArgumentParser().add_argument("--some", **added)
    assert commands.default(option) == default


def test_what_nobody_explains_is_an_error() -> None:
    with pytest.raises(KeyError):
        commands.means(argparse.ArgumentParser().add_argument("--some"))


def test_every_metric_is_told_and_every_one_told_is_there() -> None:
    named = {tick for tick in ticks(DOCS / "api.md") if re.fullmatch(rf"{PREFIX}\w*[a-z]", tick)}
    assert named == {f"{PREFIX}{name}" for name in TELLS}
