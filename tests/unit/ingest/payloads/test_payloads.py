"""Decoders and rules: what each format holds becomes rows, and every poison its reason, without any other error."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from city.catalogue.words import words
from city.errors import RejectedMessage
from ingest.payloads.measured import MAX_TOPIC_BYTES, Measured
from ingest.payloads.topics import decode, device_of
from ingest.validate import ClockRule, validate
from tests.unit.ingest.poison import GOOD, NOW, OWN, TABLE, UP, Poison, deep, own, up

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))
REAL_CHIRPSTACK = b"""{"deduplicationId":"9ffbc7be-916a-4597-9d64-0713a3d5e030",
"time":"2024-06-20T08:48:38.863512+00:00","deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
"tenantName":"Jena","applicationId":"5bb92de6-49b3-49af-a366-34667f2230be",
"applicationName":"KSJ_Bodenfeuchte_Stadtforst","deviceProfileId":"37cf9cbd-e7e1-4269-8c22-b46bb5261a2a",
"deviceProfileName":"Dragino_LSE01","deviceName":"LST25628782","devEui":"a8404187d187106e"},
"object":{"BatV":3.301,"temp_SOIL":"13.25"},
"rxInfo":[{"gatewayId":"a84041ffff1f4b70","location":{"latitude":50.949717,"longitude":11.608153,"altitude":151.0}}]}"""
DECIDED_BY_STORE = {"unknown_device", "too_large"}


def reason_of(poison: Poison) -> tuple[str, int]:
    """The first reason and how many good rows are left, as the writer would see them."""
    try:
        rows, faults = validate(decode(poison.topic, poison.payload), AT, RULE)
    except RejectedMessage as rejected:
        return rejected.reason, 0
    return (faults[0].reason if faults else ""), len(rows)


@pytest.mark.parametrize("poison", [p for p in TABLE if p.reason not in DECIDED_BY_STORE], ids=lambda p: p.name)
def test_each_poison_is_rejected_with_its_reason(poison: Poison) -> None:
    """No poison passes, none raises anything but a rejection, and good values beside it are left."""
    assert reason_of(poison) == (poison.reason, poison.rows)


def test_own_json_single_and_array() -> None:
    """One reading and an array of readings give the device of the topic, each time and each value."""
    one = own('{"snow_depth": 4.5, "air_temperature": -2}')
    at = datetime(2027, 1, 12, 2, tzinfo=UTC)
    assert decode(OWN, one) == [Measured("g-1", at, {"snow_depth": 4.5, "air_temperature": -2.0})]
    later = own('{"snow_depth": 5}', "2027-01-12T03:05:00+01:00")
    both = decode(OWN, b"[" + one + b"," + later + b"]")
    assert [item.time for item in both] == [at, at + timedelta(minutes=5)]


def test_an_empty_array_holds_nothing() -> None:
    """``[]`` is no error and no reading."""
    assert decode(OWN, b"[]") == []


def test_a_real_chirpstack_message() -> None:
    """A message as a network server sent it, with a number as a string."""
    read = decode("application/5bb92de6/device/a8404187d187106e/event/up", REAL_CHIRPSTACK)
    at = datetime(2024, 6, 20, 8, 48, 38, 863512, tzinfo=UTC)
    assert read == [Measured("a8404187d187106e", at, {"BatV": 3.301, "temp_SOIL": 13.25})]


def test_chirpstack_device_names_are_one_whatever_their_case() -> None:
    """The EUI in capitals in the topic or the payload is the same device."""
    (read,) = decode("application/a/device/A84041/event/up", up('{"a": 1}', "a84041"))
    assert read.device == "a84041"


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ('{"t": {"air": 1, "soil": {"top": "2.5"}}}', {"t_air": 1.0, "t_soil_top": 2.5}),
        ('{"open": true, "full": false, "n": 3}', {"open": 1.0, "full": 0.0, "n": 3.0}),
        ('{"a": " -3.5 ", "b": "", "c": "ok", "d": null, "e": [1]}', {"a": -3.5}),
        ('{"a": "nan", "b": "inf", "c": "-Infinity", "d": 1}', {"d": 1.0}),
        ('{"a": "1_000", "d": 1}', {"d": 1.0}),
    ],
)
def test_codec_fields_become_numbers(content: str, values: dict[str, float]) -> None:
    """Nested names are joined, flags are 0 and 1, numbers in strings are read, and what is no number is passed over."""
    (read,) = decode(UP, up(content))
    assert read.values == values


def test_deep_fields_of_long_names_stay_apart() -> None:
    """Fields with the same first hundred characters are quantities of their own, the same ones in every message."""

    def names(**fields: int) -> list[str]:
        (measured,) = decode(UP, up(json.dumps({"a" * 95: {"deep": fields}})))
        return list(measured.values)

    three = names(field_x=0, field_y=1, **{"z" * 300: 2})
    assert len(set(three)) == 3
    assert {len(name) for name in three} == {100}
    assert [*names(field_x=0), *names(field_y=1)] == three[:2]
    assert list(decode(UP, up(json.dumps({"a" * 100: 1})))[0].values) == ["a" * 100]


def test_an_uplink_without_time_is_refused() -> None:
    """Our own time of receipt would make a second row of a second delivery."""
    with pytest.raises(RejectedMessage, match="no_time"):
        decode(UP, b'{"deviceInfo": {"devEui": "a84041"}, "object": {"a": 1}}')


def test_version_3_is_named_with_the_way_out() -> None:
    """A version 3 message says so, instead of naming a missing field."""
    with pytest.raises(RejectedMessage, match="version 3.*upgrade"):
        decode(UP, b'{"applicationID": "1", "devEUI": "qEBBh9GHEG4=", "objectJSON": "{}", "fPort": 2}')


@pytest.mark.parametrize(
    ("topic", "device"),
    [(OWN, "g-1"), (UP, "a84041"), ("dagsplan/x/image", "x"), ("weather/1", ""), ("", "")],
)
def test_rejects_are_counted_for_the_device_of_the_topic(topic: str, device: str) -> None:
    """The topic names the device that a reject counts for, also where the payload cannot be read."""
    assert device_of(topic) == device


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [(0, ""), (300, ""), (301, "future"), (-7 * 86_400, ""), (-7 * 86_400 - 1, "too_old")],
)
def test_the_clock_rule_holds_to_the_second(seconds: int, reason: str) -> None:
    """Five minutes ahead and seven days late are taken; a second more is not."""
    _, faults = validate([Measured("d", AT + timedelta(seconds=seconds), {"a": 1.0})], AT, RULE)
    assert [fault.reason for fault in faults] == ([reason] if reason else [])


def test_a_fault_names_the_field_and_the_limit() -> None:
    """Who reads a dead letter learns which field was wrong and what it may be."""
    _, faults = validate([Measured("d", AT, {"air_temperature": 255.0})], AT, RULE)
    assert words("en").say(faults[0].detail) == "air_temperature = 255 is outside −60 to 60 °C"
    assert words("sv").say(faults[0].detail) == "air_temperature = 255 ligger utanför −60 till 60 °C"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from([NOW, "snow_depth", "9" * 350]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["time", "values", "object", "deviceInfo", "devEui", "a"]) | st.text(max_size=4), inner
        )
    ),
    max_leaves=20,
)
SHAPED = st.fixed_dictionaries(
    {"time": st.just(NOW) | JSON, "values": st.dictionaries(st.text(max_size=5), JSON, max_size=4) | JSON},
    optional={"deviceInfo": st.just({"devEui": "a84041"}) | JSON, "object": JSON},
)
PAYLOADS = (
    st.binary(max_size=300)
    | JSON.map(lambda value: json.dumps(value).encode())
    | SHAPED.map(lambda value: json.dumps(value).encode())
    | SHAPED.map(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))
)
TOPICS = st.sampled_from([OWN, UP, "x/y"]) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=MAX_TOPIC_BYTES + 20
)


@given(topic=TOPICS, payload=PAYLOADS)
@example(topic=UP, payload=up(deep(900, '{"a":', "}")))
@settings(max_examples=500, deadline=None)
def test_any_bytes_on_any_topic_are_decoded_or_rejected(topic: str, payload: bytes) -> None:
    """Whatever arrives gives finite rows of a named quantity, or a rejection: never another error."""
    try:
        rows, faults = validate(decode(topic, payload), AT, RULE)
    except RejectedMessage as rejected:
        assert rejected.reason
        assert words("sv").say(rejected.detail)
        return
    assert all(fault.reason and words("sv").say(fault.detail) for fault in faults)
    for row in rows:
        assert 0 < len(row.quantity) <= 100
        assert "\x00" not in row.quantity
        assert abs(row.value) <= 1e12
        assert AT - RULE.late <= row.time <= AT + RULE.ahead


def test_good_is_good() -> None:
    """The payload that the poison table calls good is one row without a fault."""
    rows, faults = validate(decode(OWN, GOOD), AT, RULE)
    assert (len(rows), faults) == (1, [])
