"""What can be read from the store, and what can be written in one transaction."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bedcheck.errors import GrantError, RecordError, StoreError
from bedcheck.history import statements as sql
from bedcheck.history.chain import head_message, leaf_of, link_of
from bedcheck.history.grant import Grant
from bedcheck.history.keys import Keys
from bedcheck.history.plain import MOST_DOCUMENT, MOST_FACTS, check_key, dump, instant, utc
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.seal import make_seal

__all__ = ["Intent", "Snapshot", "Transaction"]

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Intent:
    """Something that is to be done to the world, and what came of it."""

    key: str
    kind: str
    body: Body
    due: datetime  # UTC
    settled: datetime | None  # UTC; None: still to be done, or done by a process that died
    result: Body | None


class Snapshot:
    """The store as it stood when reading began."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    def get(self, kind: str, key: str) -> Body | None:
        """The document's newest version; None where there is none or it was removed."""
        return _loaded(self._scalar(sql.DOCUMENT, of_kind=kind, of_key=key))

    def last(self, kind: str, key: str) -> Body | None:
        """The document's newest version, also where it was removed since and not yet purged."""
        return _loaded(self._scalar(sql.LAST_DOCUMENT, of_kind=kind, of_key=key))

    def all(self, kind: str) -> dict[str, Body]:
        """Every document of a kind that was not removed, by key."""
        return self._bodies(sql.ALL_DOCUMENTS, of_kind=kind)

    def registry_version(self) -> int:
        """A number that grows with every change of a document."""
        return self._scalar(sql.REGISTRY_VERSION) or 0

    def window(self, key: str) -> Body | None:
        """The state of a window, open or closed; None: there is none."""
        return _loaded(self._scalar(sql.WINDOW, of_key=key))

    def due_windows(self, now: datetime, limit: int) -> dict[str, Body]:
        """Open windows that are due, the longest overdue first."""
        return self._bodies(sql.DUE_WINDOWS, now=utc(now), most=limit)

    def open_windows(self) -> dict[str, Body]:
        """Every window that is not closed, by its due time; those never due come last."""
        return self._bodies(sql.OPEN_WINDOWS)

    def watched(self, kind: str, key: str) -> Body | None:
        """The state of what is looked after without end; None: it is not."""
        return _loaded(self._scalar(sql.WATCHED, of_kind=kind, of_key=key))

    def all_watched(self, kind: str, area: str | None = None) -> dict[str, Body]:
        """Everything of a kind that is looked after, by key; of one area, if given."""
        if area is None:
            return self._bodies(sql.WATCHED_ALL, of_kind=kind)
        return self._bodies(sql.WATCHED_AREA, of_kind=kind, of_area=area)

    def due_watched(self, kind: str, now: datetime, limit: int) -> dict[str, Body]:
        """What of a kind wants to be looked after, the longest overdue first."""
        return self._bodies(sql.DUE_WATCHED, of_kind=kind, now=utc(now), most=limit)

    def next_watched(self, now: datetime) -> datetime | None:
        """When, after ``now``, the next of any kind wants to be; None: none does."""
        at: datetime | None = self._scalar(sql.NEXT_WATCHED, now=utc(now))
        return at

    def next_due(self) -> datetime | None:
        """When the first open window or intent is due; None: nothing is."""
        found = self.connection.execute(sql.FIRST_DUE).scalars()
        return min((at for at in found if at is not None), default=None)

    def intent(self, key: str) -> Intent | None:
        """One intent, settled or not; None: there is none of this key."""
        found = self._intents(sql.INTENT, of_key=key)
        return found[0] if found else None

    def next_window_due(self) -> datetime | None:
        """When the first open window is due; None: there is none."""
        at: datetime | None = self._scalar(sql.FIRST_WINDOW)
        return at

    def open_intents(self, now: datetime, limit: int, kinds: Collection[str] = ()) -> list[Intent]:
        """Intents that are due and not settled, the longest overdue first; of ``kinds``, if any."""
        if kinds:
            return self._intents(sql.OPEN_INTENTS_OF, now=utc(now), most=limit, kinds=list(kinds))
        return self._intents(sql.OPEN_INTENTS, now=utc(now), most=limit)

    def _bodies(self, query: sa.Select[Any], **values: Any) -> dict[str, Body]:
        found = self.connection.execute(query, values)
        return {row.key: _loaded(row.body) or {} for row in found}

    def _intents(self, query: sa.Select[Any], **values: Any) -> list[Intent]:
        return [
            Intent(
                key=row.key,
                kind=row.kind,
                body=_loaded(row.body) or {},
                due=row.due,
                settled=row.settled,
                result=_loaded(row.result),
            )
            for row in self.connection.execute(query, values)
        ]

    def _scalar(self, query: sa.Select[Any], **values: Any) -> Any:
        return self.connection.execute(query, values).scalar()


