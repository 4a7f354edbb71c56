"""E-mail over SMTP (RFC 5321). Before the message itself has left, a failure may be tried again; after it without an
answer nobody knows, and it is never sent again by itself: a mail server has no key to know it by."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from city.call import CallNow
from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message, verbatim
from city.catalogue.words import words
from city.settings import Settings
from planner.calls.channels.line import CallReceipt, CallTaken, NoAnswer, Outcome, Refused, TryAgain

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class MailLine:
    """A mail server. Any number of threads may share one: each call has a connection of its own."""

    repeats_safely = False

    def __init__(self, settings: Settings) -> None:
        calls, parts = settings.calls, urlsplit(settings.calls.smtp_url)
        self.tls, self.host = parts.scheme == "smtps", parts.hostname or ""
        self.port = parts.port or (465 if self.tls else 587)
        self.user = unquote(parts.username or "")
        self.password = calls.smtp_password or unquote(parts.password or "")
        self.sender, self.timeout_s = calls.mail_from, calls.timeout_s
        self.spoken = words(settings.municipality.language)

    def send(self, call: CallNow) -> Outcome:
        """One try: the connection, the envelope, and then the message, from which on silence leaves it open."""
        try:
            content = self._message(call).as_bytes(policy=SMTP)
        except (ValueError, UnicodeError) as error:
            return Refused(verbatim(error))
        try:
            smtp = self._opened()
        except (smtplib.SMTPException, OSError) as error:
            return _of(error)
        try:
            return _handed_over(smtp, self.sender, call.address, content) or CallTaken(_id(call, self.sender))
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return Refused(verbatim(error)) if isinstance(error, UnicodeError) else _of(error)
        finally:
            smtp.close()

    def ask(self, call: CallNow) -> CallReceipt | None:
        """A mail server keeps no book."""
        return None

    def health(self) -> Message | None:
        """What is wrong with it; None where it lets us in."""
        try:
            smtp = self._opened()
        except (smtplib.SMTPException, OSError) as error:
            return _said(error)
        smtp.close()
        return None

    def _opened(self) -> smtplib.SMTP:
        """A connection that is greeted, encrypted where that is offered, and signed in where there is a user. A
        password goes over no open network in plain text: SMTPNotSupportedError then."""
        context = ssl.create_default_context()
        options: dict[str, Any] = {"local_hostname": _domain(self.sender), "timeout": self.timeout_s}
        if self.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, context=context, **options)
        else:
            smtp = smtplib.SMTP(self.host, self.port, **options)
        try:
            smtp.ehlo_or_helo_if_needed()
            encrypted = self.tls or (smtp.has_extn("starttls") and smtp.starttls(context=context)[0] == 220)
            if self.user and self.password:
                if not encrypted and self.host not in LOOPBACK:
                    raise smtplib.SMTPNotSupportedError(self.spoken("call.problem.no_tls", host=self.host))
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _message(self, call: CallNow) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, call.address
        mail["Subject"] = self.spoken(f"call.mail.{call.kind}", vehicle=call.vehicle)
        mail["Date"], mail["Message-ID"] = format_datetime(call.made_at), _id(call, self.sender)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers a machine
        mail.set_content(call.text, cte="quoted-printable")
        return mail


def _id(call: CallNow, sender: str) -> str:
    return f"<{call.id}@{_domain(sender)}>"


def _domain(sender: str) -> str:
    """What stands behind the @; we greet a server with it, since asking for our own name may take long."""
    return sender.rpartition("@")[2].strip("<> ")


def _handed_over(smtp: smtplib.SMTP, sender: str, to: str, content: bytes) -> Outcome | None:
    """The envelope and the message; None where the server took it. Raises what smtplib raises before the message
    begins to leave."""
    for code, answer in (smtp.mail(sender), smtp.rcpt(to)):
        if code not in {250, 251}:
            return _refused(code, answer)
    code, answer = smtp.docmd("DATA")
    if code != 354:
        return _refused(code, answer)
    try:
        smtp.send(_stuffed(content))
        code, answer = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return NoAnswer(_said(error))
    return None if code == 250 else _refused(code, answer)


def _stuffed(content: bytes) -> bytes:
    """The message as DATA wants it: lines that begin with a dot get another (RFC 5321, 4.5.2), and a dot ends it."""
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def _refused(code: int, answer: bytes) -> Outcome:
    problem = message("call.problem.said", status=str(code), problem=answer.decode(errors="replace")[:300])
    return TryAgain(problem) if 400 <= code < 500 or code < 0 else Refused(problem)


def _of(error: smtplib.SMTPException | OSError) -> Outcome:
    """What ended a try before the message began to leave."""
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500:
        return Refused(_said(error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(_said(error))
    return TryAgain(_said(error))


def _said(error: smtplib.SMTPException | OSError) -> Message:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return message("call.problem.said", status=str(error.smtp_code), problem=str(text)[:300])
    return message("call.problem.connection", problem=in_our_words(str(error) or type(error).__name__))
