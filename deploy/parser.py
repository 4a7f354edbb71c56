"""An argument parser that speaks a language of the catalogue, in its own words as well as in those it is given."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from city.catalogue.foreign import in_our_words
from city.catalogue.words import Words
from city.errors import BadValue

T = TypeVar("T")


class SpokenParser(argparse.ArgumentParser):
    """Says usage, headings and mistakes in the language of ``words``; its sub-parsers do too."""

    def __init__(self, words: Words, **options: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(add_help=False, formatter_class=partial(_Formatter, words), **options)
        self.words = words
        self._positionals.title, self._optionals.title = words("cli.usage.arguments"), words("cli.usage.options")
        self.add_argument("-h", "--help", action="help", help=words("cli.usage.help"))

    def add_commands(self, dest: str, metavar: str) -> Any:  # noqa: ANN401 - argparse names no type for them
        """Sub-parsers, one of which must be chosen; ``dest`` then holds its name."""
        made: Any = partial(SpokenParser, self.words)
        return self.add_subparsers(dest=dest, required=True, metavar=metavar, parser_class=made)

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        problem = in_our_words(message)
        self.exit(2, self.words("cli.usage.error", prog=self.prog, problem=problem) + "\n")


class _Formatter(argparse.HelpFormatter):
    def __init__(self, words: Words, prog: str, **options: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(prog, **options)
        self._word = words("cli.usage.usage")

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ANN401
        super().add_usage(usage, actions, groups, self._word if prefix is None else prefix)


def kind(words: Words, read: Callable[[str], T]) -> Callable[[str], T]:
    """How an argument is read: what ``read`` raises as BadValue is said in the language."""

    def checked(text: str) -> T:
        try:
            return read(text)
        except BadValue as error:
            raise argparse.ArgumentTypeError(error.said(words)) from error

    return checked


def named_file(arguments: Sequence[str]) -> Path | None:
    """The settings file that a command line names, before it is parsed: mistakes are said in that language."""
    for place, word in enumerate(arguments):
        if word.startswith("--config="):
            return Path(word.removeprefix("--config="))
        if word == "--config" and place + 1 < len(arguments):
            return Path(arguments[place + 1])
    return None
