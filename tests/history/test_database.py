"""The file under the store: its schema, many writers, other processes, a sudden end."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bedcheck.history
from bedcheck.errors import StoreBusy, StoreError
from bedcheck.history import HistoryRow, Store
from bedcheck.history.keys import Keys
from bedcheck.history.migrations import HEAD
from bedcheck.history.tables import TRIGGERS, metadata

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
PACKAGE = Path(bedcheck.history.__file__).parent


def test_the_migrations_make_the_tables(store: Store) -> None:
    engine = sa.create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name DESC"
        )
        assert sorted(found.scalars()) == sorted(TRIGGERS)
    engine.dispose()


def test_the_newest_version_is_what_alembic_calls_the_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_newer_version_s_file_is_left_alone(store: Store) -> None:
    change(store.path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version of Bedcheck"):
        Store.open(store.path)


def test_another_program_s_file_is_left_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    change(path, "CREATE TABLE theirs (a)")
    (tmp_path / "night.db.key").rename(tmp_path / "other.db.key")
    with pytest.raises(StoreError, match="another program's file"):
        Store.open(path)
    assert sqlite3.connect(path).execute("SELECT name FROM sqlite_master").fetchall() == [
        ("theirs",)
    ]


def test_secrets_that_others_may_read_or_that_are_damaged_are_refused(store: Store) -> None:
    key = store.path.with_name("night.db.key")
    key.chmod(0o640)
    with pytest.raises(StoreError, match=r"mode 640\): chmod 600"):
        Store.open(store.path)
    key.chmod(0o600)
    content = key.read_text()
    for damaged in (
        "",
        "{}",
        "[1]",
        content[:100],
        content.replace('"version": 1', '"version": 2'),
    ):
        key.write_text(damaged)
        with pytest.raises(StoreError, match="expected the secrets of a store") as caught:
            Store.open(store.path)
        assert content[60:80] not in str(caught.value)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_file_is_secrets_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="expected the secrets of a store"):
        Keys.load(path)


def test_secrets_show_nowhere(store: Store) -> None:
    assert (str(store.keys), repr(store.keys)) == ("Keys()", "Keys()")


def test_every_connection_is_durable_and_erases(store: Store) -> None:
    with store.snapshot() as read:
        pragma = lambda name: read.connection.exec_driver_sql(f"PRAGMA {name}").scalar()  # noqa: E731
        assert (pragma("journal_mode"), pragma("synchronous"), pragma("secure_delete")) == (
            "wal", 2, 1,
        )  # fmt: skip


def append(store: Store, count: int) -> None:
    for number in range(count):
        with store.transaction() as tx:
            tx.append(HistoryRow(at=NOW, kind="look", facts={"n": number}))


def test_many_threads_write_one_after_another(store: Store) -> None:
    threads = [threading.Thread(target=append, args=(store, 20)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result = store.verify()
    assert (result.whole, result.rows) == (True, 160)


WRITER = """
import sys
from datetime import UTC, datetime
from bedcheck.history import HistoryRow, Store
store = Store.open(sys.argv[1])
for number in range(int(sys.argv[2])):
    with store.transaction() as tx:
        tx.append(HistoryRow(at=datetime.now(UTC), kind="look", who=sys.argv[3]))
        tx.put_window(f"{sys.argv[3]}-{number}", {}, due=None, closed=False)
    print(number, flush=True)
"""


def test_several_processes_write_one_after_another(store: Store) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(store.path), "25", name])
        for name in ("one", "two")
    ]
    append(store, 25)
    assert [child.wait(60) for child in children] == [0, 0]
    result = store.verify()
    assert (result.whole, result.rows) == (True, 75)


@pytest.mark.skipif(os.name != "posix", reason="ends a process by a signal")
def test_what_was_acknowledged_outlives_a_sudden_end(store: Store) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.path), "100000", "child"],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        acknowledged = [int(child.stdout.readline()) for _ in range(30)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout.read().split()]
    with store.snapshot() as read:
        windows = set(read.open_windows())
    assert {f"child-{number}" for number in acknowledged} <= windows
    result = store.verify()
    assert result.whole
    assert result.rows == len(windows)  # a row and its window, or neither
    append(store, 1)


def test_a_writer_in_the_way_is_waited_for_and_then_told(tmp_path: Path) -> None:
    with Store.open(tmp_path / "night.db", create=True, patience=0.1) as store:
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="another process"):
            append(store, 1)
        with store.snapshot() as read:  # readers do not wait
            assert read.all("resident") == {}
        other.execute("COMMIT")
        other.close()
        append(store, 1)
        with store.transaction():
            failed: list[Exception] = []

            def write() -> None:
                try:
                    append(store, 1)
                except StoreBusy as error:
                    failed.append(error)

            thread = threading.Thread(target=write)
            thread.start()
            thread.join()
        assert "another thread" in str(failed[0])


def test_a_transaction_inside_another_is_a_mistake(store: Store) -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="inside another"):
        append(store, 1)
    append(store, 1)


def test_what_was_damaged_is_told_and_where(store: Store) -> None:
    append(store, 2)
    with store.transaction() as tx:
        tx.put("resident", "r1", {}, by="os:anna", at=NOW)
    change(store.path, "DROP TRIGGER rows_are_never_changed")
    for statement, where in (
        ("facts = '{'", "row 2 "), ("kind = 'looked'", "row 2 "), ("who = ''", "row 2 "),
        ("at = 'yesterday'", "'yesterday' for a time"),
    ):  # fmt: skip
        change(store.path, f"UPDATE rows SET {statement} WHERE seq = 2")
        with pytest.raises(StoreError, match=rf"{where}.* run `bedcheck history verify`"):
            list(store.rows(by="os:anna"))
    change(store.path, "UPDATE documents SET body = '{'")
    with store.snapshot() as read, pytest.raises(StoreError, match="nothing of ours wrote"):
        read.get("resident", "r1")


def test_a_full_disk_is_told_and_nothing_is_written(store: Store) -> None:
    append(store, 1)
    with store.snapshot() as read:
        pages = read.connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limited(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    store.close()
    sa.event.listen(store._engine, "connect", limited)
    with pytest.raises(StoreError, match="the disk is full"), store.transaction() as tx:
        tx.put("resident", "r1", {"note": "x" * 100_000}, by="os:anna", at=NOW)
    assert store.verify().whole
    with store.snapshot() as read:
        assert read.get("resident", "r1") is None
