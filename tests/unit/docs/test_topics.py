"""The topics of docs/ingestion.md are those that are subscribed to and read."""

from __future__ import annotations

import ast
import inspect
import json
import re

from city.settings import Settings
from ingest.payloads import position, topics
from ingest.payloads.topics import decode
from tests.unit.docs.reading import DOCS, text

ROW = re.compile(r"^\| `((?:dagsplan|application|owntracks|traccar)/[^`]+)` \| `?(\{\"time.*?\}(?=`)|)", re.MULTILINE)


def documented() -> dict[str, str]:
    """Each topic, with ``+`` for what a message names, and the message beside it."""
    return {re.sub(r"\{\w+\}", "+", topic): message for topic, message in ROW.findall(text(DOCS / "ingestion.md"))}


def read() -> set[str]:
    """The patterns that choose who reads a topic, and that of positions."""
    code = ast.parse(inspect.getsource(topics._route.__wrapped__))
    cases = [case.pattern for node in ast.walk(code) if isinstance(node, ast.Match) for case in node.cases]
    of_places = {re.sub(r"\(?\[\^/\]\*\)?", "+", one.pattern) for one in (position._OWN, position._OWNTRACKS)}
    readings = {"/".join(map(part, case.patterns)) for case in cases if isinstance(case, ast.MatchSequence)}
    return readings | of_places | {position._TRACCAR}


def part(pattern: ast.pattern) -> str:
    value = pattern.value if isinstance(pattern, ast.MatchValue) else None
    return str(value.value) if isinstance(value, ast.Constant) else "+"


def test_documented_subscribed_and_read_are_the_same() -> None:
    assert set(documented()) == set(Settings().mqtt.topics) == read()


def test_the_message_of_a_reading_is_one() -> None:
    message = documented()["dagsplan/+/reading"]
    (found,) = decode("dagsplan/s1/reading", message.encode())
    assert found.values == json.loads(message)["values"]


def test_the_message_of_a_position_has_the_fields_that_are_read() -> None:
    row = next(line for line in text(DOCS / "ingestion.md").splitlines() if "/position`" in line)
    named = {json_key or word for json_key, word in re.findall(r'"(\w+)":|`(\w+)`', row)}
    assert named == set(position.OwnPosition.__struct_fields__)
