"""Payloads that have stopped other daemons, with the short reason that each is kept under."""

from __future__ import annotations

from dataclasses import dataclass

NOW = "2027-01-12T02:00:00Z"
OWN = "dagsplan/g-1/reading"
UP = "application/a/device/a84041/event/up"
GOOD = b'{"time": "2027-01-12T01:59:00Z", "values": {"snow_depth": 4.5}}'


@dataclass(frozen=True)
class Poison:
    """A message, the reason it is kept under, and whether a good value in it is stored all the same."""

    name: str
    topic: str
    payload: bytes
    reason: str
    rows: int = 0


def own(values: str, time: str = NOW) -> bytes:
    return f'{{"time": "{time}", "values": {values}}}'.encode()


def up(content: str, dev_eui: str = "a84041") -> bytes:
    return f'{{"time": "{NOW}", "deviceInfo": {{"devEui": "{dev_eui}"}}, "object": {content}}}'.encode()


def deep(depth: int, opens: str, closes: str, inside: str = "1") -> str:
    return opens * depth + inside + closes * depth


TABLE = (
    Poison("nul in a name", OWN, own(r'{"a\u0000b": 1}'), "quantity"),
    Poison("nul in a name beside a good value", OWN, own(r'{"a\u0000b": 1, "snow_depth": 2}'), "quantity", 1),
    Poison("nul in the device of a payload", UP, up('{"a": 1}', r"a8\u00004041"), "device"),
    Poison("nul in a time", OWN, own('{"a": 1}', r"2027-01-12\u0000"), "shape"),
    Poison("nan", OWN, own('{"a": NaN}'), "not_json"),
    Poison("infinity", OWN, own('{"a": Infinity}'), "not_json"),
    Poison("1e400", OWN, own('{"a": 1e400}'), "shape"),
    Poison("1e400 in a codec", UP, up('{"a": 1e400}'), "shape"),
    Poison("5,000 digits", OWN, own(f'{{"a": {"9" * 5000}}}'), "shape"),
    Poison("400 digits in a codec", UP, up(f'{{"a": {"9" * 400}}}'), "no_values"),
    Poison("5,000 digits in a codec", UP, up(f'{{"a": {"9" * 5000}}}'), "shape"),
    Poison("400 digits in a codec's text", UP, up(f'{{"a": "{"9" * 400}"}}'), "no_values"),
    Poison("lone surrogate", OWN, own(r'{"\ud800": 1}'), "not_json"),
    Poison("deep arrays", OWN, b"[" * 16_000, "shape"),
    Poison("deep values", OWN, own(deep(5000, "[", "]")), "shape"),
    Poison(
        "deep in a field that nobody reads",
        OWN,
        f'{{"x": {deep(7000, "[", "]")}, "time": "{NOW}", "values": {{"a": 1}}}}'.encode(),
        "too_deep",
    ),
    Poison("deep in a codec", UP, up(deep(2500, '{"a":', "}")), "too_deep"),
    Poison("latin-1", OWN, '{"time": "2027-01-12T02:00:00Z", "values": {"Växjö": 1}}'.encode("latin-1"), "not_json"),
    Poison("utf-16", OWN, own('{"a": 1}').decode().encode("utf-16"), "not_json"),
    Poison("end of the calendar", OWN, own('{"a": 1}', "9999-12-31T23:59:00-14:00"), "clock"),
    Poison("begin of the calendar", OWN, own('{"a": 1}', "0001-01-01T00:00:00+14:00"), "clock"),
    Poison("year 9999", OWN, own('{"a": 1}', "9999-12-31T23:59:59Z"), "future"),
    Poison("year 1", OWN, own('{"a": 1}', "0001-01-01T00:00:00Z"), "too_old"),
    Poison("naive time", OWN, own('{"a": 1}', "2027-01-12T02:00:00"), "shape"),
    Poison("naive time of a network server", UP, up('{"a": 1}').replace(b"00Z", b"00"), "shape"),
    Poison("time as a number", OWN, b'{"time": 1799719200, "values": {"a": 1}}', "shape"),
    Poison("six minutes ahead", OWN, own('{"a": 1}', "2027-01-12T02:06:00Z"), "future"),
    Poison("eight days old", OWN, own('{"a": 1}', "2027-01-04T02:00:00Z"), "too_old"),
    Poison("out of range", OWN, own('{"air_temperature": 255}'), "out_of_range"),
    Poison("a number beyond all words", OWN, own('{"snow_depth": 3.7e190}'), "out_of_range"),
    Poison("a number beyond all words in a codec", UP, up('{"friction": -1.7e308}'), "out_of_range"),
    Poison("out of range beside good", OWN, own('{"air_temperature": 255, "humidity": 3}'), "out_of_range", 1),
    Poison("friction in per cent", OWN, own('{"friction": 55.0}'), "out_of_range"),
    Poison("friction of nonsense beside good", UP, up('{"friction": -3e9, "humidity": 80}'), "out_of_range", 1),
    Poison("true for a number", OWN, own('{"a": true}'), "shape"),
    Poison("text for a number", OWN, own('{"a": "1"}'), "shape"),
    Poison("null for a number", OWN, own('{"a": null}'), "shape"),
    Poison("no values", OWN, own("{}"), "shape"),
    Poison("no name", OWN, own('{"": 1}'), "shape"),
    Poison("no name in a codec", UP, up('{"": 1}'), "no_values"),
    Poison("name of 101 letters", OWN, own(f'{{"{"å" * 101}": 1}}'), "shape"),
    Poison("201 values", OWN, own("{" + ",".join(f'"q{n}": 1' for n in range(201)) + "}"), "shape"),
    Poison("empty", OWN, b"", "not_json"),
    Poison("null", OWN, b"null", "shape"),
    Poison("a word", OWN, b"hello", "not_json"),
    Poison("truncated", OWN, GOOD[:-4], "not_json"),
    Poison("two documents", OWN, GOOD + GOOD, "not_json"),
    Poison("too large", OWN, b'{"x": "' + b"y" * 20_000 + b'"}', "too_large"),
    Poison("unknown topic", "weather/station/1", GOOD, "topic"),
    Poison("topic of eight levels", "a/b/c/d/e/f/g/h", GOOD, "topic"),
    Poison("topic of 300 bytes", f"dagsplan/{'x' * 300}/reading", GOOD, "topic"),
    Poison("device without a name", "dagsplan//reading", GOOD, "device"),
    Poison("device of 101 letters", f"dagsplan/{'x' * 101}/reading", GOOD, "device"),
    Poison("another device in the payload", UP, up('{"a": 1}', "a84042"), "device"),
    Poison("no codec", UP, f'{{"time": "{NOW}", "deviceInfo": {{"devEui": "a84041"}}}}'.encode(), "no_codec"),
    Poison("two fields of one name in a codec", UP, up('{"a_b": 1, "a": {"b": 2}}'), "same_name"),
    Poison("only words in a codec", UP, up('{"state": "ok", "alarm": "none"}'), "no_values"),
    Poison("network server version 3", UP, b'{"devEUI": "qEBB", "objectJSON": "{}", "fPort": 2}', "shape"),
    Poison("unknown device", "dagsplan/stranger/reading", GOOD, "unknown_device"),
)
