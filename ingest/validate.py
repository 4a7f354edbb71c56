"""From measured values to rows that may be stored: ranges and clock rules, each fault with its field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from city.catalogue.message import Message, message
from city.quantities import out_of_range
from ingest.payloads.measured import Measured


class ReadingRow(msgspec.Struct, frozen=True, gc=False):
    """One value that may be stored."""

    device: str
    quantity: str
    time: datetime
    value: float


class Fault(msgspec.Struct, frozen=True, gc=False):
    """Why a value was not taken: a short reason for counting, and the field; the device where that is to blame."""

    reason: str
    detail: Message
    device: str = ""


@dataclass(frozen=True)
class ClockRule:
    """How late and how far ahead of our clock a reading may be."""

    late: timedelta
    ahead: timedelta


def validate(
    measured: Iterable[Measured], received_at: datetime, rule: ClockRule
) -> tuple[list[ReadingRow], list[Fault]]:
    """Good values as rows, and the faults of the others: a bad value does not take its neighbours with it."""
    rows: list[ReadingRow] = []
    faults: list[Fault] = []
    for item in measured:
        time = utc(item.time)
        fault = clock_fault(item.device, item.time, received_at, rule)
        if fault is not None or time is None:
            faults.append(fault or Fault("clock", message("error.reading.no_calendar")))
            continue
        for name, value in item.values.items():
            wrong = _value_fault(name, value)
            if wrong is None:
                rows.append(ReadingRow(item.device, name, time, value))
            else:
                faults.append(wrong)
    return rows, faults


def utc(time: datetime) -> datetime | None:
    """In UTC; None at the ends of the calendar, where the conversion leaves it."""
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return None


def clock_fault(who: str, said: datetime, now: datetime, rule: ClockRule) -> Fault | None:
    """What is wrong with the time that a device or vehicle says, received ``now``."""
    time = utc(said)
    if time is None:
        return Fault("clock", message("error.reading.no_calendar_for", at=str(said)))
    if time > now + rule.ahead:
        seconds = round((time - now).total_seconds())
        return Fault("future", message("error.reading.future", at=time.isoformat(), seconds=seconds, who=who))
    if time < now - rule.late:
        days = (now - time).total_seconds() / 86_400
        return Fault("too_old", message("error.reading.too_old", at=time.isoformat(), days=days))
    return None


def _value_fault(name: str, value: float) -> Fault | None:
    if not name or "\x00" in name or len(name) > 100:
        return Fault("quantity", message("error.reading.no_quantity", name=repr(name[:40])))
    wrong = out_of_range(name, value)
    return None if wrong is None else Fault("out_of_range", wrong)


def too_large(bytes_: int, limit: int) -> Fault:
    """A message that is longer than any reading [bytes]."""
    return Fault("too_large", message("error.reading.too_large", bytes=bytes_, limit=limit))


def unknown_device(device: str) -> Fault:
    """A reading of a device that nobody has taken in."""
    return Fault("unknown_device", message("error.reading.unknown_device", device=device), device)


def retired_device(device: str) -> Fault:
    """A reading of a device that a person has retired."""
    return Fault("retired", message("error.reading.retired", device=device), device)


def too_many_series(device: str, name: str, limit: int) -> Fault:
    """A device that has invented more names of quantities than any sensor measures."""
    said = message("error.reading.too_many_series", device=device, name=repr(name[:40]), limit=limit)
    return Fault("too_many_series", said, device)


def decoder_failed(error: Exception) -> Fault:
    """A fault of ours."""
    return Fault("decoder_failed", message("error.reading.decoder_failed", problem=f"{type(error).__name__}: {error}"))
