"""What the schema refuses, by column and value: the names of its rules are nobody's to read."""

from __future__ import annotations

import re

import psycopg
from psycopg import errors

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message

_KEY = re.compile(
    r'Key \((?P<column>.+)\)=\((?P<value>.*)\) (?:is not present in table "(?P<table>\w+)"|already exists)'
)


def refusal(error: psycopg.Error) -> Message:
    """Why a row was refused; what the schema does not refuse stays as the database said it, in its first line."""
    said = error.diag
    table = said.table_name or ""
    if key := _KEY.search(said.message_detail or ""):
        return message("error.store.not_there" if key["table"] else "error.store.twice", **key.groupdict(""))
    if isinstance(error, errors.CheckViolation):
        return _impossible(table, said.constraint_name or "")
    if isinstance(error, errors.NotNullViolation):
        return message("error.store.missing", column=said.column_name or "", table=table)
    return _unfit(error)


def _unfit(error: psycopg.Error) -> Message:
    """A value that no column can hold."""
    if isinstance(error, errors.NumericValueOutOfRange | errors.DatetimeFieldOverflow):
        return message("error.store.out_of_range")
    if "NUL" in str(error):
        return message("error.store.nul")
    lines = (error.diag.message_primary or str(error)).strip().splitlines()
    return in_our_words(lines[0] if lines else error)


def _impossible(table: str, rule: str) -> Message:
    """A rule is called table_column_check; one of several columns has no column in its name."""
    column = re.sub(rf"^{re.escape(table)}_|_?check\d*$", "", rule)
    if column:
        return message("error.store.impossible", column=column, table=table)
    return message("error.store.contradicts", table=table)