class Transaction(Snapshot):
    """Everything written in one go: all of it is durable after the ``with``, or none.

    ``survivors`` are rows that must stand even where the rest is rolled back.
    """

    def __init__(self, connection: sa.Connection, keys: Keys, survivors: list[HistoryRow]) -> None:
        super().__init__(connection)
        self.keys = keys
        self._head: tuple[str, int, bytes] | None = None  # read at the first row
        self._survivors = survivors

    # ---- the registry

    def put(self, kind: str, key: str, body: Mapping[str, Any], *, by: str, at: datetime) -> int:
        """Writes a new version of a document and returns its number; the old ones are kept."""
        return self._put(kind, key, dump(body, f"{kind} {key}", MOST_DOCUMENT), by, at)

    def remove(self, kind: str, key: str, *, by: str, at: datetime) -> bool:
        """Takes a document out of the registry; its versions stay until they are purged."""
        if self.get(kind, key) is None:
            return False
        self._put(kind, key, None, by, at)
        return True

    def _put(self, kind: str, key: str, body: str | None, by: str, at: datetime) -> int:
        check_key(kind, "kind")
        check_key(key)
        check_key(by, "by")
        same = {"of_kind": kind, "of_key": key}
        version = int(self._scalar(sql.LAST_VERSION, **same) or 0) + 1
        self._write(sql.OUTDATE_DOCUMENT, **same)
        self._write(
            sql.ADD_DOCUMENT,
            kind=kind,
            key=key,
            version=version,
            current=True,
            body=body,
            by=by,
            at=utc(at),
        )
        return version

    # ---- windows

    def put_window(
        self, key: str, body: Mapping[str, Any], *, due: datetime | None, closed: bool
    ) -> None:
        """Writes the state of a window, new or known. ``due``: when it is to be looked after."""
        text = dump(body, f"window {check_key(key)}", MOST_DOCUMENT)
        values = {"body": text, "due": None if due is None else utc(due), "closed": closed}
        if not self._write(sql.CHANGE_WINDOW, of_key=key, **values):
            self._write(sql.ADD_WINDOW, key=key, **values)

    # ---- what is looked after without end

    def watch(
        self, kind: str, key: str, body: Mapping[str, Any], *, area: str, due: datetime | None
    ) -> None:
        """Writes its state, new or known. ``due``: when it wants to be looked after."""
        text = dump(body, f"{check_key(kind, 'kind')} {check_key(key)}", MOST_DOCUMENT)
        same = {"of_kind": kind, "of_key": key}
        values = {"area": area, "body": text, "due": None if due is None else utc(due)}
        if not self._write(sql.CHANGE_WATCHED, **same, **values):
            self._write(sql.ADD_WATCHED, kind=kind, key=key, **values)

    def unwatch(self, kind: str, key: str) -> bool:
        """Looks after it no longer; False where it did not."""
        return self._write(sql.DROP_WATCHED, of_kind=kind, of_key=key)

    # ---- the outbox

    def intend(self, key: str, kind: str, body: Mapping[str, Any], *, due: datetime) -> bool:
        """Writes down something to be done; False where the key is known: once is enough."""
        text = dump(body, f"intent {check_key(key)}", MOST_DOCUMENT)
        check_key(kind, "kind")
        values = {"key": key, "kind": kind, "body": text, "due": utc(due)}
        return self._write(sql.ADD_INTENT, **values, settled=None, result=None)

    def settle(self, key: str, result: Mapping[str, Any], at: datetime) -> bool:
        """Writes down what came of it; False where that was known: the first result stands."""
        text = dump(result, f"result of {key}", MOST_DOCUMENT)
        done = self._write(sql.SETTLE_INTENT, of_key=key, settled=utc(at), result=text)
        if not done and self.intent(key) is None:
            raise RecordError(f"expected the key of an intent; there is none called {key!r:.60}")
        return done

    def postpone(self, key: str, due: datetime) -> bool:
        """Moves an open intent to a later time; False where it is settled or unknown."""
        return self._write(sql.MOVE_INTENT, of_key=key, due=utc(due))

    # ---- grants

    def issue_grant(self, camera: str, window: str, purpose: str, expires: datetime) -> Grant:
        """The right to one look at ``camera`` until ``expires``."""
        grant = Grant(
            id=secrets.token_hex(8),
            secret=secrets.token_hex(16),
            camera=check_key(camera, "camera"),
            window=check_key(window, "window"),
            purpose=check_key(purpose, "purpose"),
            expires=utc(expires),
        )
        self._write(
            sql.ADD_GRANT,
            id=grant.id,
            digest=_digest(grant.secret),
            camera=camera,
            window=window,
            purpose=purpose,
            expires=grant.expires,
            redeemed=None,
        )
        return grant

    def redeem_grant(self, grant: Grant, camera: str, now: datetime) -> None:
        """Uses up ``grant`` for a look at ``camera``.

        Raises GrantError, with its ``reason``, where it is unknown, used, expired or another
        camera's. The refusal is a row of the history, also where the caller rolls back.
        """
        now = utc(now)
        row = None
        if isinstance(grant, Grant) and isinstance(grant.id, str):
            row = self.connection.execute(sql.GRANT, {"of_key": grant.id}).first()
        if row is None or not hmac.compare_digest(row.digest, _digest(grant.secret)):
            self._refuse(grant, camera, now, "unknown", "it was not issued by this store")
        elif row.redeemed is not None:
            self._refuse(grant, camera, now, "used", f"it was used at {instant(row.redeemed)}")
        elif row.camera != camera:
            self._refuse(grant, camera, now, "other_camera", "it is for another camera")
        elif now >= row.expires:
            self._refuse(grant, camera, now, "expired", f"it ended at {instant(row.expires)}")
        else:
            self._write(sql.REDEEM_GRANT, of_key=grant.id, redeemed=now)

    def revoke_grants(self, window: str, now: datetime) -> int:
        """Ends the grants of a window that nobody has used; returns how many there were."""
        values = {"of_key": window, "now": utc(now)}
        ended = self.connection.execute(sql.REVOKE_GRANTS, values)
        return ended.rowcount

    def _refuse(self, grant: Any, camera: str, now: datetime, reason: str, why: str) -> None:
        facts = {"reason": reason}
        window = None
        if reason != "unknown":  # else it says nothing that can be believed
            window, facts["purpose"] = grant.window, grant.purpose
        self.append_surviving(
            HistoryRow(at=now, kind=Kind.GRANT_REFUSED, camera=camera, window=window, facts=facts)
        )
        raise GrantError(f"camera {camera}: no look without a valid grant: {why}", reason=reason)

    # ---- links

    def use_once(self, name: str, now: datetime, expires: datetime) -> bool:
        """Whether ``name`` was not used before; from now on it is. Forgotten after ``expires``."""
        return self._write(sql.USE_LINK, id=check_key(name), used=utc(now), expires=utc(expires))

    # ---- the history

    def append(self, row: HistoryRow) -> int:
        """Adds a row to the chain and returns its number."""
        store, before, link = self._chain_head()
        seq = before + 1
        facts = dump(row.facts, "facts", MOST_FACTS)
        content = (
            instant(row.at), str(row.kind), row.resident, row.camera, row.window, row.alarm,
            row.who, facts,
        )  # fmt: skip
        salt = secrets.token_bytes(16)
        leaf = leaf_of(salt, content)
        link = link_of(link, seq, leaf)
        self._write(
            sql.ADD_ROW,
            seq=seq,
            at=row.at,
            kind=str(row.kind),
            resident=row.resident,
            camera=row.camera,
            window=row.window,
            alarm=row.alarm,
            who=row.who,
            facts=facts,
            salt=salt,
            leaf=leaf,
            link=link,
        )
        self._head = (store, seq, link)
        return seq

    def append_surviving(self, row: HistoryRow) -> int:
        """Adds a row that stands even where this transaction is rolled back."""
        self._survivors.append(row)
        return self.append(row)

    def seal(self, at: datetime, *, by: str = "runner") -> Body:
        """Seals the rows so far; see `bedcheck.history.Store.seal`."""
        store, seq, link = self._chain_head()
        seal = make_seal(self.keys, store, seq, link, at)
        self.append(HistoryRow(at=at, kind=Kind.SEAL, who=by, facts=seal))
        return seal

    def _chain_head(self) -> tuple[str, int, bytes]:
        if self._head is None:
            row = self.connection.execute(sql.HEAD).one()
            mac = self.keys.mac("head", head_message(row.store, row.seq, row.link))
            if not hmac.compare_digest(mac, row.mac):
                raise StoreError(
                    "the history's last row is not the one that was written, or the file of keys"
                    " is another store's: stop, keep a copy of both files, and run"
                    " `bedcheck history verify`"
                )
            self._head = (row.store, row.seq, row.link)
        return self._head

    def finish(self) -> None:
        """Writes the chain's new head; the store calls it before it commits."""
        if self._head is not None:
            store, seq, link = self._head
            mac = self.keys.mac("head", head_message(store, seq, link))
            self._write(sql.MOVE_HEAD, seq=seq, link=link, mac=mac)

    def _write(self, statement: sa.Insert | sa.Update | sa.Delete, **values: Any) -> bool:
        """Whether it wrote anything."""
        return bool(self.connection.execute(statement, values).rowcount)


def _loaded(text: str | None) -> Body | None:
    if text is None:
        return None
    try:
        return cast(Body, json.loads(text))
    except (ValueError, RecursionError):
        raise StoreError(
            "the store holds something that nothing of ours wrote: bring back its copy"
        ) from None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(str(secret).encode("utf-8", "surrogatepass")).digest()
