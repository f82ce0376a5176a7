"""The tables of the store. The migrations make them; a test says that the two agree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bedcheck.errors import StoreError
from bedcheck.history.plain import instant

__all__ = [
    "TRIGGERS",
    "documents",
    "grants",
    "head",
    "intents",
    "links",
    "metadata",
    "rows",
    "tallied",
    "tallies",
    "tokens",
    "watched",
    "windows",
]


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware time, kept as UTC text whose order is time's."""

    impl = sa.String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        return None if value is None else instant(value)

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (TypeError, ValueError):
            raise StoreError(
                f"the store holds {value!r:.40} for a time, which nothing of ours wrote:"
                " run `bedcheck history verify`"
            ) from None


metadata = sa.MetaData()

documents = sa.Table(  # the registry; old versions stay until they are purged
    "documents",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),  # from 1
    sa.Column("current", sa.Boolean, nullable=False),
    sa.Column("body", sa.String),  # JSON; null: removed
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
sa.Index(
    "one_current_version",
    documents.c.kind,
    documents.c.key,
    unique=True,
    sqlite_where=documents.c.current,
)

windows = sa.Table(  # the state of each supervision, for the runner
    "windows",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("body", sa.String, nullable=False),  # JSON
    sa.Column("due", Instant),  # when it wants to be looked after; null: never by itself
    sa.Column("closed", sa.Boolean, nullable=False),
)
sa.Index("open_windows_by_due", windows.c.due, sqlite_where=windows.c.closed.is_(False))

watched = sa.Table(  # what is looked after without end: the lines to the homes, and areas
    "watched",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("area", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),  # JSON
    sa.Column("due", Instant),  # when it wants to be looked after; null: never by itself
)
sa.Index("watched_by_due", watched.c.kind, watched.c.due)
sa.Index("watched_by_area", watched.c.kind, watched.c.area)

intents = sa.Table(  # the outbox: what is to be done to the world, and what came of it
    "intents",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),  # JSON
    sa.Column("due", Instant, nullable=False),
    sa.Column("settled", Instant),  # null: still to be done
    sa.Column("result", sa.String),  # JSON
)
sa.Index("open_intents_by_due", intents.c.due, sqlite_where=intents.c.settled.is_(None))

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),  # SHA-256 of the secret
    sa.Column("camera", sa.String, nullable=False),
    sa.Column("window", sa.String, nullable=False),
    sa.Column("purpose", sa.String, nullable=False),
    sa.Column("expires", Instant, nullable=False),
    sa.Column("redeemed", Instant),
)

links = sa.Table(  # acknowledgement links that were used; each is used once
    "links",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("expires", Instant, nullable=False),
    sa.Column("used", Instant, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),  # SHA-256
    sa.Column("expires", Instant, nullable=False),
)

rows = sa.Table(  # the history; `leaf` and `link` stay when a purge erases the rest
    "rows",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),  # from 1, without gaps
    sa.Column("at", Instant),
    sa.Column("kind", sa.String),
    sa.Column("resident", sa.String),
    sa.Column("camera", sa.String),
    sa.Column("window", sa.String),
    sa.Column("alarm", sa.String),
    sa.Column("who", sa.String),
    sa.Column("facts", sa.String),  # JSON
    sa.Column("salt", sa.LargeBinary(16)),
    sa.Column("leaf", sa.LargeBinary(32), nullable=False),  # SHA-256 of salt and content
    sa.Column("link", sa.LargeBinary(32), nullable=False),  # SHA-256 of link before, seq, leaf
)
sa.Index("rows_by_time", rows.c.at)
sa.Index("rows_by_resident", rows.c.resident, sqlite_where=rows.c.resident.is_not(None))
sa.Index("rows_by_window", rows.c.window, sqlite_where=rows.c.window.is_not(None))
sa.Index("rows_by_alarm", rows.c.alarm, sqlite_where=rows.c.alarm.is_not(None))

head = sa.Table(  # the chain's last row, so that a cut-off one is missed
    "head",
    metadata,
    sa.Column("store", sa.String, primary_key=True),  # the store's own random name
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("link", sa.LargeBinary(32), nullable=False),
    sa.Column("mac", sa.LargeBinary(32), nullable=False),  # HMAC of the three, with the key
)

tallies = sa.Table(  # what was counted; see `bedcheck.history.figures.rollup`
    "tallies",
    metadata,
    sa.Column("resident", sa.String, primary_key=True),  # empty: of all, without persons
    sa.Column("span", sa.String(11), primary_key=True),  # "n2026-03-10" a night, "m2026-03" a month
    sa.Column("area", sa.String, primary_key=True),
    sa.Column("network", sa.String, primary_key=True),
    sa.Column("software", sa.String, primary_key=True),
    sa.Column("cause", sa.String, primary_key=True),
    sa.Column("counts", sa.String, nullable=False),  # JSON
)
sa.Index("tallies_by_span", tallies.c.span)

tallied = sa.Table(  # how far counting has come; one row, or none before the first time
    "tallied",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),  # 1
    sa.Column("seq", sa.Integer, nullable=False),  # the last row that was counted
    sa.Column("frozen", sa.String(10), nullable=False),  # nights up to this one change no more
)

# Rows are added and never changed, even by hand with another tool; a purge may only erase.
TRIGGERS = (
    "CREATE TRIGGER rows_are_never_deleted BEFORE DELETE ON rows"
    " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
    "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE ON rows"
    " WHEN NEW.seq IS NOT OLD.seq OR NEW.leaf IS NOT OLD.leaf OR NEW.link IS NOT OLD.link"
    " OR NEW.at IS NOT NULL OR NEW.kind IS NOT NULL OR NEW.resident IS NOT NULL"
    " OR NEW.camera IS NOT NULL OR NEW.window IS NOT NULL OR NEW.alarm IS NOT NULL"
    " OR NEW.who IS NOT NULL OR NEW.facts IS NOT NULL OR NEW.salt IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
)
