"""Migrations: each once, in order, under a lock; what is edited, newer or ill-named is refused and changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import store.migrate as migrations_module
from city.errors import SchemaMismatch
from store.connect import Connection, connect
from store.migrate import LOCK, Migration, check_schema, known, migrate
from store.tiers import prepare_tier
from tests.conftest import fresh_database

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
SCHEMA = Path(__file__).parents[2] / "store" / "schema.sql"


@pytest.fixture
def empty(empty_dsn: str) -> Iterator[Connection]:
    """A connection to an empty database."""
    with connect(empty_dsn, "test") as connection:
        yield connection


def made(name: str, text: str) -> Migration:
    return Migration(name, cast(LiteralString, text))


BASE = "\n".join(migration.text for migration in known())
"""What the storage tier stands on."""
FIRST = made("0001_first.sql", f"{BASE} CREATE TABLE first (id int PRIMARY KEY);")
SECOND = made("0002_second.sql", "CREATE TABLE second (id int); INSERT INTO second VALUES (1);")


def applied(connection: Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT name FROM schema_migration ORDER BY name")]


def tables(connection: Connection) -> set[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {row[0] for row in found}


CATALOGUE = {
    "columns": """
        SELECT c.relname, c.relkind::text, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE n.nspname = 'public' AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'p', 'm')""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    "sequences": "SELECT sequencename, data_type::text, start_value, increment_by FROM pg_sequences "
    "WHERE schemaname = 'public'",
    "comments": """
        SELECT d.classoid::regclass::text, coalesce(c.relname, p.proname), d.objsubid, d.description
        FROM pg_description d LEFT JOIN pg_class c ON c.oid = d.objoid LEFT JOIN pg_proc p ON p.oid = d.objoid
        WHERE coalesce(c.relnamespace, p.pronamespace) = 'public'::regnamespace""",
}


