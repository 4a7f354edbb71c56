"""The embedded server: for root and for anybody, in any folder, and what a kill leaves is used again."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from city.errors import StoreUnavailable
from store.embedded import embedded_postgres

ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from pathlib import Path
import psycopg
from store.embedded import embedded_postgres
with embedded_postgres(Path(sys.argv[1])) as dsn:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('å')")
    print(dsn, flush=True)
    sys.stdin.readline()
print("stopped", flush=True)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that any user may reach; servers that still run in it are killed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="dagsplan-embedded-"))
    folder.chmod(0o755)
    yield folder
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in word for word in process.info["cmdline"] or []):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def words(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept")]


def put(dsn: str, word: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", (word,))


def gone(process: psutil.Process) -> bool:
    """Whether a process has ended, be it that nobody has asked for its status yet."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def python_of(user: pwd.struct_passwd) -> list[str]:
    """An interpreter of this version that a user may run; skips where there is none."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    for candidate in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        try:
            subprocess.run([candidate, "-c", ""], check=True, capture_output=True, **as_user)  # type: ignore[call-overload]
        except (OSError, subprocess.CalledProcessError):
            continue
        return [candidate]
    pytest.skip(f"no Python {version} that the user {user.pw_name} may run")


def path_of_packages() -> str:
    """What an interpreter without our environment needs to find the packages."""
    return os.pathsep.join([str(ROOT), str(Path(psutil.__file__).parents[1])])


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))


def child(folder: Path, python: str = sys.executable, **options: object) -> subprocess.Popen[str]:
    """Another process that runs the server until it gets a line."""
    command = [python, "-c", CHILD, str(folder)]
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **options
    )


def test_it_starts_stops_and_keeps(place: Path) -> None:
    """What was written is there after a stop; after the stop no process and no lock file is left."""
    folder = place / "state" / "postgres"
    with embedded_postgres(folder) as dsn:
        put(dsn, "first")
        server = postmaster(folder)
    assert gone(server)
    assert not (folder / "postmaster.pid").exists()
    with embedded_postgres(folder) as dsn:
        assert words(dsn) == ["first"]


def test_it_listens_on_no_network(place: Path) -> None:
    """Nothing leaves the host: the server answers on a socket in the file system only."""
    with embedded_postgres(place / "postgres") as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


@pytest.mark.parametrize("name", ["with space", "Växjö å", "a'b", "d" * 120])
def test_any_folder_name(place: Path, name: str) -> None:
    """Spaces, umlauts, quotes and long names in the path do no harm."""
    folder = place / name / "postgres"
    with embedded_postgres(folder) as dsn:
        put(dsn, name)
        assert words(dsn) == [name]
    with embedded_postgres(folder) as dsn:
        assert words(dsn) == [name]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user(place: Path) -> None:
    """A user without rights runs it in a folder of their own, and the server runs as that user."""
    nobody = pwd.getpwnam("nobody")
    home = place / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": path_of_packages()}
    environment.pop("XDG_RUNTIME_DIR", None)
    as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "env": environment}
    process = child(home / "state" / "postgres", *python_of(nobody), **as_nobody)
    assert process.stdout is not None
    dsn = process.stdout.readline().strip()
    if not dsn:
        _, said = process.communicate(timeout=10)
        pytest.fail(said)
    server = postmaster(home / "state" / "postgres")
    assert server.uids().real == nobody.pw_uid
    assert words(dsn) == ["å"]
    said, _ = process.communicate("stop\n", timeout=30)
    assert said == "stopped\n"
    assert gone(server)


def test_a_killed_postmaster_is_recovered(place: Path) -> None:
    """SIGKILL of the server and all its children: the next start recovers what was committed."""
    folder = place / "postgres"
    with embedded_postgres(folder) as dsn:
        put(dsn, "committed")
        server = postmaster(folder)
        tree = [server, *server.children(recursive=True)]
        for process in tree:
            with suppress(psutil.NoSuchProcess):  # a child may end by itself when its parent is gone
                process.kill()
        psutil.wait_procs(tree, timeout=10)
    with embedded_postgres(folder) as dsn:
        assert words(dsn) == ["committed"]


def test_a_killed_parent_leaves_a_server_that_is_used_again(place: Path) -> None:
    """SIGKILL of the process that started it: the next finds the server, keeps the data, and stops it at its end."""
    folder = place / "postgres"
    parent = child(folder)
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("postgresql://")
    parent.kill()
    parent.communicate()
    server = postmaster(folder)
    assert server.is_running()
    with embedded_postgres(folder) as dsn:
        assert words(dsn) == ["å"]
    assert gone(server)


def test_two_processes_share_one_server(place: Path) -> None:
    """A second process on the same folder gets the same server, and its end does not take it from the first."""
    folder = place / "postgres"
    with embedded_postgres(folder) as dsn:
        other = child(folder)
        assert other.stdout is not None
        assert other.stdout.readline().strip() == dsn
        assert other.communicate("stop\n", timeout=30)[0] == "stopped\n"
        assert words(dsn) == ["å"]


def test_a_folder_that_cannot_be_used_is_one_line(place: Path) -> None:
    """A file in place of the folder or of its parent, and foreign content: one line with the folder and what to do."""
    (place / "file").write_text("not a folder")
    foreign = place / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine")
    for folder in (place / "file", place / "file" / "postgres", foreign):
        with pytest.raises(StoreUnavailable) as refused, embedded_postgres(folder):
            pass
        assert str(folder) in str(refused.value)
        assert "DAGSPLAN_DATABASE__DSN" in str(refused.value)
        assert "\n" not in str(refused.value)
    assert (foreign / "letter.txt").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_without_right_is_one_line(place: Path) -> None:
    """A user who may not write there is told the folder, in one line and without a traceback."""
    nobody = pwd.getpwnam("nobody")
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    code = (
        "import sys\nfrom pathlib import Path\nfrom city.errors import StoreUnavailable\n"
        "from store.embedded import embedded_postgres\n"
        "try:\n    with embedded_postgres(Path(sys.argv[1])):\n        pass\n"
        "except StoreUnavailable as error:\n    print(error)\n"
    )
    said = subprocess.run(
        [*python_of(nobody), "-c", code, str(closed / "state" / "postgres")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        env={**os.environ, "HOME": str(place), "PYTHONPATH": path_of_packages()},
        check=False,
    )
    assert said.stderr == ""
    assert str(closed / "state" / "postgres") in said.stdout
    assert said.stdout.count("\n") == 1
