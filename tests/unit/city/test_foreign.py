"""What other programs say is said in the reader's language where it is known, with its places and values kept."""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.catalogue.words import words
from city.errors import BadValue, ConfigError

sv, en = words("sv").say, words("en").say


@dataclass(frozen=True)
class Share:
    """A value of ours that a decoder makes."""

    count: int
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.share > 1:
            raise BadValue(message("error.value.sky_view", value=str(self.share)))


class Row(msgspec.Struct, forbid_unknown_fields=True):
    """What decoders are asked for."""

    at: datetime | None = None
    many: tuple[Share, ...] = ()
    named: dict[int, str] = {}


def raised(deed: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:
        deed()
    return caught.value


def parse(*arguments: str) -> object:
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("--hours", type=int)
    parser.add_argument("--kind", choices=["snow", "waste"])
    return parser.parse_args(arguments)


@pytest.mark.parametrize(
    ("deed", "swedish"),
    [
        (lambda: Path("nowhere").read_text(), "Filen eller mappen finns inte"),
        (lambda: msgspec.convert({"x": 1}, Row), "det okända fältet `x`"),
        (lambda: msgspec.convert({"many": [{}]}, Row), "fältet `count` saknas – vid `$.many[0]`"),
        (
            lambda: msgspec.convert({"many": [{"count": "ett"}]}, Row),
            "`int` väntades, här står `str` – vid `$.many[0].count`",
        ),
        (lambda: msgspec.convert({"at": "i dag"}, Row), "ogiltig tid enligt RFC 3339 (`datetime`) – vid `$.at`"),
        (
            lambda: msgspec.convert({"many": [{"count": 1, "share": 2.0}]}, Row),
            "sky_view är 2.0; skriv en andel mellan 0 och 1 – vid `$.many[0]`",
        ),
        (lambda: msgspec.json.decode(b"{]"), "trasig JSON: nycklar måste vara text (byte 1)"),
        (lambda: msgspec.json.decode(b"{"), "slutar mitt i"),
        (lambda: json.loads("["), "ett värde väntades: rad 1, kolumn 2 (tecken 1)"),
        (lambda: tomllib.loads("a = "), "ogiltigt värde (vid slutet)"),
        (lambda: tomllib.loads("[planner\nx = 1"), "']' väntades efter tabellens namn (rad 1, kolumn 9)"),
        (b"\xff".decode, "byte 0xff på plats 0 är inte UTF-8: ogiltig början på ett tecken"),
        (lambda: date.fromisoformat("i dag"), "'i dag' är inget datum eller klockslag"),
        (lambda: float("tre"), "'tre' är inget tal"),
        (lambda: parse("--hours", "två"), "argumentet --hours: 'två' är inget tal"),
        (
            lambda: parse("--kind", "sand"),
            "argumentet --kind: 'sand' finns inte; välj bland 'snow', 'waste'",
        ),
    ],
)
def test_what_is_known_is_said_in_swedish(deed, swedish):
    said = in_our_words(raised(deed))
    assert sv(said) == swedish
    assert en(said) != swedish


@pytest.mark.parametrize(
    "text",
    [
        "Object missing required field `count` - at `$.many[0]`",
        "Expected `int | null`, got `str`",
        "Expected `array` of length >= 1 - at `$.values`",
        "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        "JSON is malformed: invalid character (byte 3)",
        "argument --kind: expected one argument",
        "Connection refused",
    ],
)
def test_in_english_it_stays_as_it_was_said(text):
    assert en(in_our_words(text)) == text


def test_what_nobody_knows_stays_as_it_was_said():
    said = in_our_words(RuntimeError("the moon is full - at `$.sky`"))
    assert sv(said) == "the moon is full – vid `$.sky`"
    assert sv(in_our_words("PBF error")) == "PBF error"


def test_an_error_without_words_is_its_name():
    assert sv(in_our_words(TimeoutError())) == "TimeoutError"


def test_an_error_of_ours_keeps_its_sentence():
    said = message("error.setting.time_zone", value="Mars")
    assert in_our_words(ConfigError(said)) == said


def test_the_number_of_a_system_error_is_left_out():
    assert sv(in_our_words("[Errno 111] Connection refused")) == "Anslutningen avvisades"


def test_what_the_database_says_of_a_connection():
    said = 'connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "city" does not exist'
    assert sv(in_our_words(said)) == 'databasen "city" finns inte'
