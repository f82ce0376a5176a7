"""What has been kept long enough is gone from the files, and the rest can be verified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bedcheck.errors import RecordError
from bedcheck.history import Filters, HistoryRow, Kind, Retained, Store
from bedcheck.history.retention import DOCUMENT, Retention

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def files(store: Store) -> bytes:
    return b"".join(path.read_bytes() for path in Path(store.path).parent.iterdir())


def test_each_class_is_kept_for_its_own_time(store: Store) -> None:
    with store.transaction() as tx:
        for kind in (Kind.LOOK, Kind.CHANGE, Kind.READ, Kind.RUNNER):
            for days in (2000, 1000, 100, 1):
                tx.append(HistoryRow(at=days_ago(days), kind=kind, facts={"days": days}))
    purged = store.purge(NOW, by="os:anna")
    assert {kind: count for kind, count in purged.rows.items() if count} == {
        Retained.SUPERVISION: 2,
        Retained.REGISTRY: 1,
        Retained.ACCESS: 1,
        Retained.OPERATION: 3,
    }
    left = {
        kind: [row.facts["days"] for row in store.rows(Filters(kinds=(kind,)), by="t", at=NOW)]
        for kind in (Kind.LOOK, Kind.CHANGE, Kind.RUNNER)
    }
    assert left == {
        Kind.LOOK: [100, 1],
        Kind.CHANGE: [1000, 100, 1],
        Kind.RUNNER: [1],
    }
    assert store.verify().whole
    assert store.verify().purged == 7


def test_a_purge_says_what_it_erased_and_by_whom(store: Store) -> None:
    with store.transaction() as tx:
        for days in (800, 800, 1, 800):
            tx.append(HistoryRow(at=days_ago(days), kind="look"))
    store.purge(NOW, by="os:anna")
    (row,) = store.rows(Filters(kinds=(Kind.PURGE,)), by="os:berit")
    assert (row.who, row.facts["rows"], row.facts["retained"]) == (
        "os:anna", [[1, 2], [4, 4]], "supervision",
    )  # fmt: skip
    assert row.facts["before"] == "2028-01-02T00:00:00.000000Z"


def test_nothing_is_written_where_nothing_is_due(store: Store) -> None:
    with store.transaction() as tx:
        tx.append(HistoryRow(at=days_ago(1), kind="look"))
    before = store.last_row()
    assert not store.purge(NOW, by="os:anna").anything
    assert store.last_row() == before


def test_what_was_erased_is_in_no_file_any_more(store: Store) -> None:
    secrets = [f"canary-{number}-Åkerlund".encode() for number in range(300)]
    with store.transaction() as tx:
        for secret in secrets:
            tx.append(
                HistoryRow(
                    at=days_ago(800),
                    kind="look",
                    resident=secret.decode(),
                    window="old",
                    facts={"note": secret.decode() * 3},
                )
            )
        tx.put_window("old", {"note": "canary-window"}, due=None, closed=True)
        tx.put_window("canary-open", {}, due=days_ago(800), closed=False)
        tx.intend("canary-intent", "send", {"to": "x"}, due=days_ago(800))
        tx.settle("canary-intent", {}, days_ago(800))
        tx.put("resident", "r1", {"name": "canary-old-name"}, by="os:anna", at=days_ago(2000))
        tx.put("resident", "r1", {"name": "new-name"}, by="os:anna", at=days_ago(1900))
        tx.put("resident", "canary-gone", {"name": "x"}, by="os:anna", at=days_ago(2000))
        tx.remove("resident", "canary-gone", by="os:anna", at=days_ago(1900))
        tx.put("resident", "r2", {"name": "kept-name"}, by="os:anna", at=days_ago(2000))
        tx.put("resident", "r2", {"name": "kept-name-2"}, by="os:anna", at=days_ago(1))
    assert all(secret in files(store) for secret in (secrets[0], secrets[-1], b"canary-window"))
    purged = store.purge(NOW, by="os:anna")
    assert (purged.windows, purged.intents, purged.documents) == (1, 1, 3)
    assert purged.overwritten
    rest = files(store)
    assert b"canary-open" in rest  # an open window is never purged
    assert rest.replace(b"canary-open", b"").count(b"canary") == 0
    assert all(name in rest for name in (b"new-name", b"kept-name", b"kept-name-2"))
    assert store.verify().whole


def test_a_reader_in_the_way_is_told(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "night.db", create=True, patience=0.1)
    with store.transaction() as tx:
        tx.append(HistoryRow(at=days_ago(800), kind="look"))
    with store.snapshot() as read:
        read.all("resident")
        assert not store.purge(NOW, by="os:anna").overwritten
    assert store.purge(NOW, by="os:anna").overwritten
    store.close()


def test_many_rows_with_gaps_between_them(store: Store) -> None:
    with store.transaction() as tx:
        for number in range(1300):
            tx.append(HistoryRow(at=days_ago(800 if number % 2 else 1), kind="look"))
    assert store.purge(NOW, by="os:anna").rows[Retained.SUPERVISION] == 650
    assert len(list(store.rows(Filters(kinds=(Kind.PURGE,)), by="os:anna"))) == 2
    assert store.verify().whole


def test_retention_times_come_from_the_registry(store: Store) -> None:
    with store.transaction() as tx:
        tx.put(*DOCUMENT, {"supervision": 30}, by="os:anna", at=NOW)
        tx.append(HistoryRow(at=days_ago(31), kind="look"))
        tx.append(HistoryRow(at=days_ago(29), kind="look"))
    assert store.purge(NOW, by="os:anna").rows[Retained.SUPERVISION] == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"looks": 3}, r"retention\.looks: expected one of supervision"),
        ({"seal": 3}, r"retention\.seal: expected one of"),
        ({"supervision": 0}, "expected days from 1"),
        ({"supervision": 1.5}, "expected days from 1"),
        ({"supervision": True}, "expected days from 1"),
        ({"supervision": 10**9}, "expected days from 1"),
    ],
)
def test_a_wrong_retention_is_refused_and_nothing_is_purged(
    store: Store, table: dict[str, object], message: str
) -> None:
    with pytest.raises(RecordError, match=message):
        Retention.parse(table)
    with store.transaction() as tx:
        tx.put(*DOCUMENT, table, by="os:anna", at=NOW)
        tx.append(HistoryRow(at=days_ago(9999), kind="look"))
    with pytest.raises(RecordError):
        store.purge(NOW, by="os:anna")
    assert store.verify().purged == 0


def test_every_kind_of_row_has_a_class() -> None:
    kinds = [kind for retained in Retained for kind in Retention.kinds(retained)]
    assert sorted(kinds) == sorted(Kind)
