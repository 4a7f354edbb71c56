"""Calls by e-mail, over a mail server on a socket: what was taken, what may be tried again, and what nobody knows."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from city.call import CallNow
from city.catalogue.words import words
from city.settings import Settings
from planner.calls.channels.line import CallTaken, NoAnswer, Outcome, Refused, TryAgain
from planner.calls.channels.mail import MailLine
from tests.calls import call_now, calling


@dataclass
class MailServer:
    """Speaks SMTP to one client after the other. ``says`` replaces the answer to a command; None closes the connection
    in its place. ``END`` is the answer to the message itself."""

    says: dict[str, str | None] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                client = listening.accept()[0]
            except OSError:
                return
            with client, client.makefile("rwb") as stream:
                try:
                    self._talk(stream)
                except OSError:
                    pass

    def _talk(self, stream) -> None:
        usual = {"HELLO": "220 mail.test", "EHLO": "250-mail.test\r\n250 SIZE 1000000", "DATA": "354 go on"}
        command = "HELLO"
        while command:
            answer = self.says.get(command, usual.get(command, "250 ok"))
            if answer is None:
                return
            stream.write(f"{answer}\r\n".encode())
            stream.flush()
            if command == "DATA" and answer.startswith("354"):
                lines = []
                while (line := stream.readline()) not in {b".\r\n", b""}:
                    lines.append(line)
                self.mails.append(b"".join(line[1:] if line.startswith(b".") else line for line in lines))
                command = "END"
                continue
            line = stream.readline().decode().strip()
            self.heard.append(line)
            command = line.split(" ")[0].upper()


@pytest.fixture
def mail_server() -> Iterator[tuple[MailServer, int]]:
    made, listening = MailServer(), socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=made.serve, args=(listening,), daemon=True).start()
    yield made, listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def mailing(port: int, **others: object) -> Settings:
    sender: dict[str, object] = {"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "Vakt <vakt@example.se>"}
    return calling(**(sender | others))  # type: ignore[arg-type]


@pytest.fixture
def call() -> CallNow:
    return call_now(channel="email", address="jour@example.se", text="Utkallning P11.\n.Kör ut 03.00.")


def test_a_mail_that_was_taken_says_what_was_to_be_said(mail_server, call):
    """With our id of it, so that two of one call can be told apart from two calls, and lines that begin with a dot."""
    mail, port = mail_server
    outcome = MailLine(mailing(port)).send(call)
    assert outcome == CallTaken(f"<{call.id}@example.se>")
    (kept,) = mail.mails
    read = message_from_bytes(kept, _class=EmailMessage, policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert (read["Message-ID"], read["To"]) == (f"<{call.id}@example.se>", "jour@example.se")
    assert (read["Subject"], read["Auto-Submitted"]) == ("Utkallning P11", "auto-generated")
    assert read.get_content().splitlines() == ["Utkallning P11.", ".Kör ut 03.00."]
    assert mail.heard[0] == "ehlo example.se"
    assert "rcpt TO:<jour@example.se>" in mail.heard
    assert any(line.startswith("mail FROM:<vakt@example.se>") for line in mail.heard)


@pytest.mark.parametrize(
    ("command", "answer", "kind"),
    [
        ("HELLO", "421 too busy", TryAgain),
        ("HELLO", None, TryAgain),
        ("MAIL", "451 later", TryAgain),
        ("RCPT", "450 mailbox busy", TryAgain),
        ("RCPT", "550 no such mailbox", Refused),
        ("DATA", None, TryAgain),
        ("DATA", "554 no", Refused),
        ("END", "451 try later", TryAgain),
        ("END", "554 spam", Refused),
        ("END", None, NoAnswer),
    ],
)
def test_what_goes_wrong_is_known(command: str, answer: str | None, kind: type[Outcome], mail_server, call):
    """Before the message itself nothing has left; after it, silence leaves it open, and an answer does not."""
    mail, port = mail_server
    mail.says[command] = answer
    assert isinstance(MailLine(mailing(port)).send(call), kind)


def test_a_server_that_falls_silent_after_the_message_leaves_it_open(call):
    """It took every byte and says nothing."""
    listening = socket.create_server(("127.0.0.1", 0))
    says = [b"220 a\r\n", b"250 a\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"]

    def serve() -> None:
        client = listening.accept()[0]
        with client:
            for line in says:
                client.sendall(line)
                client.recv(65536)
            while client.recv(65536):
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    outcome = MailLine(mailing(listening.getsockname()[1], timeout_s=0.5)).send(call)
    thread.join(30)
    listening.close()
    assert isinstance(outcome, NoAnswer)


def test_nobody_there_is_tried_again(call):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert isinstance(MailLine(mailing(port)).send(call), TryAgain)


def test_an_address_that_is_none_is_refused_before_anything_leaves(mail_server, call):
    """Neither a line break, which would write headers of its own, nor letters that the server does not take."""
    mail, port = mail_server
    for address in ("a@b.se\r\nBcc: all@example.se", "jöur@exämple.se"):
        assert isinstance(MailLine(mailing(port)).send(replace(call, address=address)), Refused)
    assert mail.mails == []


def test_a_password_goes_over_no_open_network_in_plain_text(mail_server, call, monkeypatch):
    """A server elsewhere that offers no encryption gets neither the password nor the mail; it says why."""
    mail, port = mail_server
    mail.says["EHLO"] = "250-mail.test\r\n250 AUTH PLAIN"
    line = MailLine(mailing(port, smtp_url=f"smtp://vakt@127.0.0.1:{port}", smtp_password="secret"))
    mail.says["AUTH"] = "235 in"
    assert isinstance(line.send(call), CallTaken)
    monkeypatch.setattr("planner.calls.channels.mail.LOOPBACK", frozenset())
    outcome = line.send(call)
    assert isinstance(outcome, Refused)
    assert "lösenordet skickas inte i klartext" in words("sv").say(outcome.problem)
    assert len(mail.mails) == 1


def test_the_doctor_can_ask_it(mail_server):
    mail, port = mail_server
    assert MailLine(mailing(port)).health() is None
    mail.says["HELLO"] = "554 closed"
    problem = MailLine(mailing(port)).health()
    assert problem is not None
    assert words("en").say(problem) == "status 554: closed"
