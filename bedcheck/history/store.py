"""The store: one SQLite file that loses nothing it has acknowledged."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from bedcheck.errors import NoStore, StoreBusy, StoreError
from bedcheck.history import tables as t
from bedcheck.history.chain import first_link, head_message
from bedcheck.history.database import create_file, engine_for, is_current, is_other, told, upgrade
from bedcheck.history.figures.rollup import forget, roll_up
from bedcheck.history.figures.statistics import Question, Statistics, answer
from bedcheck.history.keys import Keys, key_file
from bedcheck.history.purge import Purged, count_due, count_kept, purge_rows, purge_working
from bedcheck.history.reading import Filters, newest, page
from bedcheck.history.retention import DOCUMENT, Retention
from bedcheck.history.row import HistoryRow, Kind, Retained
from bedcheck.history.seal import Seal
from bedcheck.history.story import AlarmStory, story_of
from bedcheck.history.transaction import Snapshot, Transaction
from bedcheck.history.verify import Verification, verify

__all__ = ["Store"]

PATIENCE = 10.0  # seconds that a writer waits for another


class Store:
    """Registry, windows, outbox, grants and history. Many threads may share one.

    Made by `open`. One writer at a time, in this process and among others; readers see
    the state of the last commit and wait for nobody.
    """

    def __init__(self, path: Path, engine: sa.Engine, keys: Keys, patience: float) -> None:
        self.path = path
        self.keys = keys
        self._engine = engine
        self._patience = patience
        self._writing = threading.Lock()
        self._writer: int | None = None  # the thread that holds the lock

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, patience: float = PATIENCE) -> Store:
        """Opens the store at ``path``; with ``create``, makes it where there is no file.

        Its secrets are in a file of their own, ``path`` with ``.key`` added; both are made
        readable by their owner alone. An older version's tables are brought up to date.

        Raises
        ------
        StoreError
            It is damaged or a newer version's, or its secrets are missing or readable by others.
        NoStore
            There is no such file, or it is no store.
        StoreBusy
            Another process held it for longer than ``patience`` seconds.
        """
        path = Path(path)
        if not path.exists():
            if not create:
                raise NoStore(f"{path}: there is no such store: make it with `night init`")
            if not key_file(path).exists():  # first: a store without secrets would be lost
                Keys.create(key_file(path))
            create_file(path)
        elif not path.is_file():
            raise NoStore(f"{path}: expected a file")
        elif not key_file(path).exists() and is_other(path):  # else it may be ours, damaged
            raise NoStore(f"{path}: expected a store of Bedcheck; it is another kind of file")
        store = cls(path, engine_for(path, patience), Keys.load(key_file(path)), patience)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    def _prepare(self) -> None:
        with self._begun("DEFERRED") as connection:
            if is_current(connection):
                return
        with self._begun("IMMEDIATE") as connection:
            if upgrade(connection, self.path):
                name = secrets.token_hex(8)
                link = first_link(name)
                mac = self.keys.mac("head", head_message(name, 0, link))
                connection.execute(sa.insert(t.head).values(store=name, seq=0, link=link, mac=mac))

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction: after the ``with`` all of it is on disk, or, on an error, none.

        Keep it short and do nothing else in it: every other writer waits. Raises StoreBusy
        where another writer held the store for longer than is waited, StoreError where the
        disk is full or fails; then nothing was written.
        """
        with self._alone():
            survivors: list[HistoryRow] = []
            try:
                with self._written(survivors) as transaction:
                    yield transaction
            except BaseException:
                if survivors:
                    with self._written([]) as again:
                        for row in survivors:
                            again.append(row)
                raise

    @contextmanager
    def _written(self, survivors: list[HistoryRow]) -> Iterator[Transaction]:
        with self._begun("IMMEDIATE") as connection:
            transaction = Transaction(connection, self.keys, survivors)
            yield transaction
            transaction.finish()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The store as it stands now, to read several things that belong together."""
        with self._begun("DEFERRED") as connection:
            yield Snapshot(connection)

    def rows(
        self,
        filters: Filters | None = None,
        *,
        by: str,
        at: datetime | None = None,
        export: str = "",
        last: int | None = None,
    ) -> Iterator[HistoryRow]:
        """The rows that ``filters`` let through, oldest first, as the history stands now.

        ``by`` is who reads: that they did, and what they asked for, is a row of the history
        before the first one is given; ``export`` is the form in which they take it out.
        ``last``: only so many, the newest. Rows that were purged are left out.
        """
        filters = filters or Filters()
        up_to = self._note_reading("rows", filters, by, at, export=export)
        if last is None:
            return self._pages(filters, up_to)
        with self._begun("DEFERRED") as connection:
            return iter(newest(connection, filters, up_to, last))

    def alarm_story(self, alarm: str, *, by: str, at: datetime | None = None) -> AlarmStory | None:
        """What became of one alarm; None: there is none of this key. The reading is a row."""
        filters = Filters(alarm=alarm)
        rows = list(self._pages(filters, self.last_row()))
        residents = {row.resident for row in rows if row.resident is not None}
        resident = residents.pop() if len(residents) == 1 else None
        self._note_reading("alarm", filters, by, at, resident=resident)
        return story_of(alarm, rows)

    def alarm_stories(
        self, filters: Filters | None = None, *, by: str, at: datetime | None = None
    ) -> list[AlarmStory]:
        """Every alarm that has a row among those, by when it was raised. The reading is a row."""
        filters = filters or Filters()
        up_to = self._note_reading("alarms", filters, by, at)
        told: dict[str, list[HistoryRow]] = {}
        for row in self._pages(filters, up_to, of_alarms=True):
            told.setdefault(row.alarm or "", []).append(row)
        stories = [story_of(alarm, rows) for alarm, rows in told.items()]
        return sorted(
            (story for story in stories if story is not None),
            key=lambda story: story.raised or story.rows[0].at,
        )

    def readings_of(
        self, resident: str, *, by: str, at: datetime | None = None
    ) -> list[HistoryRow]:
        """Who has read or taken out rows of ``resident``, in a list of all of them included."""
        filters = Filters(resident=resident, kinds=(Kind.READ, Kind.EXPORT))
        up_to = self._note_reading("readings", filters, by, at)
        every = Filters(kinds=(Kind.READ, Kind.EXPORT))
        return [row for row in self._pages(every, up_to) if row.resident in (None, resident)]

    def statistics(
        self, question: Question, *, by: str, at: datetime | None = None, export: str = ""
    ) -> Statistics:
        """The figures of a time, late outcomes included; see `bedcheck.history.figures`.

        The reading is a row; ``export`` is the form in which the figures are taken out.
        """
        self.roll_up()
        self._note_reading("statistics", question, by, at, export=export)
        with self.snapshot() as read:
            return answer(read, question)

    def note_export(
        self, what: str, question: Question, *, by: str, at: datetime | None = None, form: str
    ) -> int:
        """Log that somebody takes figures out; returns the number of the last row before it."""
        return self._note_reading(what, question, by, at, export=form)

    def roll_up(self) -> int:
        """Count the rows that were not counted yet, so that statistics answer at once."""
        return roll_up(self)

    def last_row(self) -> int:
        """The number of the newest row; 0: there is none."""
        with self._begun("DEFERRED") as connection:
            return int(connection.execute(sa.select(t.head.c.seq)).scalar_one())

    # ---- the chain

    def seal(self, at: datetime, *, by: str = "runner") -> dict[str, Any]:
        """Seals the history as it stands and returns the seal, to be kept by somebody else.

        Plain JSON values, signed with the store's key; the seal is a row as well.
        """
        with self.transaction() as tx:
            return tx.seal(at, by=by)

    def verify(self, seals: Iterable[Seal] = ()) -> Verification:
        """Reads every row and says which are not as they were written.

        ``seals`` are those kept elsewhere; see `bedcheck.history.verify`.
        """
        with self._begun("DEFERRED") as connection:
            return verify(connection, self.keys, seals)

    def purge(self, now: datetime, *, by: str) -> Purged:
        """Erases what has been kept for its retention time.

        Where `Purged.overwritten` is false somebody was reading meanwhile, and an older copy
        may be left in the store's log until the next purge.
        """
        try:
            self.roll_up()  # what is erased is counted first
        except StoreBusy:
            raise
        except StoreError:  # a row that was damaged; what is owed to erase does not wait for it
            pass
        with self.snapshot() as read:
            retention = Retention.parse(read.get(*DOCUMENT))
        if (before := retention.before(Retained.SUPERVISION, now)) is not None:
            with self.transaction() as tx:
                forget(tx, before)
        rows: Counter[Retained] = Counter()
        for retained in Retained:
            while True:
                with self.transaction() as tx:
                    erased = purge_rows(tx, retained, retention, now, by)
                rows[retained] += erased
                if not erased:
                    break
        with self.transaction() as tx:
            purged = purge_working(tx, retention, now)
        purged.rows = rows
        purged.overwritten = self._overwrite()
        return purged

    def purge_due(self, now: datetime) -> Counter[Retained]:
        """How many rows of each class a purge would erase now."""
        with self._begun("DEFERRED") as connection:
            retention = Retention.parse(Snapshot(connection).get(*DOCUMENT))
            return count_due(connection, retention, now)

    def kept(self) -> Counter[Retained]:
        """How many rows of each class there are."""
        with self._begun("DEFERRED") as connection:
            return count_kept(connection)

    def _overwrite(self) -> bool:
        """Empties the log beside the file, which still holds what was erased.

        Waits for readers, but not as long as other writers wait for this.
        """
        with self._alone(), self._engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA busy_timeout={int(self._patience * 100)}")
            try:
                busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={int(self._patience * 1000)}")
            return not busy

    def _note_reading(
        self,
        what: str,
        filters: Filters | Question,
        by: str,
        at: datetime | None,
        *,
        resident: str | None = None,
        export: str = "",
    ) -> int:
        """Logs a reading and returns the number of the last row before it."""
        with self.transaction() as tx:
            row = HistoryRow(
                at=at or datetime.now(UTC),
                kind=Kind.EXPORT if export else Kind.READ,
                resident=resident or filters.resident,
                alarm=None,  # else every reading would become part of the alarm's story
                who=by,
                facts={
                    "what": what,
                    "filters": filters.to_dict(),
                    **({"format": export} if export else {}),
                },
            )
            return tx.append(row) - 1

    def _pages(
        self, filters: Filters, up_to: int, *, of_alarms: bool = False
    ) -> Iterator[HistoryRow]:
        after = 0
        while True:
            with self._begun("DEFERRED") as connection:
                found = page(connection, filters, after, up_to, of_alarms=of_alarms)
            if not found:
                return
            yield from found
            after = found[-1].seq or up_to

    def close(self) -> None:
        """Closes every connection. What was committed is on disk either way."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._writer == me:
            raise RuntimeError("a transaction was begun inside another of the same thread")
        if not self._writing.acquire(timeout=self._patience):
            raise StoreBusy(f"{self.path}: another thread is writing to the store: try again")
        self._writer = me
        try:
            yield
        finally:
            self._writer = None
            self._writing.release()

    @contextmanager
    def _begun(self, mode: str) -> Iterator[sa.Connection]:
        """A connection in a transaction; commits at the end, rolls back on an error."""
        try:
            with (
                self._engine.connect() as connection,
                connection.execution_options(begin=mode).begin(),
            ):
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise told(error, self.path) from None
