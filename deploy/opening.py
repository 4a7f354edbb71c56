"""What a command opens before it does its work: the store, the broker's address, the signals that end it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from city.catalogue.message import Message
    from city.catalogue.words import Words
    from city.clock import Clock
    from city.settings import Settings
    from ingest.session import Address
    from store.connect import Connection

log = logging.getLogger("dagsplan.front")


@contextmanager
def database_dsn(settings: Settings) -> Iterator[str]:
    """The DSN of the settings, or the embedded server for as long as the command runs."""
    if settings.database.dsn:
        yield settings.database.dsn
        return
    from store.embedded import embedded_postgres

    with embedded_postgres(settings.state / "postgres") as dsn:
        yield dsn


def connected(settings: Settings, dsn: str, application: str) -> Connection:
    """A connection with the time-outs of the settings."""
    from store.connect import connect

    limits = settings.database
    return connect(dsn, application, timeout_s=limits.connect_timeout_s, statement_timeout_s=limits.statement_timeout_s)


@contextmanager
def opened_store(settings: Settings, application: str) -> Iterator[tuple[Connection, Clock]]:
    """A connection to a database of this version, and the clock of the installation."""
    from store.clock import installation_clock
    from store.migrate import check_schema

    with database_dsn(settings) as dsn, connected(settings, dsn, application) as connection:
        if settings.database.dsn:
            check_schema(connection)
        else:
            migrated(connection)
        yield connection, installation_clock(connection)


@contextmanager
def awaited_store(
    settings: Settings, application: str, stop: threading.Event, meanwhile: Callable[[], bool]
) -> Iterator[tuple[Connection, Clock] | None]:
    """As :func:`opened_store`, of a database that may be away at first; None where ``stop`` comes before it.

    ``meanwhile`` is done at each try until it says that it is done. Raises StoreUnavailable for an embedded database
    and for a DSN that is none.
    """
    from city.errors import StoreUnavailable

    with ExitStack() as opened:
        found, done, wait_s = None, False, 1.0
        while found is None and not stop.is_set():
            try:
                found = opened.enter_context(opened_store(settings, application))
            except StoreUnavailable as error:
                if not settings.database.dsn or error.message.key == "error.store.dsn":
                    raise
                done = done or meanwhile()
                log.warning("waiting for the database: %s", error, extra={"next_try_s": wait_s})
                stop.wait(wait_s)
                wait_s = min(5.0, 2 * wait_s)
        yield found


def session_made(settings: Settings, where: Address, stop: threading.Event) -> bool:
    """Makes or renews our session with the broker, so that it keeps what is published from now on; False where it is
    away."""
    from city.clock import SystemClock
    from city.errors import SourceUnavailable
    from ingest.session import provision

    try:
        provision(settings.mqtt, where, SystemClock(), stop)
    except SourceUnavailable as error:
        log.warning("no session with the broker yet: %s", error)
        return False
    log.info("the broker keeps what is published from now on", extra={"broker": str(where)})
    return True


def migrated(connection: Connection) -> list[str]:
    """Brings the schema up to date and seeds the thresholds of a new database; the names of what was applied."""
    from city.clock import SystemClock
    from deploy.installation import prepare_schema

    return prepare_schema(connection, SystemClock().now())


def stop_signals() -> threading.Event:
    """Set by SIGTERM and SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def broker_address(settings: Settings) -> Address:
    """Where the broker is. Raises ConfigError where no address is set."""
    from city.catalogue.message import message
    from city.errors import ConfigError
    from ingest.session import address

    if settings.mqtt.url is None:
        raise ConfigError(message("error.setting.no_broker"))
    return address(settings.mqtt.url, settings.mqtt.password)


def broker_in_reach(settings: Settings) -> Address:
    """Where the broker is: the one of the settings, else the embedded one while 'dagsplan up' runs it. Raises
    ConfigError where there is neither."""
    from ingest.broker import running_broker
    from ingest.session import address

    embedded = running_broker(settings.state) if settings.mqtt.url is None else None
    return broker_address(settings) if embedded is None else address(embedded)


@contextmanager
def ends_within(seconds: float, stop: threading.Event) -> Iterator[None]:
    """Leaves the process at the latest ``seconds`` after ``stop``, whatever it waits for.

    A database that neither answers nor hangs up must not hold up a restart. Nothing is lost by it: what was not
    committed was not acknowledged, and what was committed and not acknowledged comes again and is known.
    """
    ended = threading.Event()

    def watch() -> None:
        stop.wait()
        if not ended.wait(seconds):
            log.warning("left while waiting for the database or the broker", extra={"after_s": seconds})
            logging.shutdown()
            os._exit(0)

    threading.Thread(target=watch, name="end", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def kept(file: Path, text: str) -> None:
    """Writes a file. Raises ConfigError naming it where it cannot be written."""
    from city.catalogue.foreign import in_our_words
    from city.catalogue.message import message
    from city.errors import ConfigError

    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(message("error.file.placed", where=str(file), problem=in_our_words(error))) from error


def say(text: str) -> None:
    """To standard output, at once. A reader that has hung up, such as ``head``, ends what is said and not the work."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _to_nobody(sys.stdout)


def note(text: str) -> None:
    """To standard error, at once."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        _to_nobody(sys.stderr)


def end_of_saying() -> None:
    """Sends off what is left to say, so that the interpreter has nothing to complain of when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _to_nobody(stream)


def _to_nobody(stream: TextIO) -> None:
    """What follows on a stream whose reader is gone is heard by nobody."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def words_of(settings: Settings) -> Words:
    """The words of the installation's language."""
    from city.catalogue.words import words

    return words(settings.municipality.language)


def telling(settings: Settings, to: Callable[[str], None] = say) -> Callable[[Message], None]:
    """Says sentences in the installation's language, each at once."""
    spoken = words_of(settings)
    return lambda sentence: to(spoken.say(sentence))