def catalogue(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """All that a schema consists of, as text that two databases can be compared by."""
    return {
        name: sorted(connection.execute(cast(LiteralString, text)).fetchall(), key=repr)
        for name, text in CATALOGUE.items()
    }


def test_schema_sql_is_the_sum_of_the_migrations(server: str, empty: Connection) -> None:
    """A database made from ``schema.sql`` has the same catalogue as one that was migrated, comments included."""
    migrate(empty, AT)
    for other_dsn in fresh_database(server, None):
        with connect(other_dsn, "test") as other:
            other.execute(cast(LiteralString, SCHEMA.read_text(encoding="utf-8")))
            prepare_tier(other)
            summed, single = catalogue(empty), catalogue(other)
    for part in CATALOGUE:
        assert single[part] == summed[part], part
    assert len(summed["columns"]) > 200


def test_the_comparison_sees_what_differs(empty: Connection) -> None:
    """A changed default, a dropped comment, constraint, index or trigger shows in the catalogue."""
    migrate(empty, AT)
    whole = catalogue(empty)
    for change in (
        "ALTER TABLE device ALTER adopted SET DEFAULT false",
        "COMMENT ON TABLE reading IS NULL",
        "ALTER TABLE vessel DROP CONSTRAINT vessel_litres_check",
        "DROP INDEX plan_latest",
        "DROP TRIGGER plan_is_a_value ON plan",
        "ALTER TABLE room ALTER name TYPE varchar(20)",
    ):
        with empty.transaction(force_rollback=True):
            empty.execute(change)
            assert catalogue(empty) != whole, change


def test_a_second_run_applies_nothing(empty: Connection) -> None:
    """The first run applies all, the second none; the database then counts as of this version."""
    assert migrate(empty, AT) == [migration.name for migration in known()]
    before = catalogue(empty)
    assert migrate(empty, AT) == []
    assert catalogue(empty) == before
    assert check_schema(empty) == "plain"


CHILD = """
import sys
from datetime import UTC, datetime
from store.connect import connect
from store.migrate import migrate
with connect(sys.argv[1], "test") as connection:
    print("ready", flush=True)
    sys.stdin.readline()
    print(",".join(migrate(connection, datetime(2027, 1, 12, tzinfo=UTC))))
"""


def test_two_processes_apply_each_migration_once(server: str) -> None:
    """Two processes that migrate at the same moment both succeed, and only one of them applies each file."""
    for dsn in fresh_database(server, None):
        children = [
            subprocess.Popen(
                [sys.executable, "-c", CHILD, dsn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        said = [child.communicate(timeout=60)[0].strip() for child in children]
        assert [child.returncode for child in children] == [0, 0]
        assert sorted(said) == ["", ",".join(m.name for m in known())]


def test_a_later_migration_is_applied_alone(empty: Connection) -> None:
    """A database of an older version gets what it lacks, in order."""
    assert migrate(empty, AT, [FIRST]) == ["0001_first.sql"]
    assert migrate(empty, AT, [FIRST, SECOND]) == ["0002_second.sql"]
    assert applied(empty) == ["0001_first.sql", "0002_second.sql"]


def test_an_edited_migration_is_refused(empty: Connection) -> None:
    """A file whose text changed after it was applied is refused with the way out, and the next is not applied."""
    migrate(empty, AT, [FIRST])
    edited = made(FIRST.name, FIRST.text + "\n-- a small correction")
    with pytest.raises(SchemaMismatch, match=r"0001_first\.sql was edited.*put the file back.*add a new one"):
        migrate(empty, AT, [edited, SECOND])
    assert applied(empty) == [FIRST.name]
    assert "second" not in tables(empty)


def test_a_database_of_a_newer_version_is_refused(empty: Connection) -> None:
    """A migration that this code does not know is refused with the way out, and nothing is applied."""
    migrate(empty, AT, [FIRST, SECOND])
    third = made("0003_third.sql", "CREATE TABLE third (id int)")
    with pytest.raises(SchemaMismatch, match=r"0002_second\.sql.*newer than the code; install the version"):
        migrate(empty, AT, [FIRST, third])
    assert "third" not in tables(empty)


def test_check_schema_says_what_to_do(empty: Connection) -> None:
    """An empty database and one that lacks a migration say ``dagsplan migrate``; a newer one says that it is newer."""
    with pytest.raises(SchemaMismatch, match="no dagsplan schema yet; run 'dagsplan migrate'"):
        check_schema(empty)
    migrate(empty, AT)
    empty.execute("DELETE FROM schema_migration WHERE name LIKE '0001%'")
    with pytest.raises(SchemaMismatch, match=r"lacks 0001_first_winter_day\.sql; run 'dagsplan migrate'"):
        check_schema(empty)
    empty.execute("INSERT INTO schema_migration VALUES ('9999_later.sql', 'x', %s)", (AT,))
    with pytest.raises(SchemaMismatch, match="newer than the code"):
        check_schema(empty)


def test_an_ill_named_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Connection) -> None:
    """A migration that is not called NNNN_words.sql is refused before anything runs; other files are passed over."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "README.md").write_text("no migration")
    (folder / "0001_good.sql").write_text("CREATE TABLE good (id int)")
    monkeypatch.setattr(migrations_module, "files", lambda _: tmp_path)
    assert [migration.name for migration in known()] == ["0001_good.sql"]
    (folder / "2-bad.sql").write_text("CREATE TABLE bad (id int)")
    with pytest.raises(SchemaMismatch, match=r"2-bad\.sql: call it NNNN_words_like_this\.sql"):
        migrate(empty, AT)
    assert tables(empty) == set()


def test_a_migration_that_fails_in_the_middle_leaves_a_usable_state(empty: Connection) -> None:
    """What came before stays, of the failing one nothing is left, and its repaired text is applied afterwards."""
    broken = made("0002_broken.sql", "CREATE TABLE half (id int); INSERT INTO half VALUES (1); SELECT 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty, AT, [FIRST, broken, made("0003_third.sql", "CREATE TABLE third (id int)")])
    assert applied(empty) == [FIRST.name]
    assert "first" in tables(empty)
    assert "half" not in tables(empty)
    repaired = made(broken.name, "CREATE TABLE half (id int);")
    assert migrate(empty, AT, [FIRST, repaired]) == [broken.name]


def test_the_lock_is_free_after_a_refusal(empty: Connection, empty_dsn: str) -> None:
    """Whether it went well, failed or was refused: no run leaves the lock behind."""
    for attempt in ([FIRST], [FIRST, made("0002_bad.sql", "nonsense")], []):
        try:
            migrate(empty, AT, attempt)
        except (SchemaMismatch, psycopg.Error):
            pass
        with connect(empty_dsn, "other") as other:
            assert other.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone() == (True,)


def test_a_killed_migration_leaves_a_usable_state(server: str, tmp_path: Path) -> None:
    """SIGKILL of the process in the middle of a migration: the next run applies it whole."""
    code = (
        "import sys\nfrom datetime import UTC, datetime\nfrom store.connect import connect\n"
        "from store.migrate import Migration, migrate\n"
        "slow = Migration('0001_slow.sql', 'CREATE TABLE slow (id int); SELECT pg_sleep(60);')\n"
        "with connect(sys.argv[1], 'victim') as connection:\n    migrate(connection, datetime.now(UTC), [slow])\n"
    )
    for dsn in fresh_database(server, None):
        child = subprocess.Popen([sys.executable, "-c", code, dsn])
        with connect(dsn, "test") as connection:
            asleep = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
            while connection.execute(asleep).fetchone() is None:
                assert child.poll() is None
            child.kill()
            child.wait()
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dagsplan-victim'"
            connection.execute(end)
            whole = made("0001_slow.sql", f"{BASE} CREATE TABLE slow (id int)")
            assert migrate(connection, AT, [whole]) == ["0001_slow.sql"]
            assert "slow" in tables(connection)


# ---- history -----------------------------------------------------------------------------------------------------

PLAN = "00000000-0000-0000-0000-000000000001"
HISTORY = {
    "threshold": f"INSERT INTO threshold VALUES ('k', '*', 1, 1.0, NULL, 'cm', '{AT}', 'test', 'why')",
    "plan": f"INSERT INTO plan VALUES ('{PLAN}', 'snow', '2027-01-12', '18:00', 'assist', 1, NULL, '{AT}', '{AT}', "
    f"'{AT}', false, 'hash', '{{}}')",
    "intervention": f"INSERT INTO intervention VALUES ('{PLAN}', 'key', 0, 'tur', 'r1', 1, NULL, NULL, NULL)",
    "plan_order": f"INSERT INTO plan_order VALUES ('{PLAN}', '{PLAN}', 'key', 'snow', 'r1', NULL, NULL, NULL, '{AT}')",
    "order_event": f"INSERT INTO order_event VALUES ('{PLAN}', 1, 'decided', '{AT}', 'dispatcher', '')",
}
ONLY_ADDED_TO = ("threshold", "plan", "intervention", "order_event")
ANY_COLUMN = {"threshold": "reason", "plan": "slot", "intervention": "target", "order_event": "note"}


@pytest.mark.parametrize("table", ONLY_ADDED_TO)
@pytest.mark.parametrize(
    "change", ["UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_history_is_only_ever_added_to(database: Connection, table: str, change: str) -> None:
    """UPDATE, DELETE and TRUNCATE of thresholds, plans, interventions and order events are refused."""
    for statement in HISTORY.values():
        database.execute(cast(LiteralString, statement))
    with pytest.raises(psycopg.errors.RestrictViolation, match=f"{table} is only ever added to"):
        database.execute(cast(LiteralString, change.format(table=table, column=ANY_COLUMN[table])))
    assert database.execute(cast(LiteralString, f"SELECT count(*) FROM {table}")).fetchone() == (1,)


@pytest.mark.parametrize(
    ("statement", "violated"),
    [
        ("INSERT INTO reading VALUES (1, '1999-12-31Z', 1, '2027-01-12Z')", psycopg.errors.CheckViolation),
        ("INSERT INTO reading VALUES (1, '2027-01-12Z', 'NaN', '2027-01-12Z')", psycopg.errors.CheckViolation),
        ("INSERT INTO reading VALUES (1, '2027-01-12Z', 'Infinity', '2027-01-12Z')", psycopg.errors.CheckViolation),
        ("INSERT INTO reading VALUES (99, '2027-01-12Z', 1, '2027-01-12Z')", psycopg.errors.ForeignKeyViolation),
        ("INSERT INTO simulated_clock VALUES (true, now(), now(), 0)", psycopg.errors.CheckViolation),
        ("INSERT INTO simulated_clock VALUES (false, now(), now(), 1)", psycopg.errors.CheckViolation),
    ],
)
def test_the_last_line_of_defence(database: Connection, statement: str, violated: type[psycopg.Error]) -> None:
    """The database itself refuses times out of reach, values that are no numbers, strangers and a standing clock."""
    database.execute("INSERT INTO device (device_id, name, kind) VALUES ('d', 'd', 'test')")
    database.execute("INSERT INTO series (device_id, quantity, unit) VALUES ('d', 'q', '')")
    with pytest.raises(violated):
        database.execute(cast(LiteralString, statement))


def test_nothing_in_the_schema_calls_now() -> None:
    """One clock: no migration, query or tier file asks the database for the time."""
    folder = SCHEMA.parent
    for file in [SCHEMA, *folder.glob("migrations/*.sql"), *folder.glob("queries/*.sql"), *folder.glob("tiers/*.sql")]:
        code = "\n".join(line.split("--")[0] for line in file.read_text(encoding="utf-8").splitlines()).lower()
        for word in ("now()", "current_timestamp", "current_date", "clock_timestamp", "statement_timestamp"):
            assert word not in code, f"{file.name}: {word}"


def test_a_dsn_is_never_printed_with_its_password(server: str) -> None:
    """Errors of a connection name host and database, and not the password, also where the DSN cannot be read."""
    from city.errors import StoreUnavailable

    for dsn in (
        "postgresql://city:hemligt@127.0.0.1:1/city",
        "host=127.0.0.1 port=1 user=city password=hemligt dbname=city",
        "postgres//city:hemligt@db/city",
        "postgresql://city:hemligt@db:port/city",
        make_conninfo(server, dbname="gone", password="hemligt"),
    ):
        with pytest.raises(StoreUnavailable) as refused:
            connect(dsn, "test", timeout_s=2)
        assert "hemligt" not in str(refused.value)
        assert "\n" not in str(refused.value)


def test_dates_are_as_they_were_given(database: Connection) -> None:
    """A session speaks UTC, whatever the host's zone."""
    assert database.execute("SHOW timezone").fetchone() == ("UTC",)
    assert database.execute("SELECT '2027-01-12 00:30+01'::timestamptz::date").fetchone() == (date(2027, 1, 11),)


def test_an_older_server_is_refused_before_anything_runs(empty: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """By migrations and by every command that looks at the schema; this very version is not too old."""
    this = empty.info.server_version // 10_000
    monkeypatch.setattr(migrations_module, "OLDEST_POSTGRES", this + 1)
    for use in (lambda: migrate(empty, AT), lambda: check_schema(empty)):
        with pytest.raises(SchemaMismatch) as refused:
            use()
        assert str(refused.value) == (
            f"the database is PostgreSQL {this}, which is too old; upgrade it to {this + 1} or newer"
        )
    assert tables(empty) == set()
    monkeypatch.setattr(migrations_module, "OLDEST_POSTGRES", this)
    assert migrate(empty, AT) == [migration.name for migration in known()]


def test_the_oldest_server_is_the_one_that_the_readme_names() -> None:
    assert f"PostgreSQL {migrations_module.OLDEST_POSTGRES} or newer" in (SCHEMA.parents[1] / "README.md").read_text()
