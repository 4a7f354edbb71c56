"""The commands on who may come in: accounts and keys, what is asked, what is said, and what is never said."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path

import pytest

import dagsplan
from dashboards.web.proof import digest, is_password
from store import accounts
from store.connect import Connection
from tests.conftest import NOW

PASSWORD = "en lång vinternatt"


@pytest.fixture
def run(database: Connection, dsn: str, monkeypatch: pytest.MonkeyPatch, english: None, capsys):
    """Runs a command line on the database; gives its exit status and what it said."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    monkeypatch.setenv("USER", "carin")

    def run(*words: str) -> tuple[int, str, str]:
        status = dagsplan.main(list(words))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def password(tmp_path: Path) -> str:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nwhat follows is not of it\n", encoding="utf-8")
    return str(file)


def test_an_account_from_its_making_to_its_end(run, database, password):
    assert run("user", "list")[1] == "There is no account. Make one with: dagsplan user add NAME --role admin\n"
    made = run("user", "add", "Anna", "--role", "admin", "--password-file", password)
    assert made == (0, "The account anna is there now, with the role admin.\n", "")
    proof = accounts.proof_of(database, "anna")
    assert proof.password_hash.startswith("$argon2id$")
    assert is_password(PASSWORD, proof.password_hash)
    run("user", "add", "bo", "--role", "viewer", "--password-file", password)
    assert run("user", "role", "bo", "--role", "dispatcher")[0] == 0
    accounts.set_second_factor(database, "bo", "JBSWY3DPEHPK3PXP")
    assert "bo: dispatcher, since" in (listed := run("user", "list")[1])
    assert "with a second factor" in listed
    assert run("user", "second-factor", "bo", "--reset")[0] == 0
    assert accounts.proof_of(database, "bo").second_factor is None
    assert run("user", "end", "bo") == (0, "The account bo has ended, and its sessions.\n", "")
    assert accounts.proof_of(database, "bo") is None
    found = json.loads(run("user", "list", "--json")[1])
    assert [(one["name"], one["role"], one["second_factor"], one["ended_at"] is None) for one in found] == [
        ("anna", "admin", False, True),
        ("bo", "dispatcher", False, False),
    ]


def test_a_new_password_takes_the_place_of_the_old_and_ends_sessions(run, database, password, tmp_path):
    run("user", "add", "anna", "--role", "viewer", "--password-file", password)
    accounts.add_session(database, digest("token"), "anna", NOW)
    other = tmp_path / "other"
    other.write_text("en ännu längre natt")
    assert run("user", "password", "anna", "--password-file", str(other))[0] == 0
    assert accounts.session(database, digest("token"), NOW) is None
    kept = accounts.proof_of(database, "anna").password_hash
    assert is_password("en ännu längre natt", kept)
    assert not is_password(PASSWORD, kept)


def test_a_password_is_asked_for_twice_at_a_terminal(run, database, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "another one altogether"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(typed))
    assert run("user", "add", "anna", "--role", "viewer")[0] == 0
    status, out, err = run("user", "add", "bo", "--role", "viewer")
    assert (status, out, err) == (1, "", "dagsplan: the two passwords differ; nothing was changed\n")
    assert [one.name for one in accounts.accounts(database)] == ["anna"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "a b", "--role", "viewer"), "'a b' cannot be a name"),
        (("user", "add", "anna", "--role", "viewer"), "no password: type it at a terminal, or give --password-file"),
        (("user", "add", "anna", "--role", "viewer", "--password-file", "/nowhere"), "/nowhere"),
        (("user", "role", "eva", "--role", "viewer"), "there is no account eva that holds"),
        (("user", "end", "eva"), "there is no account eva that holds"),
        (("user", "second-factor", "eva", "--reset"), "there is no account eva that holds"),
        (("key", "end", "meter"), "there is no key meter that holds"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(run, words, said):
    status, out, err = run(*words)
    assert (status, out) == (1, "")
    assert said in err


@pytest.mark.parametrize("words", [("user", "add", "x"), ("user", "add", "x", "--role", "driver"),
                                   ("key", "add", "x", "--role", "admin"), ("user", "second-factor", "x")])  # fmt: skip
def test_wrong_usage_is_told_apart(run, words):
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 2


def test_a_name_is_given_once_and_a_short_password_is_refused(run, database, password, tmp_path):
    assert run("user", "add", "anna", "--role", "viewer", "--password-file", password)[0] == 0
    assert (
        "there is an account anna already"
        in run("user", "add", "ANNA", "--role", "admin", "--password-file", password)[2]
    )
    assert accounts.proof_of(database, "anna").role == "viewer"
    short = tmp_path / "short"
    short.write_text("short")
    assert "12 to 200 characters" in run("user", "add", "bo", "--role", "viewer", "--password-file", str(short))[2]


def test_the_last_admin_stays(run, database, password):
    """Neither another role nor an end shuts everybody out; the change is taken back whole."""
    run("user", "add", "anna", "--role", "admin", "--password-file", password)
    accounts.add_session(database, digest("token"), "anna", NOW)
    for words in (("user", "end", "anna"), ("user", "role", "anna", "--role", "viewer")):
        assert "anna is the only admin" in run(*words)[2]
    assert accounts.proof_of(database, "anna").role == "admin"
    assert accounts.session(database, digest("token"), NOW) is not None
    run("user", "add", "eva", "--role", "admin", "--password-file", password)
    assert run("user", "end", "anna")[0] == 0


def test_a_key_is_shown_once(run, database):
    status, out, _ = run("key", "add", "meter")
    key = out.splitlines()[-1]
    assert (status, key.startswith("dgp_"), len(key) > 40) == (0, True, True)
    caller = accounts.key_caller(database, digest(key), NOW)
    assert (caller.role, caller.name) == ("machine", "key:meter")
    assert "there is a key meter already" in run("key", "add", "meter")[2]
    listed = run("key", "list")[1] + run("key", "list", "--json")[1]
    assert "meter: machine, since" in listed
    assert key not in listed
    other = json.loads(run("key", "add", "desk", "--role", "dispatcher", "--json")[1])
    assert accounts.key_caller(database, digest(other["key"]), NOW).role == "dispatcher"
    assert run("key", "end", "meter")[0] == 0
    assert accounts.key_caller(database, digest(key), NOW) is None
    assert run("key", "add", "meter")[0] == 0, "a name is free again"


def test_each_change_is_in_the_book_and_nothing_secret_is(run, database, password):
    run("user", "add", "anna", "--role", "admin", "--password-file", password)
    run("user", "password", "anna", "--password-file", password)
    key = run("key", "add", "meter")[1].splitlines()[-1]
    run("key", "end", "meter")
    run("user", "end", "anna")
    rows = database.execute("SELECT who, kind, about, place FROM door_event ORDER BY event_id").fetchall()
    assert rows == [
        ("carin", "account", "anna made as admin", "command"),
        ("carin", "account", "anna new password", "command"),
        ("carin", "key", "meter made as machine", "command"),
        ("carin", "key", "meter ended", "command"),
    ]
    kept = str([database.execute(f"SELECT * FROM {name}").fetchall() for name in ("account", "api_key", "door_event")])
    assert PASSWORD not in kept
    assert key not in kept
