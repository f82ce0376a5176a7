"""The statements that every look runs, built once: building takes longer than running them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bedcheck.history.tables import (
    documents,
    grants,
    head,
    intents,
    links,
    rows,
    watched,
    windows,
)

__all__ = [
    "ADD_DOCUMENT",
    "ADD_GRANT",
    "ADD_INTENT",
    "ADD_ROW",
    "ADD_WATCHED",
    "ADD_WINDOW",
    "ALL_DOCUMENTS",
    "CHAIN",
    "CHANGE_WATCHED",
    "CHANGE_WINDOW",
    "DOCUMENT",
    "DROP_WATCHED",
    "DUE_WATCHED",
    "DUE_WINDOWS",
    "FIRST_DUE",
    "FIRST_WINDOW",
    "GRANT",
    "HEAD",
    "INTENT",
    "LAST_VERSION",
    "MOVE_HEAD",
    "MOVE_INTENT",
    "NEXT_WATCHED",
    "OPEN_INTENTS",
    "OPEN_INTENTS_OF",
    "OPEN_WINDOWS",
    "OUTDATE_DOCUMENT",
    "REDEEM_GRANT",
    "REGISTRY_VERSION",
    "REVOKE_GRANTS",
    "SETTLE_INTENT",
    "USE_LINK",
    "WATCHED",
    "WATCHED_ALL",
    "WATCHED_AREA",
    "WINDOW",
]

d, w, i, g = documents.c, windows.c, intents.c, grants.c
kind: sa.BindParameter[str] = sa.bindparam("of_kind")
key: sa.BindParameter[str] = sa.bindparam("of_key")
now: sa.BindParameter[datetime] = sa.bindparam("now")
most: sa.BindParameter[int] = sa.bindparam("most")


def _bytes_of(column: sa.Column[Any]) -> sa.Label[bytes]:
    return sa.cast(column, sa.LargeBinary).label(column.name)


DOCUMENT = sa.select(d.body).where(d.kind == kind, d.key == key, d.current.is_(True))
LAST_DOCUMENT = (
    sa.select(d.body)
    .where(d.kind == kind, d.key == key, d.body.is_not(None))
    .order_by(d.version.desc())
    .limit(1)
)
ALL_DOCUMENTS = (
    sa.select(d.key, d.body)
    .where(d.kind == kind, d.current.is_(True), d.body.is_not(None))
    .order_by(d.key)
)
LAST_VERSION = sa.select(sa.func.max(d.version)).where(d.kind == kind, d.key == key)
REGISTRY_VERSION = sa.select(sa.func.max(sa.literal_column("rowid", sa.Integer))).select_from(
    documents
)
OUTDATE_DOCUMENT = (
    sa.update(documents)
    .where(d.kind == kind, d.key == key, d.current.is_(True))
    .values(current=False)
)
ADD_DOCUMENT = sa.insert(documents)

WINDOW = sa.select(w.body).where(w.key == key)
DUE_WINDOWS = (
    sa.select(w.key, w.body)
    .where(w.closed.is_(False), w.due <= now)
    .order_by(w.due, w.key)
    .limit(most)
)
OPEN_WINDOWS = (
    sa.select(w.key, w.body).where(w.closed.is_(False)).order_by(w.due.is_(None), w.due, w.key)
)
CHANGE_WINDOW = (
    sa.update(windows)
    .where(w.key == key)
    .values({name: sa.bindparam(name) for name in ("body", "due", "closed")})
)
ADD_WINDOW = sa.insert(windows)

v = watched.c
area: sa.BindParameter[str] = sa.bindparam("of_area")
WATCHED = sa.select(v.body).where(v.kind == kind, v.key == key)
WATCHED_ALL = sa.select(v.key, v.body).where(v.kind == kind).order_by(v.key)
WATCHED_AREA = WATCHED_ALL.where(v.area == area)
DUE_WATCHED = (
    sa.select(v.key, v.body).where(v.kind == kind, v.due <= now).order_by(v.due, v.key).limit(most)
)
NEXT_WATCHED = sa.select(sa.func.min(v.due)).where(v.due > now)
CHANGE_WATCHED = (
    sa.update(watched)
    .where(v.kind == kind, v.key == key)
    .values({name: sa.bindparam(name) for name in ("area", "body", "due")})
)
ADD_WATCHED = sa.insert(watched)
DROP_WATCHED = sa.delete(watched).where(v.kind == kind, v.key == key)

INTENT = sa.select(intents).where(i.key == key)
OPEN_INTENTS = (
    sa.select(intents).where(i.settled.is_(None), i.due <= now).order_by(i.due, i.key).limit(most)
)
OPEN_INTENTS_OF = OPEN_INTENTS.where(i.kind.in_(sa.bindparam("kinds", expanding=True)))
ADD_INTENT = sa.insert(intents).prefix_with("OR IGNORE")
SETTLE_INTENT = (
    sa.update(intents)
    .where(i.key == key, i.settled.is_(None))
    .values({name: sa.bindparam(name) for name in ("settled", "result")})
)
MOVE_INTENT = (
    sa.update(intents).where(i.key == key, i.settled.is_(None)).values(due=sa.bindparam("due"))
)
FIRST_WINDOW = sa.select(sa.func.min(w.due)).where(w.closed.is_(False))
FIRST_DUE = sa.union_all(
    FIRST_WINDOW,
    sa.select(sa.func.min(i.due)).where(i.settled.is_(None)),
)

GRANT = sa.select(grants).where(g.id == key)
ADD_GRANT = sa.insert(grants)
REDEEM_GRANT = sa.update(grants).where(g.id == key).values(redeemed=sa.bindparam("redeemed"))
REVOKE_GRANTS = (
    sa.update(grants)
    .where(g.window == key, g.redeemed.is_(None), g.expires > now)
    .values(expires=now)
)

CHAIN = sa.select(  # texts as bytes: one that was damaged must not break off the reading
    *(
        column if name in ("seq", "salt", "leaf", "link") else _bytes_of(column)
        for name, column in rows.c.items()
    )
).order_by(rows.c.seq)
ADD_ROW = sa.insert(rows)
HEAD = sa.select(head)
MOVE_HEAD = sa.update(head).values({name: sa.bindparam(name) for name in ("seq", "link", "mac")})

USE_LINK = sa.insert(links).prefix_with("OR IGNORE")
