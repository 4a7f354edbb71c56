"""What the doctor says of one part: whether it is well, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from city.catalogue.message import Message, message
from city.catalogue.words import Words

FindingState = Literal["ok", "note", "bad"]


@dataclass(frozen=True)
class Finding:
    """One part and how it is. ``part`` is a short word; ``of`` says which, where there are several: a daemon by its
    name, a plan by its domain, calls by their channel.

    ``ok`` is false where something needs a hand. With ``note`` it does not, and there is something to know: a part
    that is not set up, and that not every town needs.
    """

    part: str
    ok: bool
    text: Message
    of: str = ""
    note: bool = False

    @property
    def state(self) -> FindingState:
        """How it is, in one word."""
        if not self.ok:
            return "bad"
        return "note" if self.note else "ok"

    @property
    def name(self) -> Message:
        """What the part is called."""
        if self.part == "plan":
            return message("doctor.plan_of", of=message(f"cli.domain.{self.of}"))
        part = message(f"doctor.part.{self.part}")
        of = message(f"call.channel.{self.of}") if self.part == "calls" else self.of
        return message("doctor.part_of", part=part, of=of) if self.of else part

    def line(self, words: Words) -> str:
        """One line for a person."""
        return words("doctor.line", mark=words(f"doctor.{self.state}"), part=self.name, text=self.text)

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, its sentences in a language."""
        named = {"part": f"{self.part} {self.of}".strip(), "name": words.say(self.name)}
        return {**named, "ok": self.ok, "state": self.state, "text": words.say(self.text)}


def clauses(*parts: Message) -> Message:
    """Several things said of one part."""
    return message("format.clauses", parts=parts)


def with_scheduler(said: Message) -> Message:
    """What only the scheduler does, with who has to be started for it."""
    return clauses(said, message("doctor.start_scheduler"))
