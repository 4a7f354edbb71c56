"""One small tree of errors. Each says what is wrong, where, and what to do.

DagsplanError
├── ConfigError            a setting is wrong or missing
├── ImportRefused          a file cannot be taken in
├── RejectedMessage        a message is no reading (kept as a dead letter)
├── SourceUnavailable      an outside source did not answer
├── StoreUnavailable       the database does not answer, or not as expected
├── SchemaMismatch         the database is of another version than the code
├── PlanNotPossible        a plan was asked for that nothing can make
├── NotFound               there is no such thing
└── Conflict               somebody else was first, or the step is not allowed from here
"""

from __future__ import annotations


class DagsplanError(Exception):
    """The base: its text is one line that a person can act on."""


class ConfigError(DagsplanError):
    """A setting is wrong or missing; names the setting and its source."""


class ImportRefused(DagsplanError):
    """A file cannot be taken in; names the file, what is wrong with it and the way out."""

    def __init__(self, file: object, problem: str, way_out: str) -> None:
        super().__init__(f"{file}: {problem}; {way_out}")
        self.file = str(file)
        self.problem = problem
        self.way_out = way_out


class RejectedMessage(DagsplanError):
    """A message is no reading. ``reason`` is a short word for counting, ``detail`` names the field."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class SourceUnavailable(DagsplanError):
    """An outside source did not answer, or not with what its documentation says."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.source = source
        self.problem = problem


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
