"""The store: what is written stands, what is not plain is refused, nothing is half done."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bedcheck.errors import GrantError, NoStore, RecordError, StoreError
from bedcheck.history import Filters, Grant, HistoryRow, Kind, Store

NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def look(**changes: object) -> HistoryRow:
    return HistoryRow(**{"at": NOW, "kind": "look", "resident": "r1", **changes})  # type: ignore[arg-type]


def test_a_document_has_versions_and_the_newest_counts(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.get("resident", "r1") is None
        assert tx.put("resident", "r1", {"name": "Åke"}, by="os:anna", at=NOW) == 1
        assert tx.put("resident", "r1", {"name": "Åke B"}, by="os:anna", at=LATER) == 2
        tx.put("camera", "r1", {"serial": "7"}, by="os:anna", at=NOW)
    with store.snapshot() as read:
        assert read.get("resident", "r1") == {"name": "Åke B"}
        assert read.all("resident") == {"r1": {"name": "Åke B"}}
    with store.transaction() as tx:
        assert tx.remove("resident", "r1", by="os:anna", at=LATER)
        assert not tx.remove("resident", "r1", by="os:anna", at=LATER)
        assert (tx.get("resident", "r1"), tx.all("resident")) == (None, {})
        assert tx.put("resident", "r1", {}, by="os:anna", at=LATER) == 4


def test_windows_come_by_their_due_time_until_they_are_closed(store: Store) -> None:
    with store.transaction() as tx:
        tx.put_window("b", {"n": 1}, due=LATER, closed=False)
        tx.put_window("a", {"n": 2}, due=NOW, closed=False)
        tx.put_window("c", {"n": 3}, due=None, closed=False)
        assert tx.next_due() == NOW
        assert list(tx.due_windows(NOW, 10)) == ["a"]
        assert list(tx.due_windows(LATER, 10)) == ["a", "b"]
        assert list(tx.due_windows(LATER, 1)) == ["a"]
        assert list(tx.open_windows()) == ["a", "b", "c"]
        tx.put_window("a", {"n": 4}, due=NOW, closed=True)
        assert list(tx.due_windows(LATER, 10)) == ["b"]
        assert tx.window("a") == {"n": 4}
        assert tx.window("d") is None


def test_an_intent_is_written_once_and_settled_once(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.intend("w1/send/1", "send", {"to": "x"}, due=NOW)
        assert not tx.intend("w1/send/1", "send", {"to": "y"}, due=NOW)
        (intent,) = tx.open_intents(NOW, 10)
        assert (intent.key, intent.kind, intent.body, intent.settled) == (
            "w1/send/1", "send", {"to": "x"}, None,
        )  # fmt: skip
        assert tx.postpone("w1/send/1", LATER)
        assert tx.open_intents(NOW, 10) == []
        assert tx.settle("w1/send/1", {"answer": "accepted"}, LATER)
        assert not tx.settle("w1/send/1", {"answer": "rejected"}, LATER)
        settled = tx.intent("w1/send/1")
        assert settled is not None
        assert (settled.result, settled.settled) == ({"answer": "accepted"}, LATER)
        assert not tx.postpone("w1/send/1", LATER)
        with pytest.raises(RecordError, match="expected the key of an intent"):
            tx.settle("w2", {}, NOW)


def test_all_of_a_transaction_or_nothing(store: Store) -> None:
    class Broken(Exception):
        pass

    def breaks() -> None:
        with store.transaction() as tx:
            tx.put("resident", "r1", {}, by="os:anna", at=NOW)
            tx.put_window("w", {}, due=NOW, closed=False)
            tx.append(look())
            raise Broken

    with pytest.raises(Broken):
        breaks()
    with store.snapshot() as read:
        assert (read.get("resident", "r1"), read.window("w")) == (None, None)
    assert list(store.rows(by="os:anna")) == []


def test_rows_come_back_as_they_were_and_every_reading_is_one(store: Store) -> None:
    night = ZoneInfo("Europe/Stockholm")
    rows = [
        look(facts={"state": "in_bed", "p": 0.9}, at=datetime(2026, 10, 25, 2, 30, tzinfo=night)),
        look(resident="r2", at=datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=night)),
        look(kind=Kind.ALARM_RAISED, alarm="a1", facts={"cause": "not_in_bed"}),
    ]
    with store.transaction() as tx:
        assert [tx.append(row) for row in rows] == [1, 2, 3]
    first, second, third = store.rows(by="os:anna", at=LATER)
    assert second.at - first.at == timedelta(hours=1)
    assert (first.facts, third.alarm, third.seq) == ({"state": "in_bed", "p": 0.9}, "a1", 3)
    (only,) = store.rows(Filters(resident="r2"), by="os:berit", at=LATER)
    assert only == second
    readings = list(store.rows(Filters(kinds=(Kind.READ,)), by="os:anna"))
    assert [(row.who, row.resident, row.facts["filters"]) for row in readings] == [
        ("os:anna", None, {}),
        ("os:berit", "r2", {"resident": "r2"}),
    ]


# ---- grants


def test_a_grant_gives_one_look(store: Store) -> None:
    with store.transaction() as tx:
        grant = tx.issue_grant("c1", "w1", "first", LATER)
        tx.redeem_grant(grant, "c1", NOW)
    with pytest.raises(GrantError, match="it was used") as caught, store.transaction() as tx:
        tx.redeem_grant(grant, "c1", NOW)
    assert caught.value.reason == "used"


@pytest.mark.parametrize(
    ("reason", "camera", "now", "changes"),
    [
        ("expired", "c1", LATER, {}),  # at its end it is over
        ("other_camera", "c2", NOW, {}),
        ("unknown", "c1", NOW, {"secret": "0" * 32}),  # the number was seen, not the secret
        ("unknown", "c1", NOW, {"id": "0" * 16}),
    ],
)
def test_a_refused_grant_is_logged_even_when_all_is_rolled_back(
    store: Store, reason: str, camera: str, now: datetime, changes: dict[str, str]
) -> None:
    with store.transaction() as tx:
        grant = tx.issue_grant("c1", "w1", "first", LATER)
    tried = Grant(**{**vars(grant), **changes})

    def look_through() -> None:
        with store.transaction() as tx:
            tx.put("resident", "r1", {}, by="os:anna", at=NOW)
            tx.redeem_grant(tried, camera, now)

    with pytest.raises(GrantError) as caught:
        look_through()
    assert caught.value.reason == reason
    (row,) = store.rows(by="os:anna")
    assert (row.kind, row.camera, row.facts["reason"]) == (Kind.GRANT_REFUSED, camera, reason)
    with store.snapshot() as read:
        assert read.get("resident", "r1") is None


def test_a_refusal_that_is_caught_inside_is_logged_once(store: Store) -> None:
    with store.transaction() as tx:
        grant = tx.issue_grant("c1", "w1", "first", NOW)
        with pytest.raises(GrantError):
            tx.redeem_grant(grant, "c1", NOW)
        tx.put("resident", "r1", {}, by="os:anna", at=NOW)
    assert [row.kind for row in store.rows(by="os:anna")] == [Kind.GRANT_REFUSED]
    with store.snapshot() as read:
        assert read.get("resident", "r1") == {}


def test_a_grant_hides_its_secret(store: Store) -> None:
    with store.transaction() as tx:
        grant = tx.issue_grant("c1", "w1", "first", LATER)
    assert grant.secret not in repr(grant)


# ---- what may be stored


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"a": b"\xff\xd8"}, "a: got bytes: only plain values"),
        ({"a": {"b": [np.zeros(3)]}}, r"a\.b\[0\]: got ndarray"),
        ({"a": np.float32(1)}, "got float32"),
        ({"a": float("nan")}, "expected a finite number"),
        ({"a": NOW}, "got datetime: write it as text"),
        ({1: "a"}, "expected text as key"),
        ({"a": "/9j/4AAQSkZJRg" + "A" * 80}, "looks like a picture"),
        ({"a": list(range(256)) * 20}, "5120 numbers look like a picture"),
        ({"a": "data:image/png;base64,AAAA"}, "looks like a picture"),
        ({"a": "x" * 2**20}, "bytes of JSON at most"),
        ({"a": "\ud800"}, "UTF-8"),
    ],
)
def test_only_plain_values_are_stored_and_never_a_picture(
    store: Store, body: dict[str, object], message: str
) -> None:
    with pytest.raises(RecordError, match=message), store.transaction() as tx:
        tx.put("resident", "r1", body, by="os:anna", at=NOW)
    with pytest.raises(RecordError, match=message):
        look(facts=body)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"at": NOW.replace(tzinfo=None)}, "expected a time with its zone"),
        ({"kind": "looked"}, "kind: expected one of look, "),
        ({"resident": ""}, "resident: expected 1 to 200"),
        ({"who": "os:\x1b[2J"}, "who: expected 1 to 200 printable"),
    ],
)
def test_a_row_is_checked_when_it_is_made(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        look(**changes)


def test_naive_times_are_refused_everywhere(store: Store) -> None:
    naive = NOW.replace(tzinfo=None)
    with store.transaction() as tx:
        for call in (
            lambda: tx.put("resident", "r1", {}, by="os:anna", at=naive),
            lambda: tx.put_window("w", {}, due=naive, closed=False),
            lambda: tx.intend("k", "send", {}, due=naive),
            lambda: tx.issue_grant("c", "w", "first", naive),
            lambda: tx.due_windows(naive, 1),
            lambda: tx.open_intents(naive, 1),
        ):
            with pytest.raises(RecordError, match="expected a time with its zone"):
                call()


# ---- the files


def test_the_files_are_the_owner_s_alone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "night.db", create=True) as store:
        with store.transaction() as tx:
            tx.append(look())
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(
        ["night.db", "night.db-wal", "night.db-shm", "night.db.key"], 0o600
    )


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such store"):
        Store.open(tmp_path / "night.db")
    (tmp_path / "text").write_text("Dear sir or madam,\n" * 99)
    Store.open(tmp_path / "other.db", create=True).close()
    (tmp_path / "other.db.key").rename(tmp_path / "text.key")
    with pytest.raises(StoreError, match="damaged or no store"):
        Store.open(tmp_path / "text")
    with pytest.raises(StoreError, match="secrets cannot be read"):
        Store.open(tmp_path / "other.db")
    with pytest.raises(NoStore, match="expected a file"):
        Store.open(tmp_path)


@pytest.mark.parametrize("content", [b"Dear sir or madam", b"\xff\xd8\xff\xe0" * 99, "sqlite"])
def test_another_file_is_not_asked_for_its_secrets(tmp_path: Path, content: bytes | str) -> None:
    """Who names the wrong file looks for the right one, not for a key that there never was."""
    path = tmp_path / "wrong.db"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA application_id=7")
        connection.execute("CREATE TABLE theirs (a)")
        connection.close()
    with pytest.raises(NoStore, match="expected a store of Bedcheck; it is another kind of file"):
        Store.open(path)
