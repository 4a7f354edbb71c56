"""What other programs say, in our words where we know them: the system, Python, its decoders and its command lines.

A sentence that we do not know stays as it was said.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from functools import cache

from city.catalogue.message import Message, message, verbatim
from city.errors import DagsplanError

WITHIN = frozenset({"problem", "why", "part"})
"""Groups that hold a sentence of their own."""

SYSTEM = (
    "EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "EISDIR", "ENETUNREACH",
    "ENOENT", "ENOSPC", "ENOTDIR", "EPERM", "EROFS", "ETIMEDOUT",
)  # fmt: skip
"""What the operating system refuses."""

NETWORK: Mapping[str, str] = {
    r"timed out": "error.system.timed_out",
    r"Name or service not known": "error.system.no_such_host",
    r"Temporary failure in name resolution": "error.system.no_name_service",
    r"\[Errno -?\d+\] (?P<part>.+)": "format.part",
}

DATABASE: Mapping[str, str] = {
    r".*FATAL:\s+(?P<part>.+)": "format.part",
    r"Is the server running on that host and accepting TCP/IP connections\?": "error.store.not_running",
    r"Is the server running locally and accepting connections on that socket\?": "error.store.not_running_here",
    r"connection timeout expired": "error.store.no_answer",
    r"password authentication failed for user (?P<user>.+)": "error.store.password",
    r"database (?P<name>\".+\") does not exist": "error.store.no_database",
    r"role (?P<name>\".+\") does not exist": "error.store.no_role",
    r"sorry, too many clients already": "error.store.full",
    r"the database system is (?:starting up|not yet accepting connections|in recovery mode)": "error.store.starting",
    r"the database system is shutting down": "error.store.ending",
    r"view (?P<view>.+) depends on view (?P<other>.+)": "error.store.depends",
}
"""What PostgreSQL says of a connection that it does not give, and of a view in the way."""

VALUES: Mapping[str, str] = {
    r"(?P<problem>.+) - at `key` in `(?P<place>[^`]+)`": "error.decoder.at_key",
    r"(?P<problem>.+) - at `(?P<place>[^`]+)`": "error.decoder.at",
    r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`": "error.decoder.kind",
    r"Expected `(?P<wanted>[^`]+)` with a timezone component": "error.decoder.offset",
    r"Expected `(?P<wanted>[^`]+)` of length (?P<bound>[<>]=) (?P<length>\d+)": "error.decoder.length",
    r"Expected `(?P<wanted>int|float)` (?P<bound>[<>]=?) (?P<limit>\S+)": "error.decoder.bound",
    r"Expected `(?P<wanted>int|str)`": "error.decoder.wanted",
    r"Object contains unknown field `(?P<field>[^`]+)`": "error.decoder.unknown_field",
    r"Object missing required field `(?P<field>[^`]+)`": "error.decoder.missing_field",
    r"Invalid enum value (?P<value>.+)": "error.decoder.choice",
    r"Invalid value (?P<value>['\d-].*)": "error.decoder.value",
    r"Invalid RFC3339 encoded (?P<kind>datetime|date|time)": "error.decoder.rfc3339",
    r"Invalid isoformat string: (?P<value>.+)": "error.decoder.isoformat",
    r"(?:Integer value|Number) out of range": "error.decoder.range",
    r"could not convert string to float: (?P<value>.+)": "error.decoder.number",
}
"""What msgspec and Python say of a value."""

FILES: Mapping[str, str] = {
    r"Input data was truncated": "error.decoder.truncated",
    r"JSON is malformed: (?P<problem>.+) \(byte (?P<byte>\d+)\)": "error.decoder.json",
    r"invalid character": "error.decoder.json_character",
    r"trailing characters": "error.decoder.json_trailing",
    r"object keys must be strings": "error.decoder.json_keys",
    r"invalid number": "error.decoder.json_number",
    r"expected (?P<wanted>'.+')": "error.decoder.json_expected",
    r"(?P<problem>.+): line (?P<line>\d+) column (?P<column>\d+) \(char (?P<char>\d+)\)": "error.decoder.json_place",
    r"Expecting value": "error.decoder.json_value",
    r"Expecting (?P<wanted>'.+') delimiter": "error.decoder.json_delimiter",
    r"Expecting property name enclosed in double quotes": "error.decoder.json_name",
    r"(?P<problem>.+) \(at line (?P<line>\d+), column (?P<column>\d+)\)": "error.decoder.toml_place",
    r"(?P<problem>.+) \(at end of document\)": "error.decoder.toml_end",
    r"Invalid value": "error.decoder.toml_value",
    r"Invalid statement": "error.decoder.toml_statement",
    r"Cannot (?:overwrite a value|declare .+ twice)": "error.decoder.toml_twice",
    r"Unclosed (?:array|inline table)|Unterminated string": "error.decoder.toml_open",
    r"Expected '(?P<sign>.)' after a key in a key/value pair": "error.decoder.toml_key",
    r"Expected '(?P<sign>\]{1,2})' at the end of (?:a table|an array) declaration": "error.decoder.toml_table",
    r"Expected newline or end of document after a statement": "error.decoder.toml_newline",
    r"'utf-8' codec can't decode bytes? (?P<byte>.+) in position (?P<place>[\d-]+): (?P<why>.+)": "error.decoder.utf8",
    r"invalid start byte": "error.decoder.utf8_start",
    r"invalid continuation byte": "error.decoder.utf8_continuation",
    r"unexpected end of data": "error.decoder.utf8_end",
    r"not well-formed \(invalid token\): line (?P<line>\d+), column (?P<column>\d+)": "error.decoder.xml_token",
    r"no element found: line (?P<line>\d+), column (?P<column>\d+)": "error.decoder.xml_end",
    r"mismatched tag: line (?P<line>\d+), column (?P<column>\d+)": "error.decoder.xml_tag",
}
"""What decoders say of a file that is none."""

FIELDS: Mapping[str, str] = {
    r"Field required": "error.field.missing",
    r"Input should be a valid integer.*": "error.field.integer",
    r"Input should be greater than or equal to (?P<limit>\S+)": "error.field.at_least",
    r"Input should be less than or equal to (?P<limit>\S+)": "error.field.at_most",
    r"Input should be a valid datetime.*": "error.field.moment",
    r"Input should be a valid date.*": "error.field.date",
    r"Input should be (?P<choices>'.+') or (?P<last>'.+')": "error.field.choice",
}
"""What pydantic says of a field of a request."""

USAGE: Mapping[str, str] = {
    r"argument (?P<option>[^:]+): (?P<problem>.+)": "error.usage.argument",
    r"the following arguments are required: (?P<options>.+)": "error.usage.required",
    r"one of the arguments (?P<options>.+) is required": "error.usage.one_required",
    r"unrecognized arguments: (?P<options>.+)": "error.usage.unrecognized",
    r"not allowed with argument (?P<option>.+)": "error.usage.not_with",
    r"ignored explicit argument (?P<value>.+)": "error.usage.takes_none",
    r"expected one argument": "error.usage.one",
    r"expected at most one argument": "error.usage.at_most_one",
    r"expected at least one argument": "error.usage.at_least_one",
    r"ambiguous option: (?P<option>.+) could match (?P<options>.+)": "error.usage.ambiguous",
    r"invalid (?:int|float) value: (?P<value>.+)": "error.usage.number",
    r"invalid choice: (?P<value>.+) \(choose from (?P<options>.+)\)": "error.usage.choice",
}
"""What argparse says of a command line."""


def in_our_words(said: object) -> Message:
    """The sentence of another program, or an error, as one of the catalogue."""
    if isinstance(said, DagsplanError):
        return said.message
    if isinstance(said, OSError) and said.strerror:
        return _known(said.strerror, {})
    cause = getattr(said, "__cause__", None)  # of a decoder that a value of ours refused
    own = {str(cause): cause.message} if isinstance(cause, DagsplanError) else {}
    return _known(str(said).strip() or type(said).__name__, own)


def _known(text: str, own: Mapping[str, Message]) -> Message:
    if text in own:
        return own[text]
    for pattern, key in _patterns().items():
        if found := pattern.fullmatch(text):
            named = found.groupdict().items()
            return message(key, **{name: _known(part, own) if name in WITHIN else part for name, part in named})
    return verbatim(text)


@cache
def _patterns() -> dict[re.Pattern[str], str]:
    system = {re.escape(os.strerror(getattr(errno, name))): f"error.system.{name}" for name in SYSTEM}
    known = {**VALUES, **FILES, **FIELDS, **USAGE, **system, **NETWORK, **DATABASE}
    return {re.compile(text, re.DOTALL): key for text, key in known.items()}
