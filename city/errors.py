"""One small tree of errors. Each says what is wrong, where, and what to do, in any language of the catalogue.

DagsplanError
├── BadValue               a value is none of its kind (a ValueError too)
├── ConfigError            a setting is wrong or missing
├── ImportRefused          a file cannot be taken in
│   └── NeedsYes           it can, and much would be replaced or lost by it
├── RejectedMessage        a message is no reading (kept as a dead letter)
├── SourceUnavailable      an outside source did not answer
├── StoreUnavailable       the database does not answer, or not as expected
├── SchemaMismatch         the database is of another version than the code
├── PlanNotPossible        a plan was asked for that nothing can make
├── NotFound               there is no such thing
└── Conflict               somebody else was first, or the step is not allowed from here
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from city.catalogue.message import Message, message, verbatim

if TYPE_CHECKING:
    from city.catalogue.words import Words

Sentence = Message | str
"""What is said of an error: a sentence of the catalogue, or words of another program as they are."""


class DagsplanError(Exception):
    """The base: its text is one line that a person can act on, in any language; ``str`` of it is English, for logs."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.message = as_message(sentence)

    def said(self, words: Words) -> str:
        """The line in a language."""
        return words.say(self.message)

    def __str__(self) -> str:
        from city.catalogue.words import words

        return self.said(words("en"))


def as_message(sentence: Sentence) -> Message:
    """A sentence of the catalogue; other words stay as they are."""
    return sentence if isinstance(sentence, Message) else verbatim(sentence)


class BadValue(DagsplanError, ValueError):
    """A value is none of its kind. A ValueError too, so that a decoder that makes such values says where it stands."""


class ConfigError(DagsplanError):
    """A setting is wrong or missing; names the setting and its source."""


class ImportRefused(DagsplanError):
    """A file cannot be taken in; names the file, what is wrong with it and the way out."""

    def __init__(self, file: object, problem: Sentence, way_out: Sentence) -> None:
        self.file = str(file)
        self.problem, self.way_out = as_message(problem), as_message(way_out)
        super().__init__(message("error.import_refused", file=self.file, problem=self.problem, way_out=self.way_out))


class NeedsYes(ImportRefused):
    """A file can be taken in, and much would be replaced or lost by it: a person has to say yes first."""

    def __init__(self, file: object, problem: Sentence) -> None:
        super().__init__(file, problem, message("error.file.say_yes"))


class RejectedMessage(DagsplanError):
    """A message is no reading. ``reason`` is a short word for counting, ``detail`` names the field."""

    def __init__(self, reason: str, detail: Sentence) -> None:
        self.reason, self.detail = reason, as_message(detail)
        super().__init__(message("error.rejected_message", reason=reason, detail=self.detail))


class SourceUnavailable(DagsplanError):
    """An outside source did not answer, or not with what its documentation says."""

    def __init__(self, source: Sentence, problem: Sentence) -> None:
        self.source, self.problem = as_message(source), as_message(problem)
        super().__init__(message("error.source_unavailable", source=self.source, problem=self.problem))


class StoreUnavailable(DagsplanError):
    """The database does not answer; names it without its password."""


class SchemaMismatch(DagsplanError):
    """The database is newer than the code, or a migration was edited after it was applied."""


class PlanNotPossible(DagsplanError):
    """Not even a refusal can be planned: there is nothing to plan for."""


class NotFound(DagsplanError):
    """There is no such plan, order, device or file."""


class Conflict(DagsplanError):
    """The step is not allowed from the present state, or another person was first."""
