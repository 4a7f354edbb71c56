"""One polite client for open data: says who asks, waits between requests, obeys Retry-After, and keeps what it got.

A file that is there and fresh is not asked for again. An answer is written beside its name and gets it when it is
whole, so that a command that was killed goes on where it was; where the server takes ranges, within a file too.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Figure, Message, message
from city.clock import Clock, stopwatch
from city.errors import ConfigError, SourceUnavailable
from city.settings import Settings
from city.version import code_version

BUSY = frozenset({408, 429, 500, 502, 503, 504})
"""What a server says that may have an answer later."""
MEGABYTE = 1_000_000
TELL_BYTES = 10 * MEGABYTE
"""After so many more it is said how far a download is."""

Tell = Callable[[Message], None]


@dataclass(frozen=True)
class Wanted:
    """A file that a service can give.

    ``query`` goes into the address, ``form`` is posted. ``fresh_days`` None: it never grows old. ``may_lack``: the
    service may have none (404). ``check`` looks at a whole answer and says what is wrong with it, for another try, or
    raises what no further try would mend.
    """

    source: str
    url: str
    to: Path
    query: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    fresh_days: float | None = None
    most_bytes: int = 1000 * MEGABYTE
    may_lack: bool = False
    check: Callable[[Path], Message | None] = lambda _: None


class AskAgain(Exception):
    """An answer that may come later; ``after_s`` where the server says when."""

    def __init__(self, problem: Message, after_s: float | None = None) -> None:
        super().__init__(problem)
        self.problem, self.after_s = problem, after_s


class Fetcher:
    """Fetches files one after another; asks nobody where no contact says how to reach whoever asks."""

    def __init__(self, settings: Settings, clock: Clock, tell: Tell, *, refetch: bool = False) -> None:
        self.settings, self.clock, self.tell, self.refetch = settings.opendata, clock, tell, refetch
        contact = (settings.opendata.contact or settings.weather.contact).strip()
        self.may_ask = bool(contact) and contact.isprintable() and contact.isascii()
        self.asked = 0
        self._next: dict[str, float] = {}
        self._got: set[Path] = set()
        self._wait = threading.Event().wait
        self._http = httpx.Client(
            timeout=httpx.Timeout(settings.opendata.timeout_s, connect=20.0),
            headers={"User-Agent": f"dagsplan/{code_version()} ({contact if self.may_ask else '-'})"},
            follow_redirects=False,
        )

    def check_contact(self) -> None:
        """Raises ConfigError where nobody says how to be reached."""
        if not self.may_ask:
            raise ConfigError(message("error.opendata.no_contact"))

    def has(self, wanted: Wanted) -> bool:
        """Whether the file, or the word that there is none, is there and fresh."""
        return any(self._fresh(file, wanted.fresh_days) for file in (wanted.to, _lacking(wanted.to)))

    def fetch(self, wanted: Wanted) -> bool:
        """Fetches a file unless it is there; False where the service has none. Raises SourceUnavailable."""
        if self.has(wanted):
            return wanted.to.exists()
        self.check_contact()
        problem, wait_s = message("error.opendata.nothing"), self.settings.back_off_s
        for left in reversed(range(max(1, self.settings.tries))):
            try:
                return self._keep(wanted, self._ask(wanted))
            except AskAgain as again:
                problem, rest_s = again.problem, wait_s if again.after_s is None else again.after_s
            if left:
                self._rest(wanted, problem, rest_s)
                wait_s *= 2
        raise SourceUnavailable(wanted.source, message("error.opendata.gave_up", url=wanted.url, problem=problem))

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def _rest(self, wanted: Wanted, problem: Message, rest_s: float) -> None:
        if rest_s > self.settings.longest_wait_s:
            said = message("error.opendata.leave_alone", problem=problem, minutes=Figure(rest_s / 60, 0))
            raise SourceUnavailable(wanted.source, said)
        self.tell(message("cli.init.again", source=wanted.source, problem=problem, seconds=Figure(rest_s, 0)))
        self._wait(rest_s)

    def _fresh(self, file: Path, days: float | None) -> bool:
        if not file.exists() or (self.refetch and file not in self._got):
            return False
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return file in self._got or days is None or self.clock.now() - written < timedelta(days=days)

    def _keep(self, wanted: Wanted, found: bool) -> bool:
        """Gives an answer its name, or notes that there is none."""
        part, lacking = _part(wanted.to), _lacking(wanted.to)
        if found:
            lacking.unlink(missing_ok=True)
            settle(part, wanted.to)
        else:
            wanted.to.unlink(missing_ok=True)
            lacking.touch()
        _tag(wanted.to).unlink(missing_ok=True)
        self._got.add(wanted.to if found else lacking)
        return found

    def _ask(self, wanted: Wanted) -> bool:
        """One request; True where a whole answer lies in the part file, False where the service has none."""
        self._pace(httpx.URL(wanted.url).host if "://" in wanted.url else wanted.url)
        method = "GET" if wanted.form is None else "POST"
        self.asked += 1
        try:
            wanted.to.parent.mkdir(parents=True, exist_ok=True)
            headers = self._since(wanted)
            with self._http.stream(
                method, wanted.url, params=wanted.query, data=wanted.form, headers=headers
            ) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND and wanted.may_lack:
                    return False
                self._judge(wanted, answer)
                self._write(wanted, answer)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise ConfigError(message("error.opendata.address", url=wanted.url)) from error
        except httpx.HTTPError as error:
            raise AskAgain(message("error.opendata.no_answer", problem=in_our_words(_said(error)))) from error
        except OSError as error:
            said = message("error.opendata.not_written", file=str(wanted.to), problem=in_our_words(error))
            raise SourceUnavailable(wanted.source, said) from error
        self._look(wanted)
        return True

    def _since(self, wanted: Wanted) -> dict[str, str]:
        """Asks for the rest of a file that broke off, if it is still the same."""
        part, tag = _part(wanted.to), _tag(wanted.to)
        if wanted.form is not None:
            return {}
        if not part.exists() or not tag.exists() or not part.stat().st_size:
            return {"Accept-Encoding": "identity"}
        here = part.stat().st_size
        self.tell(message("cli.init.resumed", file=wanted.to.name, megabytes=Figure(here / MEGABYTE)))
        return {"Accept-Encoding": "identity", "Range": f"bytes={here}-", "If-Range": tag.read_text("ascii")}

    def _judge(self, wanted: Wanted, answer: httpx.Response) -> None:
        """Raises AskAgain where the server may have an answer later, SourceUnavailable where it says no."""
        status = answer.status_code
        if status in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            return
        said = message("error.opendata.answers", status=str(status), reason=answer.reason_phrase)
        if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            _forget(wanted.to)
        elif status not in BUSY:
            where = message("error.weather.answers", url=wanted.url, status=str(status), reason=answer.reason_phrase)
            raise SourceUnavailable(wanted.source, where)
        raise AskAgain(said, self._retry_after(answer))

    def _retry_after(self, answer: httpx.Response) -> float | None:
        """How long the server asks to be left alone [s]: seconds or a date; None where it does not say."""
        said = answer.headers.get("Retry-After", "").strip()
        if said.isdecimal():
            return float(said)
        try:
            return max(0.0, (parsedate_to_datetime(said) - self.clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None

    def _write(self, wanted: Wanted, answer: httpx.Response) -> None:
        part, tag = _part(wanted.to), _tag(wanted.to)
        goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
        if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {part.stat().st_size}-"):
            _forget(wanted.to)
            raise AskAgain(message("error.opendata.other_part"))
        if not goes_on:
            etag = answer.headers.get("ETag", "")
            strong = etag and not etag.startswith("W/") and answer.headers.get("Accept-Ranges") == "bytes"
            tag.unlink(missing_ok=True)
            if strong and etag.isascii():
                tag.write_text(etag, "ascii")
        with part.open("ab" if goes_on else "wb") as file:
            told = file.tell()
            for piece in answer.iter_bytes():
                file.write(piece)
                if file.tell() - told >= TELL_BYTES:
                    told = file.tell()
                    self.tell(message("cli.init.so_far", file=wanted.to.name, megabytes=Figure(told / MEGABYTE, 0)))
                if file.tell() > wanted.most_bytes:
                    _forget(wanted.to)
                    most = Figure(wanted.most_bytes / MEGABYTE, 0)
                    raise SourceUnavailable(wanted.source, message("error.opendata.too_large", megabytes=most))

    def _look(self, wanted: Wanted) -> None:
        """Raises AskAgain where the whole answer is none."""
        try:
            problem = wanted.check(_part(wanted.to))
        except Exception:
            _forget(wanted.to)
            raise
        if problem is not None:
            _forget(wanted.to)
            raise AskAgain(problem)

    def _pace(self, host: str) -> None:
        """Waits until the host may be asked again."""
        left = self._next.get(host, 0.0) - stopwatch()
        if left > 0:
            self._wait(left)
        self._next[host] = stopwatch() + self.settings.pause_s


def settle(part: Path, to: Path) -> None:
    """Gives a whole file its name; after a power cut the name has the whole file or is not there."""
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    part.replace(to)


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")


def _tag(file: Path) -> Path:
    """What the server called the version that a part is of."""
    return file.with_name(f"{file.name}.part.etag")


def _lacking(file: Path) -> Path:
    return file.with_name(f"{file.name}.none")


def _forget(file: Path) -> None:
    """Removes a part that is of no use."""
    _part(file).unlink(missing_ok=True)
    _tag(file).unlink(missing_ok=True)


def _said(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
