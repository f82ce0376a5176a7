"""What is done to the history behind the store's back is found, and named."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.errors import RecordError, StoreError
from bedcheck.history import HistoryRow, Kind, Store
from bedcheck.history.chain import leaf_of, link_of
from bedcheck.history.keys import Keys
from bedcheck.history.seal import Seal, make_seal
from bedcheck.history.verify import Tampering

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
COLUMNS = "at, kind, resident, camera, window, alarm, who, facts"


def fill(store: Store, count: int = 9) -> None:
    with store.transaction() as tx:
        for number in range(count):
            at = NOW + timedelta(minutes=number)
            tx.append(HistoryRow(at=at, kind="look", resident=f"r{number}", facts={"n": number}))


def tamper(store: Store, *statements: str, **values: object) -> None:
    """With another tool, which takes the triggers away first."""
    connection = sqlite3.connect(store.path)
    for name in ("rows_are_never_deleted", "rows_are_never_changed"):
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    for statement in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()


def found(store: Store, seals: list[Seal] | None = None) -> list[tuple[str, int]]:
    return [(fault.what.value, fault.row) for fault in store.verify(seals or []).faults]


def test_an_untouched_history_is_whole(store: Store) -> None:
    assert store.verify().whole
    fill(store)
    seal = store.seal(NOW)
    assert store.verify().sealed == 0  # in the file alone it is no safeguard
    fill(store, 2)
    result = store.verify([Seal.parse(seal)])
    assert (result.whole, result.rows, result.sealed, result.seals) == (True, 12, 9, 2)


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        # a row that says something else
        ("UPDATE rows SET facts = '{\"n\":9}' WHERE seq = 4", [("changed", 4)]),
        ("UPDATE rows SET at = '2026-11-01T01:59:59.000000Z' WHERE seq = 1", [("changed", 1)]),
        ("UPDATE rows SET who = 'os:other' WHERE seq = 9", [("changed", 9)]),
        ("UPDATE rows SET salt = zeroblob(16) WHERE seq = 5", [("changed", 5)]),
        ("UPDATE rows SET leaf = zeroblob(32) WHERE seq = 5", [("inserted", 5), ("changed", 5)]),
        # values of another type altogether
        ("UPDATE rows SET leaf = 'text' WHERE seq = 9", [("changed", 9), ("inserted", 9)]),
        ("UPDATE rows SET salt = 'text' WHERE seq = 5", [("changed", 5)]),
        ("UPDATE rows SET facts = x'ff' WHERE seq = 5", [("changed", 5)]),
        ("UPDATE rows SET facts = CAST(x'ff41' AS TEXT) WHERE seq = 5", [("changed", 5)]),
        ("UPDATE rows SET at = 7 WHERE seq = 5", [("changed", 5)]),
        # a row that is gone
        ("DELETE FROM rows WHERE seq = 4", [("removed", 4)]),
        ("DELETE FROM rows WHERE seq = 1", [("removed", 1)]),
        # the last rows are gone
        ("DELETE FROM rows WHERE seq >= 8", [("cut_off", 8)]),
        ("DELETE FROM rows", [("cut_off", 1)]),
        # a row that no transaction of ours wrote
        (
            f"INSERT INTO rows SELECT 10, {COLUMNS}, salt, leaf, link FROM rows WHERE seq = 9",
            [("inserted", 10), ("inserted", 10)],
        ),
        # two rows in each other's place
        (
            "UPDATE rows SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE seq IN (3, 4)",
            None,
        ),
        # a content that is gone without a purge
        (
            f"UPDATE rows SET ({COLUMNS}, salt) = (SELECT {', '.join(['NULL'] * 9)}) WHERE seq = 6",
            [("erased", 6)],
        ),
        # the note of the end
        ("UPDATE head SET seq = 8", [("forged_end", 8), ("inserted", 9)]),
    ],
)
def test_what_was_done_is_named(
    store: Store, statement: str, faults: list[tuple[str, int]] | None
) -> None:
    fill(store)
    tamper(store, statement, "UPDATE rows SET seq = -seq WHERE seq < 0")
    if faults is None:
        assert not store.verify().whole
    else:
        assert found(store) == faults


def test_a_row_slipped_in_between_is_found(store: Store) -> None:
    """Even where everything after it is moved along and linked anew."""
    fill(store)
    connection = sqlite3.connect(store.path)
    rows = connection.execute(f"SELECT seq, {COLUMNS}, salt, leaf, link FROM rows").fetchall()
    rows.insert(4, rows[3])
    link = rows[3][-1]
    rebuilt = []
    for seq, row in enumerate(rows, start=1):
        if seq > 4:
            link = link_of(link, seq, row[-2])
            row = (seq, *row[1:-1], link)
        rebuilt.append(row)
    connection.execute("DROP TRIGGER rows_are_never_deleted")
    connection.execute("DELETE FROM rows")
    connection.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * 12)})", rebuilt)
    connection.commit()
    connection.close()
    assert found(store) == [("inserted", 10)]


def rewrite(store: Store, path: Path) -> Store:
    """Another history with the same secrets and name: what the owner of the file could do."""
    shutil.copy(store.path.with_name(store.path.name + ".key"), f"{path}.key")
    other = Store.open(path, create=True)
    name = sqlite3.connect(store.path).execute("SELECT store FROM head").fetchone()[0]
    connection = sqlite3.connect(path)
    from bedcheck.history.chain import first_link, head_message

    link = first_link(name)
    mac = other.keys.mac("head", head_message(name, 0, link))
    connection.execute("UPDATE head SET store = ?, link = ?, mac = ?", (name, link, mac))
    connection.commit()
    connection.close()
    return other


def test_a_seal_kept_elsewhere_finds_a_history_rewritten_by_its_owner(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    seal = Seal.parse(json.loads(json.dumps(store.seal(NOW))))
    other = rewrite(store, tmp_path / "other.db")
    fill(other, 9)  # looks the same, and was not written then
    assert other.verify().whole
    assert found(other, [seal]) == [("sealed_otherwise", 9)]
    other.close()


def test_a_seal_finds_rows_that_were_cut_off_by_its_owner(store: Store, tmp_path: Path) -> None:
    fill(store)
    seal = Seal.parse(store.seal(NOW))
    other = rewrite(store, tmp_path / "other.db")
    fill(other, 3)
    assert found(other, [seal]) == [("cut_off", 9)]
    other.close()


def test_a_seal_of_another_key_or_not_as_it_was_signed_is_not_believed(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    seal = store.seal(NOW)
    with Store.open(tmp_path / "other.db", create=True) as other:
        fill(other)
        foreign = Seal.parse(other.seal(NOW))
    assert found(store, [foreign]) == [("forged_seal", 9)]
    changed = Seal.parse({**seal, "at": "2020-01-01T00:00:00.000000Z"})
    assert found(store, [changed]) == [("forged_seal", 9)]


@pytest.mark.parametrize(
    "table",
    [
        None, [], {}, "seal", {"schema": "bedcheck.seal/2"}, {"link": "zz"}, {"seq": -1},
        {"seq": True}, {"public": "AAAA"}, {"signature": "å"}, {"store": "å"}, {"link": 7},
    ],
)  # fmt: skip
def test_what_is_no_seal_is_refused(store: Store, table: object) -> None:
    good = store.seal(NOW)
    wrong = {**good, **table} if isinstance(table, dict) and table else table
    with pytest.raises(RecordError, match="expected a seal"):
        Seal.parse(wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(changes=st.dictionaries(st.sampled_from(["store", "seq", "link", "at", "public"]), JSON))
def test_any_change_of_a_seal_is_refused_or_not_signed(changes: dict[str, object]) -> None:
    keys = Keys(bytes(32), bytes(32))
    good = make_seal(keys, "ab", 7, bytes(32), NOW)
    assert Seal.parse(good).signed
    try:
        seal = Seal.parse({**good, **changes})
    except RecordError:
        return
    assert seal.signed == (seal == Seal.parse(good))


@settings(deadline=None)
@given(table=JSON)
def test_any_json_is_a_seal_or_refused(table: object) -> None:
    with pytest.raises(RecordError, match="expected a seal"):
        Seal.parse(table)


def test_another_tool_trips_over_the_triggers(store: Store) -> None:
    fill(store)
    connection = sqlite3.connect(store.path)
    for statement in (
        "DELETE FROM rows WHERE seq = 1",
        "UPDATE rows SET who = 'os:other'",
        "UPDATE rows SET link = zeroblob(32)",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="the history is append-only"):
            connection.execute(statement)
    connection.close()


def test_nothing_is_added_to_a_history_with_a_forged_end(store: Store) -> None:
    fill(store)
    tamper(store, "UPDATE head SET seq = 3")
    with pytest.raises(StoreError, match="history verify"):
        fill(store)


# ---- any history, any change

FACTS = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=3)
ROWS = st.lists(
    st.builds(
        HistoryRow,
        at=st.datetimes(timezones=st.just(UTC)),
        kind=st.sampled_from(Kind).filter(lambda kind: kind not in (Kind.SEAL, Kind.PURGE)),
        resident=st.none() | st.text("abcåäö", min_size=1, max_size=5),
        alarm=st.none() | st.text("abc", min_size=1, max_size=5),
        facts=FACTS.map(lambda facts: {k: v for k, v in facts.items() if _writable(k, v)}),
    ),
    min_size=1,
    max_size=8,
)


def _writable(*values: object) -> bool:
    try:
        return bool([str(value).encode() for value in values])
    except UnicodeEncodeError:
        return False


CHANGES: list[Callable[[sqlite3.Connection, int], object]] = [
    lambda db, seq: db.execute("DELETE FROM rows WHERE seq = ?", (seq,)),
    lambda db, seq: db.execute("DELETE FROM rows WHERE seq >= ?", (seq,)),
    lambda db, seq: db.execute("UPDATE rows SET who = who || 'x' WHERE seq = ?", (seq,)),
    lambda db, seq: db.execute("UPDATE rows SET facts = '{\"x\":0.5}' WHERE seq = ?", (seq,)),
    lambda db, seq: db.execute("UPDATE rows SET salt = randomblob(16) WHERE seq = ?", (seq,)),
    lambda db, seq: db.execute("UPDATE rows SET link = randomblob(32) WHERE seq = ?", (seq,)),
    lambda db, seq: db.execute("UPDATE rows SET resident = 'other' WHERE seq = ?", (seq,)),
    lambda db, seq: _relink(db, seq),
]


def _relink(db: sqlite3.Connection, seq: int) -> None:
    """Changes a row and makes its own leaf and link anew, as one who has read this code would."""
    row = db.execute(f"SELECT {COLUMNS}, salt FROM rows WHERE seq = ?", (seq,)).fetchone()
    before = db.execute("SELECT link FROM rows WHERE seq = ?", (seq - 1,)).fetchone()
    content = (*row[:6], "os:other", row[7])
    leaf = leaf_of(row[8], content)
    link = link_of(before[0] if before else b"", seq, leaf)
    db.execute(
        "UPDATE rows SET who = 'os:other', leaf = ?, link = ? WHERE seq = ?", (leaf, link, seq)
    )


@settings(max_examples=30, deadline=None)
@given(rows=ROWS, change=st.sampled_from(CHANGES), where=st.integers(0, 7))
def test_any_history_is_whole_and_any_change_is_found(
    rows: list[HistoryRow],
    change: Callable[[sqlite3.Connection, int], object],
    where: int,
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "night.db", create=True) as store,
    ):
        with store.transaction() as tx:
            numbers = [tx.append(row) for row in rows]
        assert store.verify().whole
        back = [vars(row) | {"seq": None} for row in store.rows(by="test")]
        assert back == [vars(row) for row in rows]
        connection = sqlite3.connect(store.path)
        connection.execute("DROP TRIGGER rows_are_never_deleted")
        connection.execute("DROP TRIGGER rows_are_never_changed")
        change(connection, numbers[where % len(numbers)])
        connection.commit()
        connection.close()
        faults = store.verify().faults
        assert faults
        assert {fault.what for fault in faults} <= set(Tampering)
