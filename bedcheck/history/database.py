"""The SQLite file: who may read it, how it is opened, and its schema brought up to date."""

from __future__ import annotations

import os
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bedcheck.errors import NoStore, StoreBusy, StoreError
from bedcheck.history.migrations import HEAD

__all__ = ["APPLICATION", "create_file", "engine_for", "is_current", "is_other", "told", "upgrade"]

MAGIC = b"SQLite format 3\0"
HEAD_BYTES = 100
APPLICATION = 0x42454443  # "BEDC", so that a store is known from other SQLite files


def create_file(path: Path) -> None:
    """An empty file for the owner alone; SQLite gives its log and index the same mode."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: cannot be made: {error.strerror or error}") from None


def is_other(path: Path) -> bool:
    """Whether a file is plainly no store, so that nobody looks for its secrets.

    An empty one is a store whose making was cut short; what a log beside it holds is not seen.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not head:
        return False
    return not head.startswith(MAGIC) or head[68:72] not in (bytes(4), APPLICATION.to_bytes(4))


def engine_for(path: Path, patience: float) -> sa.Engine:
    """Connections that commit durably, wait for ``patience`` seconds and erase what they delete."""
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": patience, "check_same_thread": False},
        pool_size=8,
        max_overflow=56,
        pool_timeout=patience,
    )

    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    def begun(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begun)
    return engine


def is_current(connection: sa.Connection) -> bool:
    """Whether the file is a store with this version's tables."""
    if connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION:
        return False
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return bool(version == HEAD)


def upgrade(connection: sa.Connection, path: Path) -> bool:
    """Brings the schema to this version, in the transaction that holds. True where it was new.

    Raises StoreError for a file that is another program's, or a newer version's.
    """
    application = connection.exec_driver_sql("PRAGMA application_id").scalar()
    tables = set(sa.inspect(connection).get_table_names())
    if application != APPLICATION and (application or tables):
        raise NoStore(f"{path}: expected a store of Bedcheck; it is another program's file")
    version = None
    if "alembic_version" in tables:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if version == HEAD:
        return False
    if version is not None and (not str(version).isdigit() or int(version) > int(HEAD)):
        raise StoreError(
            f"{path}: written by a newer version of Bedcheck (schema {version}; this one knows"
            f" {HEAD}): install that version"
        )
    _alembic(connection)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
    return version is None


def _alembic(connection: sa.Connection) -> None:
    # Imported where it is needed, which is rare: it takes longer than the rest together.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        command.upgrade(config, "head")


def told(error: sa.exc.SQLAlchemyError, path: Path) -> StoreError:
    """The error of the database as ours; it names the file and what is to be done."""
    origin = getattr(error, "orig", None)
    if isinstance(error, sa.exc.TimeoutError):
        return StoreBusy(f"{path}: too many use the store at once: try again")
    reason = str(origin or error).splitlines()[0]
    code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{path}: another process is writing to the store: try again")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(f"{path}: is damaged or no store ({reason}): bring back its copy")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"{path}: the disk is full: make room; nothing was written")
    return StoreError(f"{path}: {reason}")
